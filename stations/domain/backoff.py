"""Who knocks too often: growing waits after failed attempts, kept in memory and bounded.

A wait belongs to one *caller*, a key that its owner chooses. Chargers are told apart by identity and address
together, so that guesses from elsewhere never cost the real charger anything, nor a neighbour behind the same address.
"""

import ipaddress
from collections import OrderedDict
from collections.abc import Hashable
from dataclasses import dataclass, field


@dataclass(slots=True)
class _Failures:
    count: int
    last_at: float


@dataclass
class Backoff:
    """`free` failures cost nothing; each further one doubles the wait, from `first_s` to `longest_s` seconds.

    A caller without a failure for `forget_s` is forgotten, and beyond `capacity` the one that failed longest ago.
    Times are seconds of any clock that only goes forward.
    """

    free: int = 5
    first_s: float = 1.0
    longest_s: float = 60.0
    forget_s: float = 900.0
    capacity: int = 10_000
    _failures: OrderedDict[Hashable, _Failures] = field(default_factory=OrderedDict)

    def wait_s(self, caller: Hashable, now: float, *, free: int | None = None) -> float:
        """How long `caller` still has to wait; 0: come in. `free` overrules that of the table."""
        known = self._known(caller, now)
        beyond = (known.count if known else 0) - (self.free if free is None else free)
        if known is None or beyond <= 0:
            return 0.0
        wait = min(self.first_s * 2.0 ** min(beyond - 1, 32), self.longest_s)
        return max(0.0, known.last_at + wait - now)

    def failed(self, caller: Hashable, now: float) -> None:
        """Count a failure."""
        known = self._known(caller, now)
        self._failures[caller] = _Failures((known.count if known else 0) + 1, now)
        self._failures.move_to_end(caller)
        if len(self._failures) > self.capacity:
            self._failures.popitem(last=False)

    def succeeded(self, caller: Hashable) -> None:
        """What was, is forgotten."""
        self._failures.pop(caller, None)

    def failures(self, caller: Hashable, now: float) -> int:
        """How many failures are held against `caller`."""
        known = self._known(caller, now)
        return known.count if known else 0

    def __len__(self) -> int:
        return len(self._failures)

    def _known(self, caller: Hashable, now: float) -> _Failures | None:
        known = self._failures.get(caller)
        return known if known and now - known.last_at < self.forget_s else None


# So many failures from one address, of whatever identities, make it a bad one.
BAD_ADDRESS = 50
# Whoever has an IPv6 address has at least this much of a network.
_OWN_PREFIX = 64


def neighbourhood(address: str) -> str:
    """What stands for whoever is at `address`: an IPv6 address is one of many that the same caller has."""
    try:
        found = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return address
    if isinstance(found, ipaddress.IPv4Address) or found.ipv4_mapped:
        return address
    return str(ipaddress.ip_network((found, _OWN_PREFIX), strict=False))


@dataclass
class Doorkeeper:
    """Slows down who fails again and again, without locking out anybody with the right credentials.

    The first attempt of each (identity, address, credentials on file) is always looked at, so new credentials on file
    start afresh and a healthy charger behind a bad address gets in at once.
    """

    callers: Backoff = field(default_factory=Backoff)
    addresses: Backoff = field(default_factory=Backoff)
    # A stranger chooses its identity, so that each guess at the password of all newcomers could be another's first one.
    strangers: Backoff = field(default_factory=lambda: Backoff(free=BAD_ADDRESS))

    def wait_s(self, identity: str, address: str, on_file: str, now: float) -> float:
        """Seconds until an attempt is looked at again; 0: now. Behind a bad address only the first one is free."""
        is_bad = self.addresses.failures(neighbourhood(address), now) >= BAD_ADDRESS
        return self.callers.wait_s((identity, address, on_file), now, free=1 if is_bad else None)

    def failed(self, identity: str, address: str, on_file: str, now: float) -> None:
        """Wrong credentials, or an identity that nobody knows (`on_file` is empty)."""
        self.callers.failed((identity, address, on_file), now)
        self.addresses.failed(neighbourhood(address), now)

    def stranger_wait_s(self, address: str, now: float) -> float:
        """Seconds until a guess from there at the password of newcomers is looked at again; 0: now."""
        return self.strangers.wait_s(neighbourhood(address), now)

    def stranger_failed(self, address: str, now: float) -> None:
        """A wrong password of newcomers, by whatever identity."""
        self.strangers.failed(neighbourhood(address), now)

    def succeeded(self, identity: str, address: str, on_file: str) -> None:
        """The right credentials. What the address did otherwise stays."""
        self.callers.succeeded((identity, address, on_file))
