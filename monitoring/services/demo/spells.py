"""What befell the demo network in its last ninety days. Others tell more of it: what was excluded, who mended it."""

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
    CANNOT_CHARGE = "cannot_charge"


@dataclass(frozen=True, slots=True)
class Spell:
    """`begins`, `lasts`: in hours; it began so long before the network was made. `evse`: its number, None all of them.
    `reason`: that of an exclusion which may be claimed for it, if any."""

    identity: str
    kind: Kind
    begins: float
    lasts: float
    evse: int | None = None
    code: str = ""
    reason: str = ""

    def span(self, made_at: datetime) -> tuple[datetime, datetime]:
        """From when to when, for a network made then; nothing goes on into the present."""
        start = (made_at - timedelta(hours=self.begins)).replace(microsecond=0)
        return start, min(start + timedelta(hours=self.lasts), made_at - timedelta(minutes=30)).replace(microsecond=0)


def _days(days: float) -> float:
    return days * 24


def _site(identities: str, kind: Kind, days_ago: float, hours: float, reason: str = "") -> tuple[Spell, ...]:
    return tuple(
        Spell(f"{identities}-{number:02}", kind, _days(days_ago) - 0.002 * number, hours, reason=reason)
        for number in range(1, 5)
        if any(station.identity == f"{identities}-{number:02}" for station in STATIONS)
    )


# What people remember.
TOLD = (
    # The modem of a site, twice; nothing excuses that.
    *_site("AMS", Kind.AWAY, 41.3, 19.2),
    *_site("AMS", Kind.AWAY, 12.6, 3.4),
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
)

_CODES = (
    "InternalError",
    "OverCurrentFailure",
    "PowerMeterFailure",
    "GroundFailure",
    "HighTemperature",
    "EVCommunicationError",
)


def spells_of(station: DemoStation) -> list[Spell]:
    """Everything that befell a station, in order; the same each time it is asked."""
    told = [spell for spell in TOLD if spell.identity == station.identity]
    return sorted([*told, *_everyday(station)], key=lambda spell: -spell.begins)


def _everyday(station: DemoStation) -> Iterator[Spell]:
    """Faults that a restart mends, and short absences. Fast chargers have more parts that break."""
    rng = random.Random(f"{station.identity}/past")  # noqa: S311
    days = float(YOUNG.get(station.identity, DAYS))
    for kind, every_days in ((Kind.FAULT, 24 if station.current_type == "dc" else 45), (Kind.AWAY, 14)):
        ago = days - rng.expovariate(1 / every_days) - 0.5
        while ago > 0.3:
            fault = kind is Kind.FAULT
            hours = min(rng.expovariate(1 / 2.2) + 0.2, 20) if fault else min(rng.expovariate(1 / 0.3) + 0.01, 6)
            yield Spell(
                station.identity,
                kind,
                _days(ago),
                hours,
                rng.randint(1, station.evses) if fault else None,
                rng.choice(_CODES) if fault else "",
            )
            ago -= rng.expovariate(1 / every_days) + hours / 24
