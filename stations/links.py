"""What this process measures of its chargers' links while they talk anyway: nothing is written per pong or message.

Figures, no accounts: what is counted in the moment of a flush may be missing.
"""

from collections.abc import Iterable
from dataclasses import dataclass

# A message that is so much older than others of its charger has waited there: the network was away, not slow.
QUEUED_S = 30.0


class Link:
    """One socket, below OCPP: how long pings took, and how the socket ended. Made with it, read at each flush."""

    __slots__ = ("lost", "pings", "rtt_max_ms", "rtt_sum_ms", "was_cut", "was_silent")

    def __init__(self) -> None:
        self.pings = self.lost = 0
        self.rtt_sum_ms = self.rtt_max_ms = 0.0
        # The charger did not answer a ping in time; the connection broke without a close.
        self.was_silent = self.was_cut = False

    def answered(self, seconds: float) -> None:
        """A ping was answered after so long."""
        self.pings += 1
        self.rtt_sum_ms += 1000 * seconds
        self.rtt_max_ms = max(self.rtt_max_ms, 1000 * seconds)

    def unanswered(self) -> None:
        """A ping was not answered in time: the socket closes for it."""
        self.lost += 1
        self.was_silent = True


@dataclass(slots=True)
class Measured:
    """What was measured of a station's link since the last flush. Times in milliseconds; `queued` messages waited in
    the charger and count in none of them."""

    pings: int = 0
    lost: int = 0
    rtt_sum_ms: float = 0.0
    rtt_max_ms: float = 0.0
    messages: int = 0
    delay_sum_ms: float = 0.0
    delay_max_ms: float = 0.0
    queued: int = 0

    def add_pings(self, link: Link) -> None:
        """Take over what the link has counted, and begin it anew."""
        self.pings += link.pings
        self.lost += link.lost
        self.rtt_sum_ms += link.rtt_sum_ms
        self.rtt_max_ms = max(self.rtt_max_ms, link.rtt_max_ms)
        link.pings = link.lost = 0
        link.rtt_sum_ms = link.rtt_max_ms = 0.0

    def add_delay(self, seconds: float) -> None:
        """A message came so long after its charger wrote it, by the charger's clock as we know it."""
        if seconds > QUEUED_S:
            self.queued += 1
            return
        delay_ms = 1000 * max(0.0, seconds)
        self.messages += 1
        self.delay_sum_ms += delay_ms
        self.delay_max_ms = max(self.delay_max_ms, delay_ms)


_waiting: dict[int, Measured] = {}


def note_delays(delays: Iterable[tuple[int, float]]) -> None:
    """By station, seconds from a message's writing to its receipt."""
    for station_id, seconds in delays:
        _of(station_id).add_delay(seconds)


def note_link(station_id: int, link: Link) -> None:
    """Take over what the link of a station has counted: at a flush, and when its socket is gone."""
    if link.pings or link.lost:
        _of(station_id).add_pings(link)


def _of(station_id: int) -> Measured:
    return _waiting.get(station_id) or _waiting.setdefault(station_id, Measured())


def take() -> dict[int, Measured]:
    """What was measured since it was last taken, by station."""
    global _waiting
    taken, _waiting = _waiting, {}
    return taken
