"""How fast support answers and solves, as a viewer sees it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from drivers.permissions import Viewer
from monitoring.domain.support_figures import Figures, Measured, figures
from monitoring.models import Ticket
from monitoring.selectors.tickets import OPEN, visible_tickets
from stations.models import Site

# Of more tickets than this the latest count: a quarter of a large network has a few thousand.
MOST = 50_000
_COLUMNS = (
    "opened_at",
    "source",
    "category",
    "site",
    "first_answer_s",
    "first_answer_target_s",
    "first_answer_due_at",
    "resolved_at",
    "spent_s",
    "resolution_target_s",
    "resolution_due_at",
)
AGES = (timedelta(hours=4), timedelta(days=1), timedelta(days=3), timedelta(days=7))


@dataclass(frozen=True, slots=True)
class Known:
    """A ticket as figures see it."""

    opened_at: datetime
    category: str
    site: int | None
    measured: Measured


def known_tickets(viewer: Viewer, *, since: datetime, now: datetime, site: Site | None = None) -> list[Known]:
    """Those opened since then, in one query."""
    rows = visible_tickets(viewer).filter(opened_at__gte=since)
    rows = rows.filter(site=site) if site else rows
    return [
        Known(
            opened_at,
            category,
            of_site,
            Measured(
                first_answer_s=answer_s,
                first_answer_target_s=answer_target_s,
                first_answer_is_late=answer_due is not None and answer_due < now,
                resolution_s=spent_s if resolved_at else None,
                resolution_target_s=target_s,
                resolution_is_late=resolved_at is None
                and (spent_s > target_s or (due is not None and due < now)),
                was_called=source == Ticket.Source.PHONE,
            ),
        )
        for (
            opened_at, source, category, of_site, answer_s, answer_target_s, answer_due, resolved_at, spent_s,
            target_s, due,
        ) in rows.order_by("-opened_at").values_list(*_COLUMNS)[:MOST]
    ]  # fmt: skip


def by(tickets: Sequence[Known], key: Callable[[Known], object]) -> dict[object, Figures]:
    """The figures of each kind, those with most tickets first."""
    groups: dict[object, list[Measured]] = {}
    for ticket in tickets:
        groups.setdefault(key(ticket), []).append(ticket.measured)
    found = {name: figures(rows) for name, rows in groups.items()}
    return dict(sorted(found.items(), key=lambda item: -item[1].opened))


def open_by_age(viewer: Viewer, *, now: datetime, site: Site | None = None) -> list[int]:
    """Open tickets younger than each of AGES (and not than the one before), and the older ones."""
    rows = visible_tickets(viewer).filter(state__in=OPEN)
    opened = (rows.filter(site=site) if site else rows).values_list("opened_at", flat=True)
    counted = [0] * (len(AGES) + 1)
    for at in opened:
        counted[sum(now - at >= age for age in AGES)] += 1
    return counted
