"""Which raised alerts are one incident.

They are one cause where they name a cause in common (a modem, a provider, a firmware version), where they are the same
station's, or where they happened at one site within minutes. What creeps in (an expiring certificate) only ever joins
by a named cause or by what else of its own kind its station has.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

# At one site, so long after the last alert that joined.
TOGETHER = timedelta(minutes=10)
# An incident that resolved by itself less than this ago is open again when its cause is back.
REOPENS_WITHIN = timedelta(minutes=30)
MOST_KEYS = 1000


class EntryKind(StrEnum):
    """What a line of an incident's timeline tells of."""

    OPENED = "opened"
    ALERT = "alert"  # more alerts joined
    OVER = "over"  # some of its alerts are over
    SEVERITY = "severity"
    FLAPPING = "flapping"
    ACKNOWLEDGED = "acknowledged"
    ASSIGNED = "assigned"
    COMMENT = "comment"
    SNOOZED = "snoozed"
    AWAKE = "awake"  # the time of a snooze is over
    RESOLVED = "resolved"
    REOPENED = "reopened"
    REPAIR = "repair"  # what self-repair did
    NOTIFIED = "notified"  # written by whoever told people of it


@dataclass(frozen=True, slots=True)
class Raised:
    """A raised alert. `causes`: named ones. `is_slow`: it creeps in, and has nothing to do with what happens beside."""

    id: int
    organization: int
    site: int | None
    station: int | None
    rule: str
    subject: str
    raised_at: datetime
    causes: tuple[str, ...] = ()
    is_slow: bool = False


@dataclass(frozen=True, slots=True)
class Known:
    """An incident that alerts may join; `id` None for one that is only about to be opened."""

    id: int | None
    organization: int
    cause: str
    keys: frozenset[str]
    joined_at: datetime


@dataclass(slots=True)
class Group:
    """Alerts of one incident: of `known`, or of a new one."""

    organization: int
    known: Known | None
    alerts: list[Raised] = field(default_factory=list)
    keys: set[str] = field(default_factory=set)
    joined_at: datetime | None = None

    @property
    def cause(self) -> str:
        """What its alerts have in common, in a key that two open incidents never share."""
        if self.known is not None:
            return self.known.cause
        shared = set(self.alerts[0].causes).intersection(*(alert.causes for alert in self.alerts))
        if shared:
            return sorted(shared)[0]
        sites = {alert.site for alert in self.alerts}
        subjects = {_own(alert) for alert in self.alerts}
        if len(subjects) > 1 and len(sites) == 1 and None not in sites:
            return f"site:{sites.pop()}"
        return _own(self.alerts[0])

    def add(self, alert: Raised) -> None:
        self.alerts.append(alert)
        self.keys.update(keys_of(alert))
        self.joined_at = max(self.joined_at or alert.raised_at, alert.raised_at)


def keys_of(alert: Raised) -> tuple[str, ...]:
    """By what further alerts join the incident of this one: the surest first."""
    site = () if alert.is_slow or alert.site is None else (f"site:{alert.site}",)
    return (*alert.causes, _own(alert), *site)


def _own(alert: Raised) -> str:
    """The key of what it is about. What creeps in at a station is a matter of its own for each kind."""
    if alert.station is None:
        return alert.subject
    return f"station:{alert.station}" + (f" {alert.rule}" if alert.is_slow else "")


def group(alerts: Iterable[Raised], known: Iterable[Known]) -> list[Group]:
    """Each alert in exactly one group, the groups that have any; never over the bounds of an organization, and no two
    groups of one cause."""
    index: dict[tuple[int, str], list[Group]] = {}
    groups: dict[tuple[int, str], Group] = {}
    for incident in known:
        found = Group(incident.organization, incident, [], set(incident.keys), incident.joined_at)
        _enter(found, found.keys, index)
        groups.setdefault((incident.organization, incident.cause), found)
    opened: list[Group] = []
    for alert in sorted(alerts, key=lambda alert: (alert.raised_at, alert.id)):
        home = _home(alert, index)
        if home is None:
            home = Group(alert.organization, None)
            opened.append(home)
        _enter(home, set(keys_of(alert)) - home.keys, index)
        home.add(alert)
    for new in opened:
        _merge(new, groups)
    return [found for found in groups.values() if found.alerts]


def _merge(new: Group, groups: dict[tuple[int, str], Group]) -> None:
    """A group that turns out to have the cause of another is that other."""
    other = groups.setdefault((new.organization, new.cause), new)
    if other is not new:
        for alert in new.alerts:
            other.add(alert)


def _enter(found: Group, keys: Iterable[str], index: dict[tuple[int, str], list[Group]]) -> None:
    for key in keys:
        index.setdefault((found.organization, key), []).append(found)


def _home(alert: Raised, index: Mapping[tuple[int, str], Sequence[Group]]) -> Group | None:
    for key in keys_of(alert):
        for found in index.get((alert.organization, key), ()):
            if _is_near(alert, key, found):
                return found
    return None


def _is_near(alert: Raised, key: str, found: Group) -> bool:
    """What merely stands at the same site has to have happened at the same time."""
    if not key.startswith("site:") or key in alert.causes:
        return True
    return found.joined_at is not None and abs(alert.raised_at - found.joined_at) <= TOGETHER


def worst(severities: Iterable[int], *, default: int) -> int:
    """The gravest has the lowest number."""
    return min(severities, default=default)


def kept(keys: Iterable[str]) -> list[str]:
    """Of an incident without end, not every station is kept; what names the cause always is."""
    ordered = sorted(keys, key=lambda key: (key.startswith("station:"), key))
    return ordered[:MOST_KEYS]
