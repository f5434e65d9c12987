"""The composite schedule: what all charging profiles together allow, from now on.

OCPP 1.6 section 3.13, OCPP 2.1 K sections 3.5, 3.6 and 3.8, SC.01, K08.FR.04: within a purpose the highest stack level
leads that is valid and has a period for the instant; a gap falls through to the next. A TxProfile overrules the
TxDefaultProfile, an active PriorityCharging profile both. Over the purposes the lowest limit counts; what is generated
on the spot comes on top.
"""

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta, tzinfo
from itertools import islice

from stations.domain.charging_profile import Kind, Period, Profile, Purpose, Recurrency, Schedule, Unit

# The line voltage set for the area, not a measured one (K01.FR.50), where nothing better is known.
USUAL_VOLTAGE_V = 230.0
# A schedule that does not say how many phases means three (K01.FR.49).
USUAL_PHASES = 3

# More than any calendar of a charger has, and few enough to be computed while a charger waits.
MAX_CHANGES = 2000

_Led = tuple[Schedule, Period]
# The purpose, and the EVSE where profiles of several do not compete.
_Group = tuple[str, int]
_TURN = {Recurrency.DAILY: timedelta(days=1), Recurrency.WEEKLY: timedelta(days=7)}
_OF_A_SESSION = (Purpose.TX, Purpose.TX_DEFAULT, Purpose.PRIORITY)


@dataclass(frozen=True, slots=True)
class Supply:
    """What feeds an EVSE: volts between line and neutral, and how many lines."""

    voltage_v: float = USUAL_VOLTAGE_V
    phases: int = USUAL_PHASES


@dataclass(frozen=True, slots=True)
class Window:
    """The time looked at, and what is known of the EVSE.

    `session_since`: when its session was ready for energy; None: as if one began at `at` (K08.FR.06).
    `zone`: of the site, for schedules in local time.
    """

    at: datetime
    duration_s: int
    unit: Unit = Unit.WATT
    supply: Supply = Supply()
    session_since: datetime | None = None
    has_priority: bool = False
    zone: tzinfo = UTC


@dataclass(frozen=True, slots=True)
class Slot:
    """From `start_s` seconds after the window's start until the next slot. `limit` None: no profile limits it.

    `phases` is None where no profile limits it; `min_rate`: charging below is inefficient.
    """

    start_s: int
    limit: float | None = None
    phases: int | None = None
    discharge_limit: float | None = None
    setpoint: float | None = None
    min_rate: float | None = None


def composite(profiles: Sequence[Profile], window: Window) -> tuple[Slot, ...]:
    """The schedule of one EVSE: `profiles` are its own and the station's. Slots cover the window without a gap.

    Of more than MAX_CHANGES changes the first ones are looked at.
    """
    groups: dict[_Group, list[Profile]] = {}
    for profile in profiles:
        groups.setdefault(_group(profile), []).append(profile)
    turns = set(islice(_turns(profiles, window), MAX_CHANGES * 10))
    slots: list[Slot] = []
    for start_s in sorted(turns)[:MAX_CHANGES]:
        slot = _at(groups, window, start_s)
        if not slots or replace(slot, start_s=0) != replace(slots[-1], start_s=0):
            slots.append(slot)
    return tuple(slots)


def composite_of_station(
    evses: Sequence[Sequence[Slot]], profiles: Sequence[Profile], window: Window
) -> tuple[Slot, ...]:
    """What the station may draw in all (K08.FR.03): the sum over its EVSEs, below what limits the station itself.

    `evses`: their composite schedules for the same window; `profiles`: those of the whole station.
    """
    own = composite([p for p in profiles if p.evse == 0 and p.purpose not in _OF_A_SESSION], window)
    slots: list[Slot] = []
    for start_s in sorted({slot.start_s for schedule in (own, *evses) for slot in schedule}):
        limits = [slot_at(schedule, start_s).limit for schedule in evses]
        total = sum(limit or 0.0 for limit in limits) if limits and None not in limits else None
        roof = slot_at(own, start_s)
        slot = Slot(start_s, limit=_lowest([total, roof.limit]), phases=roof.phases, min_rate=roof.min_rate)
        if not slots or replace(slot, start_s=0) != replace(slots[-1], start_s=0):
            slots.append(slot)
    return tuple(slots)


def slot_at(slots: Sequence[Slot], offset_s: float) -> Slot:
    """The slot that covers an offset; the first one for what lies before it."""
    return next((slot for slot in reversed(slots) if slot.start_s <= offset_s), slots[0])


@dataclass(frozen=True, slots=True)
class Difference:
    """From `start_s` on two schedules allow something else."""

    start_s: int
    ours: float | None
    theirs: float | None


