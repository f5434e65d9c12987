"""By which clock a session is told: the charger's, and what it showed when ours showed something else."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from stations.domain.conversation import Message
from stations.domain.times import is_time, parse

# A message that is further behind the others than this had waited in the charger.
WAITED = timedelta(seconds=60)

# From, until (None: still).
Spells = Sequence[tuple[datetime, datetime | None]]


@dataclass(frozen=True, slots=True)
class Clock:
    """What the charger's clock showed when ours showed something else: differences where it said its time."""

    trusted: bool
    knots: Sequence[tuple[datetime, timedelta]]
    late: Mapping[int, timedelta]

    @classmethod
    def of(cls, messages: Sequence[Message], *, offline: Spells, trusted: bool) -> "Clock":
        """The clock of a session's messages. Those that had waited in the charger tell nothing of it."""
        said = {m.id: (m.at, when - m.at) for m in messages if (when := _said(m)) is not None}
        usual = sorted(difference for _, difference in said.values())[len(said) // 2] if said else timedelta(0)
        late = {
            message.id: usual - said[message.id][1]
            for message in messages
            if message.id in said and _had_waited(message, said[message.id][1] - usual, offline)
        }
        return cls(trusted, [knot for pk, knot in said.items() if pk not in late], late)

    def shown(self, ours: datetime) -> datetime:
        """What the charger's clock showed at a time of ours; that very time where nobody trusts it."""
        if not self.trusted or not self.knots:
            return ours
        earlier = [difference for at, difference in self.knots if at <= ours]
        return ours + (earlier[-1] if earlier else self.knots[0][1])

    def of_message(self, message: Message) -> datetime:
        """When it happened what a message tells."""
        said = _said(message)
        if said is not None and (self.trusted or message.id in self.late):
            return said
        return self.shown(message.at)


def _said(message: Message) -> datetime | None:
    text = message.payload.get("timestamp")
    return parse(text) if not message.is_ours and isinstance(text, str) and is_time(text) else None


def _had_waited(message: Message, behind: timedelta, offline: Spells) -> bool:
    """Whether a message was kept while there was no connection: it says so (2.x), or is behind after such a time."""
    if message.payload.get("offline") is True:
        return True
    return behind < -WAITED and any(
        until is not None and since - WAITED <= message.at + behind and until <= message.at for since, until in offline
    )
