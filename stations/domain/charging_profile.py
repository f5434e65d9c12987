"""Charging profiles: limits over time, as OCPP 1.6 (section 3.13) and 2.x (block K) know them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from itertools import pairwise
from typing import Any

from drivers.domain.phrases import Phrase
from stations.domain.times import parse

MAX_SCHEDULES = 3


class Purpose(StrEnum):
    """As OCPP 2.1 spells them; 1.6 calls STATION_MAX otherwise and knows only the first three."""

    STATION_MAX = "ChargingStationMaxProfile"
    TX_DEFAULT = "TxDefaultProfile"
    TX = "TxProfile"
    EXTERNAL = "ChargingStationExternalConstraints"
    PRIORITY = "PriorityCharging"
    LOCAL_GENERATION = "LocalGeneration"


# OCPP 1.6's own word.
CHARGE_POINT_MAX = "ChargePointMaxProfile"


def purpose_of(word: str) -> str:
    """The purpose in the words of 2.x."""
    return Purpose.STATION_MAX if word == CHARGE_POINT_MAX else word


class Kind(StrEnum):
    """What a schedule's periods count from. DYNAMIC (2.1): one period whose limit is changed as it runs."""

    ABSOLUTE = "Absolute"
    RECURRING = "Recurring"
    RELATIVE = "Relative"
    DYNAMIC = "Dynamic"


class Recurrency(StrEnum):
    DAILY = "Daily"
    WEEKLY = "Weekly"


class Unit(StrEnum):
    """AMPERE is per phase, WATT the sum of all phases (K01.FR.50, K01.FR.51)."""

    AMPERE = "A"
    WATT = "W"


class ProfileState(StrEnum):
    """What is known of a profile on a station. Only ACCEPTED ones count."""

    SENT = "sent"
    ACCEPTED = "accepted"
    REJECTED = "rejected"
    REPLACED = "replaced"  # by another of the same id, or of the same purpose and stack level
    CLEARED = "cleared"
    ENDED = "ended"  # with its transaction


@dataclass(frozen=True, slots=True)
class Period:
    """From `start_s` seconds after the schedule's start until the next one. A discharge limit is negative."""

    start_s: int
    limit: float | None = None
    phases: int | None = None
    discharge_limit: float | None = None
    setpoint: float | None = None


@dataclass(frozen=True, slots=True)
class Schedule:
    """`min_rate`: charging below it is inefficient, says who made it; it limits nothing."""

    unit: Unit
    periods: tuple[Period, ...]
    start: datetime | None = None
    duration_s: int | None = None
    min_rate: float | None = None
    use_local_time: bool = False


@dataclass(frozen=True, slots=True)
class Profile:
    """A profile where it stands: `evse` 0 is the station. Of several schedules (ISO 15118) the first is looked at.

    `since`: when it came into force, for a relative one that belongs to no transaction.
    """

    purpose: str
    kind: str
    stack_level: int
    schedule: Schedule
    evse: int = 0
    recurrency: str = ""
    valid_from: datetime | None = None
    valid_to: datetime | None = None
    since: datetime | None = None


def schedule_of(wire: Mapping[str, Any]) -> Schedule:
    """A `ChargingSchedule` of any version that fits its schema."""
    start, duration = wire.get("startSchedule"), wire.get("duration")
    periods = [_period(period) for period in wire["chargingSchedulePeriod"]]
    return Schedule(
        unit=Unit(wire["chargingRateUnit"]),
        periods=tuple(sorted(periods, key=lambda period: period.start_s)),
        start=parse(start) if start else None,
        duration_s=None if duration is None else int(duration),
        min_rate=wire.get("minChargingRate"),
        use_local_time=bool(wire.get("useLocalTime", False)),
    )


def _period(wire: Mapping[str, Any]) -> Period:
    phases = wire.get("numberPhases")
    # Q10.FR.01: Idle has no limit on the wire, and means that no energy flows.
    none = 0.0 if wire.get("operationMode") == "Idle" else None
    return Period(
        start_s=int(wire["startPeriod"]),
        limit=wire.get("limit", none),
        phases=None if phases is None else int(phases),
        discharge_limit=wire.get("dischargeLimit", none),
        setpoint=wire.get("setpoint"),
    )


@dataclass(frozen=True, slots=True)
class Criteria:
    """Which profiles a message means; None: any. All that are given must fit (K09.FR.04, K10.FR.04)."""

    ids: frozenset[int] | None = None
    purpose: str | None = None
    stack_level: int | None = None
    evse: int | None = None
    sources: frozenset[str] | None = None

    def fit(self, *, wire_id: int, purpose: str, stack_level: int, evse: int | None, source: str) -> bool:
        """Whether a profile is meant."""
        return (
            (self.ids is None or wire_id in self.ids)
            and self.purpose in (None, purpose)
            and self.stack_level in (None, stack_level)
            and self.evse in (None, evse)
            and (self.sources is None or source in self.sources)
        )


