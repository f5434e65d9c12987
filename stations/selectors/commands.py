"""One command: its parts, its frames, what undoes it."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from django.db.models import QuerySet

from drivers.permissions import Viewer
from stations.domain.commands import CommandKind, CommandState
from stations.domain.reservations import LIVE
from stations.domain.undo import Undo
from stations.models import Command, DisplayMessage, Frame, Reservation
from stations.selectors.bulk import MAY_HAVE_BEEN_DONE, undo_of_parts
from stations.selectors.frames import Wanted, page

# Its answer stands among the frames no later than so long after its outcome.
_AROUND = timedelta(minutes=1)


def parts_of(command: Command) -> list[Command]:
    """The command and, if it was too much for one CALL, its further parts."""
    return [command, *command.further_parts.order_by("id")]


def undo_for(parts: Sequence[Command]) -> Undo | None:
    """What takes back what was done, or may have been; None where nothing does."""
    done = [part for part in parts if part.state in MAY_HAVE_BEEN_DONE]
    return undo_of_parts(done, _known(done[0])) if done else None


def _known(command: Command) -> dict[str, Any]:
    """What came of it, as `stations.domain.undo` asks for it."""
    if command.kind == CommandKind.RESERVE:
        live = Reservation.objects.filter(command=command, state__in=sorted(LIVE), wire_id__isnull=False)
        return _first("reservation_id", live.values_list("wire_id", flat=True))
    if command.kind == CommandKind.SET_DISPLAY_MESSAGE:
        return _message(command)
    session = command.session
    return {"transaction_id": session.transaction_id} if session is not None and session.is_open else {}


def _message(command: Command) -> dict[str, Any]:
    """The number of a message; one that had none got it when it was sent."""
    shown = DisplayMessage.objects.filter(station=command.station_id).exclude(state=DisplayMessage.State.REMOVED)
    if "id" in command.values:
        shown = shown.filter(number=command.values["id"])
    else:
        shown = shown.filter(content=command.values.get("content", ""), changed_at__gte=command.sent_at)
    return _first("message_id", shown.order_by("-changed_at").values_list("number", flat=True))


def _first(name: str, numbers: QuerySet[Any, Any]) -> dict[str, Any]:
    number = numbers.first()
    return {} if number is None else {name: number}


def frames_of(viewer: Viewer, command: Command) -> list[Frame]:
    """The CALL and its answer as they crossed the wire, for those who may see frames; oldest first."""
    if not command.message_id or command.sent_at is None:
        return []
    wanted = Wanted(
        station=command.station.identity,
        message_id=command.message_id,
        since=command.sent_at - _AROUND,
        until=(command.finished_at or command.sent_at) + _AROUND,
    )
    return page(viewer, wanted, size=5).frames[::-1]


def is_withdrawable(parts: Sequence[Command]) -> bool:
    """Whether any of it is still to be sent."""
    return any(part.state == CommandState.QUEUED for part in parts)
