"""Sums of the uptime ledger by site and day of UTC, for status pages: nobody reads a ledger while thousands look.

Today's row of each site is added up anew every few minutes; a day that is over is added up once more at its end, and
again when the ledger of a port there changes in it (monitoring.services.ledger_rows).
"""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta

from django.db import transaction
from django.db.models import Max

from drivers import clock
from monitoring.domain.status_page import add_up, window
from monitoring.domain.uptime import clipped
from monitoring.models import Port, StatusDay
from monitoring.selectors.status_page import shown_sites
from monitoring.services.uptime_rollups import current_ledgers
from stations.services.flush import update_many

# Sites in one transaction.
CHUNK = 50
_SUMS = ["through", "is_due", "measured_s", "up_s", "unknown_s"]


def roll_up(*, now: datetime | None = None) -> int:
    """Bring the days of all sites on status pages up to `now`; how many rows were added up."""
    now = (now or clock.now()).replace(microsecond=0)
    sites = list(shown_sites().order_by("pk").values_list("pk", flat=True))
    added = 0
    for start in range(0, len(sites), CHUNK):
        with transaction.atomic():
            added += _bring_up(sites[start : start + CHUNK], now)
    return added


def _bring_up(sites: Sequence[int], now: datetime) -> int:
    """Ports are locked, so that a change of their ledgers meanwhile is dealt with before or after."""
    locked = Port.objects.select_for_update().filter(site__in=sites, commissioned_at__isnull=False).order_by("pk")
    ports = dict(locked.values_list("pk", "site"))
    _ensure(sites, now.date())
    rows = list(StatusDay.objects.filter(site__in=sites, is_due=True).order_by("pk"))
    if not rows:
        return 0
    since = _midnight(min(row.day for row in rows))
    sums = _sums(ports, since, now)
    for row in rows:
        row.measured_s, row.up_s, row.unknown_s = sums[row.site_id].get(row.day, (0, 0, 0))
        end = _midnight(row.day + timedelta(days=1))
        row.through, row.is_due = min(end, now), now < end
    update_many(rows, _SUMS)
    return len(rows)


def _ensure(sites: Collection[int], today: date) -> None:
    """The rows of days that begun since, and of all ninety days for a site that is new here; what is older goes."""
    days = window(today)
    StatusDay.objects.filter(site__in=sites, day__lt=days[0]).delete()
    last = dict(StatusDay.objects.filter(site__in=sites).order_by().values_list("site").annotate(Max("day")))
    missing = [StatusDay(site_id=pk, day=day) for pk in sites for day in days if pk not in last or day > last[pk]]
    StatusDay.objects.bulk_create(missing, batch_size=1000, ignore_conflicts=True)


def _sums(ports: Mapping[int, int | None], since: datetime, now: datetime) -> dict[int, dict[date, list[int]]]:
    found: defaultdict[int, dict[date, list[int]]] = defaultdict(dict)
    for port_id, intervals in current_ledgers(ports, since, now).items():
        add_up(clipped(intervals, since, now), found[ports[port_id] or 0])
    return found


def _midnight(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=UTC)