def differences(ours: Sequence[Slot], theirs: Sequence[Slot], *, tolerance: float = 0.05) -> list[Difference]:
    """Where a charger's schedule is another than ours. `tolerance` is a share of the limit; one of 0.1 is rounding.

    Where we know of no limit the charger's own (its hardware's) is no contradiction.
    """
    found: list[Difference] = []
    was_different = False
    for start_s in sorted({slot.start_s for slot in (*ours, *theirs)}):
        mine, other = slot_at(ours, start_s).limit, slot_at(theirs, start_s).limit
        is_different = mine is not None and (
            other is None or abs(mine - other) > max(0.1, tolerance * max(abs(mine), abs(other)))
        )
        if is_different and (not was_different or (found[-1].ours, found[-1].theirs) != (mine, other)):
            found.append(Difference(start_s, mine, other))
        was_different = is_different
    return found


def _at(groups: Mapping[_Group, Sequence[Profile]], window: Window, start_s: int) -> Slot:
    """What is allowed at one instant."""
    at = window.at + timedelta(seconds=start_s)
    leading = {
        group: found for group, profiles in groups.items() if (found := _leading(profiles, window, at)) is not None
    }
    session = leading.get((Purpose.TX, -1)) or leading.get((Purpose.TX_DEFAULT, -1))
    if window.has_priority:
        session = leading.get((Purpose.PRIORITY, -1)) or session
    roofs = [found for (purpose, _), found in leading.items() if purpose in (Purpose.STATION_MAX, Purpose.EXTERNAL)]
    merged = [*([session] if session else []), *roofs]
    if not merged:
        return Slot(start_s)
    phases = min([window.supply.phases, *(period.phases or USUAL_PHASES for _, period in merged)])
    extra = [found for (purpose, _), found in leading.items() if purpose == Purpose.LOCAL_GENERATION]
    return _merged(start_s, merged, extra, window, phases)


def _merged(start_s: int, merged: list[_Led], extra: list[_Led], window: Window, phases: int) -> Slot:
    def inside(value: float | None, unit: Unit) -> float | None:
        if value is None or unit == window.unit:
            return value
        watts_per_ampere = window.supply.voltage_v * phases
        return value * watts_per_ampere if unit == Unit.AMPERE else value / watts_per_ampere

    limit = _lowest(inside(period.limit, schedule.unit) for schedule, period in merged)
    if limit is not None:
        limit += sum(inside(period.limit, schedule.unit) or 0.0 for schedule, period in extra)
    discharge = [inside(period.discharge_limit, schedule.unit) for schedule, period in merged]
    discharge_limit = max((value for value in discharge if value is not None), default=None)
    setpoints = [inside(period.setpoint, schedule.unit) for schedule, period in merged]
    setpoint = min((value for value in setpoints if value is not None), key=abs, default=None)
    rates = [inside(schedule.min_rate, schedule.unit) for schedule, _ in merged]
    return Slot(
        start_s,
        limit=limit,
        phases=phases,
        discharge_limit=discharge_limit,
        setpoint=_capped(setpoint, limit, discharge_limit),
        min_rate=max((rate for rate in rates if rate is not None), default=None),
    )


def _capped(setpoint: float | None, limit: float | None, discharge_limit: float | None) -> float | None:
    """K08.FR.08: a setpoint stays within the limits of its direction."""
    if setpoint is None:
        return None
    if setpoint < 0:
        return setpoint if discharge_limit is None else max(setpoint, discharge_limit)
    return setpoint if limit is None else min(setpoint, limit)


def _lowest(limits: Iterable[float | None]) -> float | None:
    return min((limit for limit in limits if limit is not None), default=None)


def _group(profile: Profile) -> _Group:
    """Within a group profiles compete by stack level.

    Default profiles of the station and of an EVSE compete with each other (K01.FR.14); limits of the grid connection
    and of an EVSE do not: both are real.
    """
    return profile.purpose, -1 if profile.purpose in _OF_A_SESSION else profile.evse


def _leading(profiles: Sequence[Profile], window: Window, at: datetime) -> _Led | None:
    """Of a group the schedule and period that count."""
    found = [
        (profile.stack_level, profile.schedule, period)
        for profile in profiles
        if (period := _period(profile, window, at)) is not None
    ]
    if not found:
        return None
    highest = max(level for level, _, _ in found)
    # Two of one level should not be; the lower is the safe one.
    leaders = [(schedule, period) for level, schedule, period in found if level == highest]
    return min(leaders, key=lambda led: float("inf") if led[1].limit is None else led[1].limit)


