"""What of an incident the public is told without anybody having decided it: pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

# Alerts that tell of charging points which cannot charge: no others make an incident public.
TELLING = frozenset({"offline", "no_heartbeat", "faulted", "error_code", "flapping", "failed_starts", "zero_energy"})
# An incident with one of these is never published, by whomever: it would tell an attacker what was noticed.
SECRET = frozenset({"security_event", "identity_shared", "refused", "certificate_expiring"})


@dataclass(frozen=True, slots=True)
class Policy:
    """At least so many charging points of a site, or such a share of them, for so long."""

    least_points: int
    least_percent: int
    after_minutes: int


@dataclass(frozen=True, slots=True)
class Affected:
    """A charging point that cannot charge (`is_silent`: nobody knows whether it can) since an instant."""

    since: datetime
    is_silent: bool = False


def is_due(policy: Policy, affected: Iterable[Affected], *, total: int, now: datetime) -> bool:
    """Whether what affects a site of `total` charging points is to be published now."""
    longest_ago = now - timedelta(minutes=policy.after_minutes)
    count = sum(point.since <= longest_ago for point in affected)
    return count > 0 and (count >= policy.least_points or count * 100 >= policy.least_percent * total)


def is_secret(rules: Iterable[str]) -> bool:
    """Whether an incident with alerts of these rules stays among those who run the network."""
    return not SECRET.isdisjoint(rules)
