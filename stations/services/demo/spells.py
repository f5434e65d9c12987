"""What befell the demo network in ninety days. Other apps tell more of it: what was excluded, who mended it."""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from stations.services.demo.network import STATIONS, DemoStation

DAYS = 90
# Built later than the others.
YOUNG = {"LYS-03": 58}


class Kind(StrEnum):
    FAULT = "fault"
    AWAY = "away"
    OPERATOR = "operator"
    # "Available", and whoever tries gets no energy; then nobody tries at all.
    CANNOT_CHARGE = "cannot_charge"
    GHOST = "ghost"


# Who is away for a shorter time is not missed: a session goes on without a link.
MISSED = 0.1


@dataclass(frozen=True, slots=True)
class Spell:
    """`begins`, `lasts`: in hours; it began so long before the network was made. `evse`: its number, None all of them.
    `reason`: that of an exclusion which may be claimed for it, if any. `goes_on`: into the present."""

    identity: str
    kind: Kind
    begins: float
    lasts: float
    evse: int | None = None
    code: str = ""
    reason: str = ""
    goes_on: bool = False

    def span(self, made_at: datetime) -> tuple[datetime, datetime]:
        """From when to when, for a network made in that second."""
        made_at = made_at.replace(microsecond=0)
        start = (made_at - timedelta(hours=self.begins)).replace(microsecond=0)
        if self.goes_on:
            return start, made_at
        return start, min(start + timedelta(hours=self.lasts), made_at - timedelta(minutes=30)).replace(microsecond=0)


def _days(days: float) -> float:
    return days * 24


def _site(identities: str, kind: Kind, days_ago: float, hours: float, reason: str = "") -> tuple[Spell, ...]:
    return tuple(
        Spell(f"{identities}-{number:02}", kind, _days(days_ago) - 0.002 * number, hours, reason=reason)
        for number in range(1, 5)
        if any(station.identity == f"{identities}-{number:02}" for station in STATIONS)
    )


_BRIEF = ("InternalError", "InternalError", "ReaderFailure", "PowerMeterFailure", "EVCommunicationError")

# What people remember.
TOLD = (
    # The modem of a site, twice; nothing excuses that.
    *_site("AMS", Kind.AWAY, 41.3, 19.2),
    *_site("AMS", Kind.AWAY, 12.6, 3.4),
    # A provider, which two sites have in common.
    *_site("HAM", Kind.AWAY, 33.4, 1.7),
    *_site("CPH", Kind.AWAY, 33.4, 1.7),
    # A power cut at another.
    *_site("LYS", Kind.AWAY, 24.4, 5.1, "utility"),
    # Planned work, announced a fortnight before.
    Spell("ESA-01", Kind.OPERATOR, _days(27.2), 4.0, reason="maintenance"),
    Spell("ESA-02", Kind.OPERATOR, _days(26.2), 3.5, reason="maintenance"),
    # A cable was cut.
    Spell("CPH-02", Kind.FAULT, _days(66.7), 75.5, 1, "ConnectorLockFailure", "vandalism"),
    # It waited for a spare part: this port is under its target.
    Spell("HAM-04", Kind.FAULT, _days(54.1), 13.2 * 24, 1, "GroundFailure"),
    Spell("HAM-04", Kind.FAULT, _days(19.8), 96.0, 1, "GroundFailure"),
    # Available by its own word, and nobody could charge.
    Spell("HAM-02", Kind.CANNOT_CHARGE, _days(16.4), 52.0, 2),
    Spell("ESA-04", Kind.CANNOT_CHARGE, _days(35.9), 21.0, 1),
    # Its screen is dark: nobody has come back since.
    Spell("CPH-02", Kind.GHOST, _days(6.2), 0, goes_on=True),
)

_CODES = (
    "InternalError",
    "InternalError",
    "ReaderFailure",
    "OverCurrentFailure",
    "PowerMeterFailure",
    "GroundFailure",
    "HighTemperature",
    "EVCommunicationError",
    "EVCommunicationError",
)


# Behind a modem that has grown bad: away for a minute or two, day after day.
_POOR_LINK = {"AMS-02": 38}


def spells_of(station: DemoStation) -> list[Spell]:
    """Everything that befell a station, in order, one thing at a time; the same each time it is asked."""
    told = [spell for spell in TOLD if spell.identity == station.identity]
    found = list(told)
    for spell in _everyday(station):
        if not any(_meet(spell, other) for other in found):
            found.append(spell)
    return sorted(found, key=lambda spell: -spell.begins)


def _meet(one: Spell, other: Spell) -> bool:
    """Whether they overlap, or follow on each other's heels."""
    lasts = other.begins if other.goes_on else other.lasts
    return one.begins - one.lasts - 1 <= other.begins and other.begins - lasts - 1 <= one.begins


def _everyday(station: DemoStation) -> Iterator[Spell]:
    """Faults that a restart mends, and short absences. Fast chargers have more parts that break."""
    rng = random.Random(f"{station.identity}/past")  # noqa: S311
    days = float(YOUNG.get(station.identity, DAYS))
    for ago in _moments(rng, days, 24 if station.current_type == "dc" else 45):
        hours = min(rng.expovariate(1 / 2.2) + 0.2, 20)
        evse, code = rng.randint(1, station.evses), rng.choice(_CODES)
        yield Spell(station.identity, Kind.FAULT, _days(ago), hours, evse, code)
    for ago in _moments(rng, days, 24):
        yield Spell(station.identity, Kind.AWAY, _days(ago), min(rng.expovariate(1 / 0.3) + 0.01, 6))
    for ago in _moments(rng, _POOR_LINK.get(station.identity, 0), 0.6):
        yield Spell(station.identity, Kind.AWAY, _days(ago), rng.uniform(0.008, 0.045))
    yield from _brief(station, days)


def _brief(station: DemoStation, days: float) -> Iterator[Spell]:
    """Faults that were over within minutes: what self-repair is for."""
    rng = random.Random(f"{station.identity}/brief")  # noqa: S311
    for ago in _moments(rng, days, 24 if station.current_type == "dc" else 45):
        evse, code = rng.randint(1, station.evses), rng.choice(_BRIEF)
        yield Spell(station.identity, Kind.FAULT, _days(ago), rng.uniform(0.03, 0.3), evse, code)


def _moments(rng: random.Random, days: float, every_days: float) -> Iterator[float]:
    """Days ago, by chance once in `every_days`; none of the last hours."""
    ago = days - rng.expovariate(1 / every_days) - 0.5
    while ago > 0.3:
        yield ago
        ago -= rng.expovariate(1 / every_days) + 0.1