@dataclass(frozen=True, slots=True)
class Draft:
    """A profile somebody wants to keep and send; `schedules` as on the wire of 2.x."""

    purpose: str
    kind: str
    schedules: Sequence[Any]
    recurrency: str = ""
    valid_from: datetime | None = None
    valid_to: datetime | None = None
    extras: Mapping[str, Any] = field(default_factory=dict)


# Members of a 2.1 profile beside those that have a field.
EXTRAS = frozenset(
    {
        *("maxOfflineDuration", "invalidAfterOfflineDuration", "dynUpdateInterval", "dynUpdateTime"),
        "priceScheduleSignature",
    }
)


def problems(draft: Draft) -> dict[str, Phrase]:
    """What a central system must not send (K01), by field; empty where all is well."""
    errors: dict[str, Phrase] = {}
    if draft.purpose == Purpose.EXTERNAL:
        errors["purpose"] = Phrase("Only external systems impose constraints of this purpose (K01.FR.22).")
    if draft.kind == Kind.RELATIVE and draft.purpose == Purpose.STATION_MAX:
        errors["kind"] = Phrase("The limit of a whole station is not relative to a session (K01.FR.38).")
    if (draft.kind == Kind.RECURRING) != bool(draft.recurrency):
        errors["recurrency"] = Phrase("A recurring profile, and no other, is daily or weekly.")
    if draft.valid_from and draft.valid_to and draft.valid_from >= draft.valid_to:
        errors["valid_to"] = Phrase("It must end after it begins.")
    if stray := sorted(draft.extras.keys() - EXTRAS):
        errors["extras"] = Phrase(
            "A profile has no further member %(stray)s; there are %(extras)s.",
            stray=repr(stray[0]),
            extras=", ".join(sorted(EXTRAS)),
        )
    if draft.kind != Kind.DYNAMIC and {"dynUpdateInterval", "dynUpdateTime"} & draft.extras.keys():
        errors["extras"] = Phrase("Only a dynamic profile is updated as it runs (K01.FR.122).")
    if not 1 <= len(draft.schedules) <= MAX_SCHEDULES:
        errors["schedules"] = Phrase("A profile has one to %(most)d schedules.", most=MAX_SCHEDULES)
    for schedule in draft.schedules:
        if problem := _schedule_problem(draft, schedule):
            errors["schedules"] = problem
    return errors


def _schedule_problem(draft: Draft, wire: Any) -> Phrase | None:
    try:
        schedule = schedule_of(wire)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        return Phrase("This is no ChargingSchedule: %(name)s %(error)s.", name=type(error).__name__, error=error)
    starts = [int(period["startPeriod"]) for period in wire["chargingSchedulePeriod"]]
    checks = {
        Phrase("A schedule has at least one period."): not starts,
        Phrase("The first period starts at 0 (K01.FR.31)."): bool(starts) and starts[0] != 0,
        Phrase("Periods stand in the order of their start (K01.FR.35)."): any(a >= b for a, b in pairwise(starts)),
        Phrase("A limit is not negative."): any((period.limit or 0) < 0 for period in schedule.periods),
        Phrase("phaseToUse goes with one phase only (K01.FR.19)."): any(
            "phaseToUse" in period and period.get("numberPhases") != 1 for period in wire["chargingSchedulePeriod"]
        ),
        Phrase("An absolute or recurring schedule says when it starts (K01.FR.40)."): (
            draft.kind in (Kind.ABSOLUTE, Kind.RECURRING) and schedule.start is None
        ),
        Phrase("A relative schedule has no start of its own (K01.FR.41)."): (
            draft.kind == Kind.RELATIVE and schedule.start is not None
        ),
        Phrase("A dynamic profile has one period (K28.FR.01)."): draft.kind == Kind.DYNAMIC and len(starts) != 1,
        Phrase("Priority charging lasts as long as the session: no duration (K01.FR.70)."): (
            draft.purpose == Purpose.PRIORITY and schedule.duration_s is not None
        ),
    }
    wrong = (text for text, is_wrong in checks.items() if is_wrong)
    return next(wrong, None) or next(filter(None, map(_mode_problem, wire["chargingSchedulePeriod"])), None)


_LIMITS = frozenset({"limit", "dischargeLimit"})
_RATES = _LIMITS | {"setpoint", "setpointReactive"}


def _mode_problem(period: Mapping[str, Any]) -> Phrase | None:
    """What the operation mode of a 2.1 period forbids or asks for."""
    mode, given = period.get("operationMode", "ChargingOnly"), period.keys()
    if mode == "CentralSetpoint" and given & _LIMITS:
        return Phrase("A period with a central setpoint has no limits (Q03.FR.02).")
    if mode in ("Idle", "LocalFrequency") and given & _RATES:
        return Phrase(
            "A period of the mode %(mode)s has neither limits nor setpoints (Q08.FR.01, Q10.FR.01).", mode=mode
        )
    if mode == "LocalFrequency" and ("v2xBaseline" not in given or len(period.get("v2xFreqWattCurve", [])) < 2):
        return Phrase("Local frequency support takes a baseline and a curve of two points or more (Q08.FR.02).")
    if mode == "ChargingOnly" and given & (_RATES - {"limit"}):
        return Phrase("Charging only has a limit and nothing else to follow (Q02.FR.02).")
    return None
