"""A session's timeline."""

from dataclasses import dataclass

from django.http import HttpResponse
from django.shortcuts import get_object_or_404

from stations.domain.timeline import Entry, Kind
from stations.selectors import visible_sessions
from stations.selectors.timeline import timeline_of
from stations.views.pages import ConsoleRequest, console, render_page

# Icon and tone.
_LOOKS = {
    Kind.PLUGGED_IN: ("plug", "reserved"),
    Kind.ASKED: ("command", "reserved"),
    Kind.AUTHORIZED: ("user", "available"),
    Kind.REFUSED: ("x", "faulted"),
    Kind.OBEYED: ("check", "available"),
    Kind.STARTED: ("play", "charging"),
    Kind.CHARGING: ("bolt", "charging"),
    Kind.PAUSED: ("minus", "occupied"),
    Kind.NOTED: ("clock", "unavailable"),
    Kind.OFFLINE: ("offline", "offline"),
    Kind.RESTARTED: ("reset", "occupied"),
    Kind.FAULT: ("alert", "faulted"),
    Kind.ENDED: ("stop", "available"),
    Kind.UNPLUGGED: ("plug", "unavailable"),
}


@dataclass(frozen=True, slots=True)
class Line:
    """An entry as it is shown."""

    entry: Entry
    icon: str
    tone: str
    text: str


@console
def session_timeline(request: ConsoleRequest, pk: int) -> HttpResponse:
    """What happened in a session, oldest first: a fragment of its page, and a page of its own."""
    sessions = visible_sessions(request.user).select_related("station__site", "evse", "connector")
    session = get_object_or_404(sessions, pk=pk)
    lines = [_line(entry) for entry in timeline_of(session)]
    context = {"session": session, "lines": lines}
    return render_page(
        request, "stations/session_timeline.html", context, fragments={"timeline": "stations/_timeline.html"}
    )


def _line(entry: Entry) -> Line:
    icon, tone = _LOOKS[entry.kind]
    return Line(entry, icon, tone, str(entry.text))
