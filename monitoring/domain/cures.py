"""What self-repair has learned: which step cured which fault on which model. Pure."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from statistics import median

from monitoring.domain.playbooks import DISRUPTIVE, End, Result, Step

# A step that helped at none of so many faults is not worth what it disturbs.
ENOUGH = 10
# Runs that tell something of what helps.
TELLING = frozenset({End.CURED, End.HANDED_OVER, End.EXHAUSTED})


@dataclass(frozen=True, slots=True)
class Kind:
    """What is compared: a fault of a model with its firmware."""

    rule: str
    code: str
    vendor: str
    model: str
    firmware: str


@dataclass(frozen=True, slots=True)
class Told:
    """A run that has ended. `steps`: those that were tried, with what became of them; `minutes`: how long it took."""

    kind: Kind
    end: End
    minutes: float
    steps: Sequence[tuple[Step, Result]]


@dataclass(slots=True)
class Tally:
    tried: int = 0
    cured: int = 0

    @property
    def share(self) -> float | None:
        return self.cured / self.tried if self.tried else None


@dataclass(slots=True)
class Record:
    """Of one kind. `median_minutes`: of its cures, from the beginning of the run to the end of the fault."""

    kind: Kind
    runs: Tally = field(default_factory=Tally)
    by_step: dict[Step, Tally] = field(default_factory=dict)
    median_minutes: float | None = None


_TRIED = frozenset({Result.TAKEN, Result.NO_CURE, Result.CURED, Result.REFUSED})


def records(runs: Iterable[Told]) -> list[Record]:
    """One of each kind, those with the most runs first."""
    found: dict[Kind, Record] = {}
    minutes: dict[Kind, list[float]] = defaultdict(list)
    for run in runs:
        if run.end not in TELLING:
            continue
        record = found.setdefault(run.kind, Record(run.kind))
        record.runs.tried += 1
        if run.end is End.CURED:
            record.runs.cured += 1
            minutes[run.kind].append(run.minutes)
        _count(record.by_step, run.steps)
    for kind, record in found.items():
        record.median_minutes = median(minutes[kind]) if minutes[kind] else None
    return sorted(found.values(), key=lambda record: (-record.runs.tried, repr(record.kind)))


def _count(by_step: dict[Step, Tally], steps: Iterable[tuple[Step, Result]]) -> None:
    for step, result in steps:
        if step in (Step.PROBE, Step.WORK_ORDER) or result not in _TRIED:
            continue
        tally = by_step.setdefault(step, Tally())
        tally.tried += 1
        tally.cured += result is Result.CURED


def totals(found: Iterable[Record]) -> Mapping[Step, Tally]:
    """By step, over all kinds."""
    sums: dict[Step, Tally] = {}
    for record in found:
        for step, tally in record.by_step.items():
            total = sums.setdefault(step, Tally())
            total.tried += tally.tried
            total.cured += tally.cured
    return sums


def idle_steps(found: Iterable[Record], *, at_least: int = ENOUGH) -> list[Step]:
    """Disruptive steps that were tried so often and never cured anything: a playbook is better without them."""
    sums = totals(found)
    return [step for step in Step if step in DISRUPTIVE and step in sums and _is_idle(sums[step], at_least)]


def _is_idle(tally: Tally, at_least: int) -> bool:
    return tally.tried >= at_least and not tally.cured
