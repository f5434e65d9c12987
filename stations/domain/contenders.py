"""Two chargers with one identity: how to tell them from one charger with a flapping network.

Each socket supersedes the one before, and so two chargers with one identity throw each other out for ever. What gives
them away is that the *former* one comes back: A, B, A, B. A lone charger that loses its network may change its address,
but it stays itself, and its serial number says so.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

# How far back sockets are looked at.
WINDOW = timedelta(minutes=30)
# Returns of a former holder that prove it: by serial number, or by address alone, since two uplinks alternate too.
PROOF_BY_SERIAL = 2
PROOF_BY_ADDRESS = 5
FIRST_HOLD = timedelta(seconds=30)
LONGEST_HOLD = timedelta(minutes=15)
# Without a clash for so long it is over.
OVER_AFTER = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Holder:
    """One socket of the identity. `serial`: what the charger on it said at boot, empty if it did not."""

    address: str
    serial: str = ""

    def differs_from(self, other: "Holder") -> bool:
        """Whether these are two chargers, as far as can be told: a serial number outweighs an address."""
        if self.serial and other.serial:
            return self.serial != other.serial
        return self.address != other.address


def rivals(holders: Sequence[Holder]) -> tuple[Holder, Holder] | None:
    """Two chargers that throw each other out; None while one charger explains it all.

    `holders`: the latest sockets, oldest first, each superseded while it was open by the next one.
    """
    by_serial = by_address = 0
    found: tuple[Holder, Holder] | None = None
    for before, between, after in zip(holders, holders[1:], holders[2:], strict=False):
        if not between.differs_from(before) or after.differs_from(before):
            continue
        found = before, between
        if between.serial and before.serial:
            by_serial += 1
        else:
            by_address += 1
    is_proven = by_serial >= PROOF_BY_SERIAL or by_serial + by_address >= PROOF_BY_ADDRESS
    return found if is_proven else None


def hold_for(clashes: int) -> timedelta:
    """How long a newcomer is refused while the holder's socket stands, after so many clashes: doubling."""
    return min(FIRST_HOLD * 2.0 ** min(clashes, 16), LONGEST_HOLD)


def is_over(last_clash: datetime, now: datetime) -> bool:
    """Whether there was no clash for long enough."""
    return now - last_clash > OVER_AFTER
