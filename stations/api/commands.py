"""/commands/, and what is asked of one station: /stations/{identity}/calls/ and /stations/{identity}/commands/"""

from collections.abc import Mapping
from typing import Any, cast

import orjson
from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django.utils.functional import cached_property
from django_filters import rest_framework as filters
from drf_spectacular.utils import OpenApiResponse, extend_schema, extend_schema_field
from rest_framework import serializers, status, viewsets
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from drivers.api.problems import Conflict, InvalidQuery
from drivers.domain.apikeys import Scope
from drivers.models import User
from stations.api.base import ID
from stations.api.schema import command_request_schema
from stations.api.waiting import Awaited
from stations.domain.commands import CommandKind
from stations.domain.parameters import InvalidParameters
from stations.models import Command, Station
from stations.ocpp.protocols import InvalidCall, check_call
from stations.permissions import require_command
from stations.selectors import visible_commands, visible_sessions, visible_stations
from stations.services import commands

LONGEST_WAIT_S = 30


class CommandSerializer(serializers.ModelSerializer[Command]):
    station = serializers.CharField(source="station.identity", help_text="Identity.")
    payload = serializers.SerializerMethodField(help_text="As asked for, member order kept, secrets masked.")
    result = serializers.SerializerMethodField(help_text="The charger's answer as on the wire, secrets masked.")
    requested_by = serializers.EmailField(source="requested_by.email", allow_null=True, default=None)

    class Meta:
        model = Command
        fields = (
            "id",
            "station",
            "kind",
            "action",
            "payload",
            "state",
            "result",
            "error_code",
            "error",
            "session",
            "part_of",
            "message_id",
            "requested_by",
            "requested_at",
            "not_before",
            "expires_at",
            "sent_at",
            "finished_at",
        )
        read_only_fields = fields

    def get_payload(self, command: Command) -> dict[str, Any]:
        values: dict[str, Any] = orjson.loads(command.payload)
        return values["payload"] if command.kind == CommandKind.CALL else values

    @extend_schema_field({"type": ["object", "null"]})
    def get_result(self, command: Command) -> Any:
        return orjson.loads(command.result) if command.result else None


class CommandFilter(filters.FilterSet):  # type: ignore[misc]
    station = filters.CharFilter("station__identity", label="Identity of the station.")
    session = filters.ModelChoiceFilter(queryset=lambda request: visible_sessions(request.user))
    requested_after = filters.IsoDateTimeFilter("requested_at", lookup_expr="gte")
    requested_before = filters.IsoDateTimeFilter("requested_at", lookup_expr="lt")

    part_of = filters.NumberFilter("part_of", label="Id of the command of which these are further parts.")

    class Meta:
        model = Command
        fields = ("station", "kind", "action", "state", "session", "part_of")


class CommandViewSet(viewsets.ReadOnlyModelViewSet[Command]):
    """What was asked of chargers and what became of it, newest first."""

    queryset = Command.objects.none()
    serializer_class = CommandSerializer
    filterset_class = CommandFilter
    ordering = ("-id",)
    ordering_fields = ("id", "requested_at")
    lookup_value_regex = ID

    def get_queryset(self) -> QuerySet[Command]:
        return visible_commands(self.request.user)


class CallSerializer(serializers.Serializer[Any]):
    """A raw CALL. `payload` goes to the charger as it stands."""

    action = serializers.CharField(max_length=50, help_text="OCPP action of the protocol in use.")
    payload = serializers.DictField(help_text="Checked against that action's schema only.")
    queue = serializers.BooleanField(required=False, help_text="Whether to wait for a charger that is not connected.")


class KindSerializer(serializers.Serializer[Any]):
    """What every command has beside the parameters of its kind."""

    kind = serializers.ChoiceField([kind.value for kind in CommandKind if kind is not CommandKind.CALL])
    queue = serializers.BooleanField(required=False)


class WaitSerializer(serializers.Serializer[Any]):
    """Query parameters of both."""

    wait = serializers.FloatField(
        default=0, min_value=0, max_value=LONGEST_WAIT_S, help_text="Seconds to wait for the outcome."
    )
    queue = serializers.BooleanField(required=False, help_text="As in the body, which goes first.")


_ANSWERS = {
    200: OpenApiResponse(CommandSerializer, "The command with its outcome."),
    202: OpenApiResponse(CommandSerializer, "The command, still open."),
}


class _AskingView(APIView):
    """Requests a command of a station and shows it as it is then, or after `?wait=` seconds."""

    scope = Scope.COMMAND

    def ask(self, station: Station, kind: CommandKind, values: Mapping[str, Any], queue: bool | None) -> Response:
        try:
            command = commands.request(
                station=station,
                kind=kind,
                values=dict(values),
                requested_by=cast(User, self.request.user),
                queue=queue,
            )
        except InvalidParameters as error:
            raise ValidationError({name: str(text) for name, text in error.errors.items()}) from error
        except commands.NotConnected as error:
            raise Conflict(str(error)) from error

        def write() -> tuple[int, Any]:
            found = Command.objects.select_related("station", "requested_by").get(pk=command.pk)
            code = status.HTTP_202_ACCEPTED if found.is_open else status.HTTP_200_OK
            return code, CommandSerializer(found).data

        last = command.further_parts.order_by("id").last() or command
        return Awaited(write, command=last, seconds=self.query["wait"])

    @cached_property
    def query(self) -> dict[str, Any]:
        query = WaitSerializer(data=self.request.query_params.dict())
        if not query.is_valid():
            raise InvalidQuery(query.errors)
        return dict(query.validated_data)


class StationCallsView(_AskingView):
    @extend_schema(request=CallSerializer, responses=_ANSWERS, parameters=[WaitSerializer])
    def post(self, request: Request, identity: str) -> Response:
        """Send any CSMS-initiated action of the protocol in use. 409 if the charger is not connected and `queue` is
        not true."""
        station = get_object_or_404(visible_stations(request.user), identity=identity)
        require_command(request.user, CommandKind.CALL, station.site)
        call = CallSerializer(data=request.data)
        call.is_valid(raise_exception=True)
        values = dict(call.validated_data)
        queue = values.pop("queue", self.query.get("queue", False))
        if not (station.connected or queue):
            raise Conflict(f"{station.identity} is not connected.")
        try:
            check_call(station.protocol, **values)
        except InvalidCall as error:
            raise ValidationError({"payload": [error.message]}) from error
        return self.ask(station, CommandKind.CALL, values, queue)


class StationCommandsView(_AskingView):
    @extend_schema(
        request={"application/json": command_request_schema()}, responses=_ANSWERS, parameters=[WaitSerializer]
    )
    def post(self, request: Request, identity: str) -> Response:
        """Ask for a command in words that every OCPP version understands. 409 if the charger is not connected and the
        command cannot wait or `queue` is false."""
        station = get_object_or_404(visible_stations(request.user), identity=identity)
        head = KindSerializer(data=request.data)
        head.is_valid(raise_exception=True)
        kind = CommandKind(head.validated_data["kind"])
        require_command(request.user, kind, station.site)
        values = {name: value for name, value in dict(request.data).items() if name not in head.fields}
        queue = head.validated_data.get("queue", self.query.get("queue"))
        return self.ask(station, kind, values, queue)
