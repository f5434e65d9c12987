"""The words of maintenance."""

from datetime import datetime

from django.utils.translation import gettext_lazy as _

from monitoring.models import MaintenanceWindow, WindowStation, WorkOrder
from stations.views.wording import Text, Word

_State = WorkOrder.State
STATES = {
    _State.OPEN: Word(_("Open"), "clock", "reserved"),
    _State.ASSIGNED: Word(_("Assigned"), "user", "reserved"),
    _State.IN_PROGRESS: Word(_("In progress"), "play", "charging"),
    _State.DONE: Word(_("Done"), "check", "available"),
    _State.CANCELLED: Word(_("Cancelled"), "minus", "unavailable"),
}
OVERDUE = Word(_("Overdue"), "alert", "faulted")

_Priority = WorkOrder.Priority
PRIORITIES = {
    _Priority.URGENT: Word(_("Urgent"), "alert", "faulted"),
    _Priority.HIGH: Word(_("High"), "alert", "occupied"),
    _Priority.NORMAL: Word(_("Normal"), "minus", "unavailable"),
    _Priority.LOW: Word(_("Low"), "minus", "unknown"),
}

ENTRIES: dict[str, Word] = {
    "opened": Word(_("Opened"), "note", "reserved"),
    "assigned": Word(_("Assigned to"), "user", "reserved"),
    "changed": Word(_("Changed"), "sliders", "unavailable"),
    "started": Word(_("Begun"), "play", "charging"),
    "report": Word(_("Outcome written down"), "note", "unavailable"),
    "part": Word(_("Part used"), "box", "unavailable"),
    "photo": Word(_("Photo added"), "photo", "unavailable"),
    "note": Word(_("Note"), "message", "unavailable"),
    "letter": Word(_("Letter"), "send", "unavailable"),
    "done": Word(_("Done"), "check", "available"),
    "cancelled": Word(_("Cancelled"), "minus", "unavailable"),
    "reopened": Word(_("Opened again"), "reset", "occupied"),
}

_Row = WindowStation.State
WINDOW_ROWS = {
    _Row.WAITING: Word(_Row.WAITING.label, "clock", "reserved"),
    _Row.ASKED: Word(_Row.ASKED.label, "send", "charging"),
    _Row.OUT: Word(_Row.OUT.label, "minus", "unavailable"),
    _Row.LEFT: Word(_Row.LEFT.label, "minus", "unknown"),
    _Row.RESTORING: Word(_Row.RESTORING.label, "send", "charging"),
    _Row.BACK: Word(_Row.BACK.label, "check", "available"),
    _Row.SPARED: Word(_Row.SPARED.label, "check", "unknown"),
}


def state_of(order: WorkOrder, *, is_overdue: bool) -> Word:
    return OVERDUE if is_overdue else STATES[_State(order.state)]


def entry_word(kind: str) -> Word:
    return ENTRIES.get(kind, ENTRIES["note"])


def choice(choices: type[WorkOrder.Found] | type[WorkOrder.Cured], value: str) -> Text:
    return choices(value).label if value else ""


def window_state(window: MaintenanceWindow, now: datetime) -> Word:
    if window.cancelled_at:
        return Word(_("Called off"), "x", "unavailable")
    if window.ended_at or window.ends_at <= now:
        return Word(_("Over"), "check", "unavailable")
    if window.starts_at <= now:
        return Word(_("On"), "play", "charging")
    return Word(_("Announced"), "calendar", "reserved")