def _period(profile: Profile, window: Window, at: datetime) -> Period | None:
    """The period of the profile's schedule that covers the instant; None in a gap."""
    if (profile.valid_from and at < profile.valid_from) or (profile.valid_to and at >= profile.valid_to):
        return None
    schedule = profile.schedule
    offset_s = _offset_s(profile, window, at)
    if offset_s is None or (schedule.duration_s is not None and offset_s >= schedule.duration_s):
        return None
    place = bisect_right(schedule.periods, offset_s, key=lambda period: period.start_s)
    return schedule.periods[place - 1] if place else None


def _offset_s(profile: Profile, window: Window, at: datetime) -> float | None:
    """Seconds since the schedule's start, or since that of its present turn; None before it."""
    if profile.kind == Kind.DYNAMIC:
        return 0.0
    start, now = _start(profile, window), at
    if profile.schedule.use_local_time:
        # K01.FR.90, K01.FR.91: by the clock on the wall, which skips or repeats an hour.
        start, now = start.replace(tzinfo=None), at.astimezone(window.zone).replace(tzinfo=None)
    elapsed = now - start
    if elapsed < timedelta(0):
        return None
    if profile.kind == Kind.RECURRING:
        elapsed %= _turn(profile)
    return elapsed.total_seconds()


def _turn(profile: Profile) -> timedelta:
    return _TURN[Recurrency.WEEKLY if profile.recurrency == Recurrency.WEEKLY else Recurrency.DAILY]


def _start(profile: Profile, window: Window) -> datetime:
    """1.6 section 7.13: an absolute schedule without a start counts from the start of charging, as a relative one."""
    if profile.schedule.start is not None and profile.kind != Kind.RELATIVE:
        return profile.schedule.start
    if profile.purpose in _OF_A_SESSION:
        return window.session_since or window.at
    return profile.since or window.at


def _turns(profiles: Sequence[Profile], window: Window) -> Iterator[int]:
    """Whole seconds after the window's start at which something may change, the start among them."""
    yield 0
    for profile in profiles:
        instants = [moment for moment in (profile.valid_from, profile.valid_to) if moment]
        for moment in (*instants, *_starts_of_periods(profile, window)):
            offset_s = (moment - window.at).total_seconds()
            # Between two seconds: looked at on both sides of it.
            for second in {int(offset_s // 1), -int(-offset_s // 1)}:
                if 0 < second < window.duration_s:
                    yield second


def _starts_of_periods(profile: Profile, window: Window) -> Iterator[datetime]:
    if profile.kind == Kind.DYNAMIC:
        return
    schedule, start = profile.schedule, _start(profile, window)
    ends = [] if schedule.duration_s is None else [schedule.duration_s]
    # What is said to begin before the schedule begins with it.
    offsets = [timedelta(seconds=max(0, second)) for second in (*(p.start_s for p in schedule.periods), *ends)]
    until = window.at + timedelta(seconds=window.duration_s)
    turn = _turn(profile) if profile.kind == Kind.RECURRING else None
    if schedule.use_local_time:
        yield from _on_the_wall(start, offsets, turn, window, until)
        return
    for turn_start in _turn_starts(start, turn, window.at, until):
        # What lies beyond the window may lie beyond the calendar.
        yield from (turn_start + offset for offset in offsets if offset <= until - turn_start)


def _turn_starts(start: datetime, turn: timedelta | None, since: datetime, until: datetime) -> Iterator[datetime]:
    """The starts of the turns that touch the time between; only `start` where nothing recurs."""
    if turn is None:
        yield start
        return
    begin = start + max(0, (since - start) // turn) * turn
    while begin < until:
        yield begin
        begin += turn


def _on_the_wall(
    start: datetime, offsets: Sequence[timedelta], turn: timedelta | None, window: Window, until: datetime
) -> Iterator[datetime]:
    """The same by the clock on the wall: hours that come twice count twice, and a change of the clock is a change."""
    day = timedelta(days=1)
    since = window.at.astimezone(window.zone).replace(tzinfo=None) - day
    last = until.astimezone(window.zone).replace(tzinfo=None) + day
    for turn_start in _turn_starts(start.replace(tzinfo=None), turn, since, last):
        for offset in offsets:
            if not since - turn_start <= offset <= last - turn_start:
                continue
            for fold in (0, 1):
                yield (turn_start + offset).replace(tzinfo=window.zone, fold=fold).astimezone(UTC)
    half_hour = timedelta(minutes=30)
    # Clocks change on the half hour at the finest (Lord Howe).
    moment = window.at.replace(minute=0, second=0, microsecond=0)
    while moment < until:
        if moment.astimezone(window.zone).utcoffset() != (moment + half_hour).astimezone(window.zone).utcoffset():
            yield moment + half_hour
        moment += half_hour
