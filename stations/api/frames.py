"""/frames/ with its export, and /sessions/{id}/timeline/: what was said, and what came of it."""

from collections.abc import Iterator
from typing import Any, cast
from urllib.parse import urlencode

import orjson
from django.http import StreamingHttpResponse
from django.shortcuts import get_object_or_404
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from drivers.api.problems import InvalidQuery
from drivers.models import User
from stations.domain.conversation import TYPES
from stations.domain.timeline import Kind
from stations.models import Frame
from stations.selectors import visible_sessions
from stations.selectors.frames import Pairing, Wanted, every, page, pairings
from stations.selectors.timeline import timeline_of
from stations.streaming import streamed

_DIRECTIONS = Frame.Direction.choices


class FrameQuery(serializers.Serializer[Any]):
    """Which frames."""

    station = serializers.CharField(required=False, help_text="Identity.")
    session = serializers.IntegerField(required=False, help_text="Those that speak of this session.")
    action = serializers.CharField(required=False, help_text="OCPP action; an answer has that of its call.")
    direction = serializers.ChoiceField(_DIRECTIONS, required=False)
    message_id = serializers.CharField(required=False)
    text = serializers.CharField(required=False, help_text="Looked for as it stands in the frame, secrets masked.")
    only_errors = serializers.BooleanField(default=False, help_text="Only CALLERRORs and what is no frame.")
    since = serializers.DateTimeField(required=False)
    until = serializers.DateTimeField(required=False, help_text="Exclusive.")


class FramePageQuery(FrameQuery):
    """Which page of them."""

    before = serializers.IntegerField(required=False, help_text="Only frames with a smaller id: `next` has it.")
    page_size = serializers.IntegerField(default=50, min_value=1, max_value=500)


class FrameSerializer(serializers.Serializer[Any]):
    """A frame as it crossed the wire, secrets masked."""

    id = serializers.IntegerField()
    station = serializers.CharField(help_text="Identity.")
    at = serializers.DateTimeField()
    direction = serializers.ChoiceField(_DIRECTIONS)
    type = serializers.ChoiceField(sorted(set(TYPES.values())))
    action = serializers.CharField(allow_blank=True)
    message_id = serializers.CharField(allow_blank=True)
    text = serializers.CharField()
    answered = serializers.BooleanField(allow_null=True, help_text="Of a call: whether it was; null for others.")
    latency_ms = serializers.IntegerField(allow_null=True, help_text="Between the call and its answer.")


class FramePageSerializer(serializers.Serializer[Any]):
    next = serializers.URLField(
        allow_null=True, help_text="Follow it until it is null, through empty pages as well: a search looks on."
    )
    results = FrameSerializer(many=True)


def _valid(query: serializers.Serializer[Any]) -> dict[str, Any]:
    if not query.is_valid():
        raise InvalidQuery(query.errors)
    return dict(query.validated_data)


def _wanted(request: Request, values: dict[str, Any]) -> Wanted:
    session = values.pop("session", None)
    if session is not None:
        sessions = visible_sessions(cast(User, request.user))
        values["session"] = get_object_or_404(sessions, pk=session)
    return Wanted(**values)


def _shown(frame: Frame, pairing: Pairing | None) -> dict[str, Any]:
    latency = pairing.latency_s if pairing else None
    is_call = TYPES.get(frame.type) == "call"
    return {
        "id": frame.pk,
        "station": frame.station.identity,
        "at": frame.at,
        "direction": frame.direction,
        "type": TYPES.get(frame.type, "malformed"),
        "action": frame.action,
        "message_id": frame.message_id,
        "text": bytes(frame.body).decode("utf-8", "replace"),
        "answered": bool(pairing and pairing.answered) if is_call else None,
        "latency_ms": None if latency is None else round(latency * 1000),
    }


class FrameListView(APIView):
    """The flight recorder: every frame of the last days, newest first."""

    @extend_schema(parameters=[FramePageQuery], responses=FramePageSerializer, operation_id="frames_list")
    def get(self, request: Request) -> Response:
        """The frames of the stations one may see, as they crossed the wire, secrets masked."""
        values = _valid(FramePageQuery(data=request.query_params.dict()))
        before, size = values.pop("before", None), values.pop("page_size")
        found = page(request.user, _wanted(request, values), before=before, size=size)
        paired = pairings(found.frames)
        rows = [_shown(frame, paired.get(frame.pk)) for frame in found.frames]
        return Response({"next": _next(request, found.following), "results": FrameSerializer(rows, many=True).data})


def _next(request: Request, following: int | None) -> str | None:
    if following is None:
        return None
    query = request.query_params.dict() | {"before": str(following)}
    return request.build_absolute_uri(f"{request.path}?{urlencode(query)}")


class FrameExportView(APIView):
    """Frames as a file."""

    @extend_schema(
        parameters=[FrameQuery],
        responses={(200, "application/jsonl"): OpenApiTypes.BINARY},
        operation_id="frames_export",
    )
    def get(self, request: Request) -> StreamingHttpResponse:
        """The same frames as JSON lines, oldest first; made while it is sent, however many they are."""
        wanted = _wanted(request, _valid(FrameQuery(data=request.query_params.dict())))
        lines = frame_lines(every(request.user, wanted))
        return streamed(request._request, lines, content_type="application/jsonl", file_name="frames.jsonl")


def frame_lines(frames: Iterator[Frame]) -> Iterator[bytes]:
    """One JSON object for each frame and line; `frame` is what crossed the wire, as text where that was no JSON."""
    for frame in frames:
        line = {
            "id": frame.pk,
            "station": frame.station.identity,
            "at": frame.at,
            "direction": frame.direction,
            "type": TYPES.get(frame.type, "malformed"),
            "action": frame.action,
            "message_id": frame.message_id,
            "frame": _parsed(bytes(frame.body)),
        }
        yield orjson.dumps(line, option=orjson.OPT_APPEND_NEWLINE)


def _parsed(body: bytes) -> Any:
    try:
        return orjson.loads(body)
    except orjson.JSONDecodeError:
        return body.decode("utf-8", "replace")


class EntrySerializer(serializers.Serializer[Any]):
    """One thing that happened. `sentence` says it in plain words."""

    at = serializers.DateTimeField()
    until = serializers.DateTimeField(allow_null=True, help_text="The end of what lasted.")
    kind = serializers.ChoiceField([kind.value for kind in Kind])
    sentence = serializers.CharField()


class TimelineView(APIView):
    """What happened in a session."""

    @extend_schema(responses=EntrySerializer(many=True), operation_id="sessions_timeline")
    def get(self, request: Request, id: str) -> Response:
        """What happened in a session in plain words, oldest first."""
        sessions = visible_sessions(cast(User, request.user)).select_related("station", "evse", "connector")
        entries = timeline_of(get_object_or_404(sessions, pk=id))
        return Response(EntrySerializer(entries, many=True).data)
