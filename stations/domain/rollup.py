"""Roll-ups: what an EVSE delivered in each quarter of an hour, from the registers of its sessions.

A quarter begins at :00, :15, :30 and :45 UTC. Days are those of UTC: a site's own day is the sum of its quarters from
its midnight on, for every time zone's offset is a multiple of a quarter of an hour.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from stations.domain.session import MAX_POWER_W, Register

QUARTER = timedelta(minutes=15)
DAY = timedelta(days=1)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Sample:
    """What a meter value says here: the register in Wh and the power in W, where it told them."""

    at: datetime
    register_wh: float | None = None
    power_w: float | None = None


@dataclass(frozen=True, slots=True)
class Charge:
    """A session: when it was (`ended_at` None: it runs), its energy as it is billed, and the registers it was told.

    `start_wh`, `stop_wh`: the registers at its start and end; None where only its samples tell them. `max_power_w`:
    what the EVSE is made for.
    """

    started_at: datetime
    ended_at: datetime | None
    energy_wh: int
    start_wh: int | None = None
    stop_wh: int | None = None
    max_power_w: float = MAX_POWER_W


@dataclass(frozen=True, slots=True)
class Total:
    """What happened in a stretch of time. `occupied_s`: seconds with a session; `sessions`: those that began in it."""

    energy_wh: int = 0
    peak_power_w: float | None = None
    occupied_s: int = 0
    sessions: int = 0
    samples: int = 0


def start_of(at: datetime, period: timedelta) -> datetime:
    """The start of the period that `at` lies in; a quarter or a day, by UTC."""
    return at - (at - _EPOCH) % period


def add(totals: Iterable[Total]) -> Total:
    """Everything together; the peak is the highest one."""
    found = list(totals)
    return Total(
        energy_wh=sum(total.energy_wh for total in found),
        peak_power_w=max((t.peak_power_w for t in found if t.peak_power_w is not None), default=None),
        occupied_s=sum(total.occupied_s for total in found),
        sessions=sum(total.sessions for total in found),
        samples=sum(total.samples for total in found),
    )


def extent(charge: Charge, samples: Sequence[Sample]) -> tuple[datetime, datetime]:
    """From when to when a session has anything to say: the start of its first quarter, the end of its last."""
    times = [charge.started_at, charge.ended_at or charge.started_at, *(sample.at for sample in samples)]
    return start_of(min(times), QUARTER), start_of(max(times), QUARTER) + QUARTER


def quarters(charge: Charge, samples: Sequence[Sample]) -> dict[datetime, Total]:
    """A session by quarters; their energy adds up to the session's, whatever order its samples came in.

    The energy of a step between two registers is spread evenly over its time. Where the steps add up to something else
    than the session's energy (the charger corrected it at the end, or counted kWh as Wh), all are scaled to it.
    """
    samples = sorted(samples, key=lambda sample: (sample.at, sample.register_wh or 0.0, sample.power_w or 0.0))
    last = charge.ended_at or max([charge.started_at, *(sample.at for sample in samples)])
    totals = {quarter: Total(energy_wh=wh) for quarter, wh in _energy(charge, samples, last).items()}
    first = start_of(charge.started_at, QUARTER)
    for quarter, within in _spread(charge.started_at, last):
        known = totals.get(quarter, Total())
        totals[quarter] = replace(known, occupied_s=round(within.total_seconds()))
    totals[first] = replace(totals.get(first, Total()), sessions=1)
    for quarter, there in _by_quarter(samples):
        peak = max((sample.power_w for sample in there if sample.power_w is not None), default=None)
        totals[quarter] = replace(totals.get(quarter, Total()), peak_power_w=peak, samples=len(there))
    return totals


def _by_quarter(samples: Sequence[Sample]) -> Iterator[tuple[datetime, list[Sample]]]:
    """The samples, which are in the order of time, by quarter."""
    there: list[Sample] = []
    start, end = _EPOCH, _EPOCH
    for sample in samples:
        if sample.at >= end:
            if there:
                yield start, there
            start, there = start_of(sample.at, QUARTER), []
            end = start + QUARTER
        there.append(sample)
    if there:
        yield start, there


def _spread(since: datetime, until: datetime) -> Iterator[tuple[datetime, timedelta]]:
    """The quarters of a stretch of time, with how much of it lies in each."""
    while since < until:
        quarter = start_of(since, QUARTER)
        end = min(until, quarter + QUARTER)
        yield quarter, end - since
        since = end


def _energy(charge: Charge, samples: Sequence[Sample], last: datetime) -> dict[datetime, int]:
    """The session's energy by quarter, in whole Wh that add up to it."""
    steps = list(_steps(charge, samples))
    counted = sum(wh for _, _, wh in steps)
    if counted <= 0:
        steps, counted = [(charge.started_at, last, charge.energy_wh)], charge.energy_wh
    if counted <= 0:
        return {}
    shares: dict[datetime, float] = {}
    for since, until, wh in steps:
        if since >= until:
            quarter = start_of(until, QUARTER)
            shares[quarter] = shares.get(quarter, 0.0) + wh
        for quarter, within in _spread(since, until):
            shares[quarter] = shares.get(quarter, 0.0) + wh * (within / (until - since))
    return _whole(shares, charge.energy_wh / counted, charge.energy_wh)


def _whole(shares: dict[datetime, float], scale: float, total_wh: int) -> dict[datetime, int]:
    """The shares in whole Wh: what rounding leaves over goes into the next one, so that nothing is lost."""
    found: dict[datetime, int] = {}
    reached, so_far = 0.0, 0
    for quarter in sorted(shares):
        reached += shares[quarter] * scale
        # To a thousandth of a Wh first: the order in which floats were added must not show.
        upto = min(total_wh, round(round(reached, 3)))
        found[quarter], so_far = upto - so_far, upto
    found[max(found)] += total_wh - so_far
    return {quarter: wh for quarter, wh in found.items() if wh}


def _steps(charge: Charge, samples: Sequence[Sample]) -> Iterator[tuple[datetime, datetime, int]]:
    """What the meter counted, from when to when: the rule of stations.domain.session.Meter, in the order of time."""
    base: Register | None = None
    suspect: Register | None = None
    for read in _registers(charge, samples):
        if base is None:
            base = read
        elif read.follows(base, charge.max_power_w):
            yield _step(base, read)
            # One that fell by rounding is not the new base.
            base, suspect = Register(max(base.wh, read.wh), read.at), None
        elif suspect is not None and read.follows(suspect, charge.max_power_w):
            yield _step(suspect, read)
            base, suspect = read, None
        else:
            suspect = read


def _step(before: Register, read: Register) -> tuple[datetime, datetime, int]:
    since, until = before.at or _EPOCH, read.at or _EPOCH
    return since, until, max(0, read.wh - before.wh)


def _registers(charge: Charge, samples: Sequence[Sample]) -> list[Register]:
    found = [Register(round(sample.register_wh), sample.at) for sample in samples if sample.register_wh is not None]
    if charge.start_wh is not None:
        found.append(Register(charge.start_wh, charge.started_at))
    if charge.stop_wh is not None and charge.ended_at is not None:
        found.append(Register(charge.stop_wh, charge.ended_at))
    return sorted(found, key=lambda register: (register.at or _EPOCH, register.wh))
