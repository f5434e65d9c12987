"""A quarter of the helpline in figures: SI 2023/1168 regulation 9 wants contacts recorded and a report each quarter.

The regulation's own list of what the report states could not be read here; these are the figures that helplines are
measured by: how many contacts, about what, by which way, where, how soon answered, how long, how many were helped at
once, and how long until the others were.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from statistics import median


@dataclass(frozen=True, slots=True)
class Contact:
    """`solved_at`: when the driver was helped, at once or later; None: not yet, or never. `month`: 1 to 12."""

    month: int
    category: str
    channel: str
    site: str
    minutes: int
    waited_s: int | None
    is_solved_at_once: bool
    at: datetime
    solved_at: datetime | None


@dataclass(frozen=True, slots=True)
class Group:
    """Contacts that have something in common; `median_minutes` None where there are none."""

    key: str
    count: int
    at_once: int
    median_minutes: float | None


@dataclass(frozen=True, slots=True)
class Report:
    """Of a quarter. Shares are 0 to 1; None where nothing was measured. Groups: the largest first."""

    total: int
    at_once: int
    solved: int
    median_minutes: float | None
    median_waited_s: float | None
    median_hours_to_solve: float | None
    waits_known: int
    categories: list[Group]
    channels: list[Group]
    sites: list[Group]
    months: list[int]

    @property
    def share_at_once(self) -> float | None:
        return self.at_once / self.total if self.total else None


def report(contacts: Sequence[Contact], months: Sequence[int]) -> Report:
    """The figures of these contacts; `months`: the three of the quarter, counted each."""
    waits = [contact.waited_s for contact in contacts if contact.waited_s is not None]
    times = [(c.solved_at - c.at).total_seconds() / 3600 for c in contacts if c.solved_at is not None]
    by_month = Counter(contact.month for contact in contacts)
    return Report(
        total=len(contacts),
        at_once=sum(contact.is_solved_at_once for contact in contacts),
        solved=len(times),
        median_minutes=_median([contact.minutes for contact in contacts]),
        median_waited_s=_median(waits),
        median_hours_to_solve=_median(times),
        waits_known=len(waits),
        categories=_groups(contacts, lambda contact: contact.category),
        channels=_groups(contacts, lambda contact: contact.channel),
        sites=_groups(contacts, lambda contact: contact.site),
        months=[by_month[month] for month in months],
    )


def _groups(contacts: Sequence[Contact], key: Callable[[Contact], str]) -> list[Group]:
    found: dict[str, list[Contact]] = {}
    for contact in contacts:
        found.setdefault(key(contact), []).append(contact)
    groups = [
        Group(name, len(rows), sum(c.is_solved_at_once for c in rows), _median([c.minutes for c in rows]))
        for name, rows in found.items()
    ]
    return sorted(groups, key=lambda group: (-group.count, group.key))


def _median(values: Sequence[float]) -> float | None:
    return float(median(values)) if values else None
