"""The flight recorder's pages: the messages of one station, and of the whole network."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone

from stations.domain.conversation import CALL, SLOW_S
from stations.forms.messages import MessageFilter
from stations.models import Frame, Session, Station
from stations.selectors import visible_sessions
from stations.selectors.frames import FramePage, Pairing, Wanted, page, pairings
from stations.views.frames import Reading, decode
from stations.views.pages import ConsoleRequest, console, render_page
from stations.views.station_page import header, station_of


@dataclass(frozen=True, slots=True)
class Row:
    """A message as it is shown. `delay_s`: between call and answer; `is_unanswered`: none came in time."""

    frame: Frame
    reading: Reading
    delay_s: float | None
    is_slow: bool
    is_unanswered: bool

    @property
    def is_wrong(self) -> bool:
        return self.is_unanswered or self.reading.type in ("error", "malformed")


@console
def message_list(request: ConsoleRequest) -> HttpResponse:
    """The messages of all stations one may see, latest first."""
    context = _found(request, station=None, zone=UTC)
    fragments = {"results": "stations/_frames.html"}
    return render_page(request, "stations/message_list.html", context, fragments=fragments)


@console
def station_messages(request: ConsoleRequest, identity: str) -> HttpResponse:
    """The messages of a station, latest first."""
    found = station_of(request, identity)
    context = {**header(request, found, "messages"), **_found(request, station=found, zone=found.site.zone)}
    fragments = {"results": "stations/_frames.html"}
    return render_page(request, "stations/station_messages.html", context, fragments=fragments)


def _found(request: ConsoleRequest, *, station: Station | None, zone: tzinfo) -> dict[str, Any]:
    form = MessageFilter(request.GET, zone=zone)
    values = form.values()
    session: Session | None = None
    if "session" in values:
        session = get_object_or_404(visible_sessions(request.user), pk=values["session"])
    about: dict[str, Any] = {**values, "session": session} if session else values
    if station is not None:
        about = {**about, "station": station.identity}
    before = request.GET.get("before", "")
    is_first = not (before.isascii() and before.isdigit())
    result = page(request.user, Wanted(**about), before=None if is_first else int(before[:18]))
    is_paused = "paused" in request.GET
    return {
        "form": form,
        "about_session": session,
        "rows": _rows(result),
        "is_first": is_first,
        "is_live": is_first and not is_paused,
        "pause_url": _url(request, paused="1"),
        "resume_url": _url(request),
        "older_url": _url(request, before=str(result.following)) if result.following is not None else "",
        "looked_on": not result.frames and result.following is not None,
        "export_url": _export_url(values, station),
    }


def _rows(result: FramePage) -> list[Row]:
    paired, now = pairings(result.frames), timezone.now()
    return [_row(frame, paired.get(frame.pk), now) for frame in result.frames]


def _row(frame: Frame, pairing: Pairing | None, now: datetime) -> Row:
    delay = pairing.latency_s if pairing else None
    patience = timedelta(seconds=settings.OCPP_CALL_TIMEOUT_SECONDS)
    is_open = frame.type == CALL and frame.message_id and not (pairing and pairing.answered)
    return Row(
        frame=frame,
        reading=decode(bytes(frame.body)),
        delay_s=delay,
        is_slow=delay is not None and delay >= SLOW_S,
        is_unanswered=bool(is_open and now - frame.at > patience),
    )


def _url(request: ConsoleRequest, **more: str) -> str:
    """This page with its filters, and `more` in place of where it stands."""
    kept = request.GET.copy()
    for name in ("before", "paused"):
        kept.pop(name, None)
    for name, value in more.items():
        kept[name] = value
    return f"{request.path}?{kept.urlencode()}"


def _export_url(values: Mapping[str, Any], station: Station | None) -> str:
    query = {name: value.isoformat() if isinstance(value, datetime) else value for name, value in values.items()}
    if station is not None:
        query["station"] = station.identity
    return f"{reverse('api:frame-export')}?{urlencode(query)}"
