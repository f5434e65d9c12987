"""How messages and what became of them are said."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from drivers.reread import reread
from monitoring.models import Notification
from stations.views.wording import Word

State = Notification.State
WORDS = {
    State.WAITING: Word(gettext_lazy("Waiting"), "clock", "reserved"),
    State.HELD: Word(gettext_lazy("Held back"), "moon", "unavailable"),
    State.SENDING: Word(gettext_lazy("Being sent"), "send", "charging"),
    State.SENT: Word(gettext_lazy("Sent"), "check", "available"),
    State.IN_DIGEST: Word(gettext_lazy("In a digest"), "list", "available"),
    State.FAILED: Word(gettext_lazy("Given up"), "alert", "faulted"),
    State.CANCELLED: Word(gettext_lazy("Not needed any more"), "minus", "unavailable"),
}


@dataclass(frozen=True, slots=True)
class Row:
    """A message as it is shown."""

    notification: Notification
    who: str
    way: str
    word: Word
    problem: str
    reason: str


def rows(found: Iterable[Notification]) -> list[Row]:
    return [row(one) for one in found]


def row(one: Notification) -> Row:
    return Row(one, who(one), way(one), WORDS[State(one.state)], problem(one), reread(one.reason))


def who(one: Notification) -> str:
    """Whom it goes to."""
    return str(one.person) if one.person else _("Everybody who reads there")


def way(one: Notification) -> str:
    """By what it goes."""
    return one.channel.name if one.channel else _("email")


def problem(one: Notification) -> str:
    """Why it has not left, in the reader's language."""
    return reread(one.problem)
