"""What was delivered lately: roll-ups, with what was metered since they were brought up to date."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection
from django.db.models import DateTimeField, ExpressionWrapper, OuterRef, QuerySet, Subquery, Sum
from django.db.models.expressions import RawSQL
from django.utils import timezone

from drivers.domain.roles import Permission
from drivers.permissions import Viewer
from stations.domain.rollup import QUARTER, start_of
from stations.models import EvseRollup, Session, Site, SiteRollup
from stations.permissions import may, where_granted

# Batches of messages that roll-ups may be behind; those that are further behind say how far they are, and no more.
NOTES = 5000
HOUR = timedelta(hours=1)
_15M = EvseRollup.Interval.QUARTER


@dataclass(frozen=True, slots=True)
class Delivered:
    """A stretch of time from `start` on: sessions that began in it, and the energy that flowed."""

    start: datetime
    sessions: int
    energy_wh: int


def quarters(viewer: Viewer, *, since: datetime, site: Site | None = None) -> list[Delivered]:
    """The quarters of an hour from `since` on in which anything was, oldest first, in two queries: of the sites whose
    sessions the viewer sees, or of one of them. What no roll-up has yet stands in one of its own at the end."""
    sites = where_granted(viewer, Permission.VIEW_SESSIONS)
    if site:
        sites = [site.pk] if may(viewer, Permission.VIEW_SESSIONS, site) else []
    rows = SiteRollup.objects.filter(site__in=sites, interval=_15M, start__gte=since).order_by("start")
    sums = rows.values_list("start").annotate(Sum("sessions"), Sum("energy_wh"))
    return [*(Delivered(*told) for told in sums), _not_rolled_up(sites)]


def last_hours(viewer: Viewer) -> tuple[list[Delivered], list[Delivered]]:
    """The quarters of the last 24 hours, the running one among them, and the same by hours (UTC), oldest first; hours
    without any are there too."""
    last = start_of(timezone.now(), HOUR)
    starts = [last - back * HOUR for back in reversed(range(24))]
    found = quarters(viewer, since=starts[0])
    return found, [within(found, start, start + HOUR) for start in starts]


def within(found: Sequence[Delivered], since: datetime, until: datetime | None = None) -> Delivered:
    """Quarters added up, from `since` to before `until`, or to the last one."""
    some = [quarter for quarter in found if since <= quarter.start and (until is None or quarter.start < until)]
    return Delivered(since, sum(one.sessions for one in some), sum(one.energy_wh for one in some))


def energy_today_wh(viewer: Viewer, site: Site) -> int:
    """What a site delivered since its own midnight."""
    midnight = timezone.now().astimezone(site.zone).replace(hour=0, minute=0, second=0, microsecond=0)
    return within(quarters(viewer, since=midnight, site=site), midnight).energy_wh


def _not_rolled_up(sites: QuerySet[Site] | list[int]) -> Delivered:
    """What the noted sessions have more than the roll-ups of their EVSEs from their first quarter on: never too much,
    and less for a moment where another session ended in that quarter."""
    first = ExpressionWrapper(OuterRef("started_at") - QUARTER, output_field=DateTimeField())
    rows = EvseRollup.objects.filter(evse=OuterRef("evse"), interval=_15M, start__gt=first).order_by().values("evse")
    noted = Session.objects.filter(pk__in=_noted(), station__site__in=sites, evse__isnull=False).order_by()
    known = noted.annotate(known_wh=Subquery(rows.annotate(wh=Sum("energy_wh")).values("wh")))
    told = list(known.values_list("energy_wh", "known_wh"))
    return Delivered(
        start_of(timezone.now(), QUARTER),
        sessions=sum(known_wh is None for _, known_wh in told),
        energy_wh=sum(max(0, energy_wh - (known_wh or 0)) for energy_wh, known_wh in told),
    )


def _noted() -> RawSQL:
    """The ids of the sessions that were noted last; read by the database, which has to compare them."""
    notes = f"(SELECT sessions FROM stations_rollupdue ORDER BY id DESC LIMIT {NOTES}) AS notes"  # noqa: S608 - a number
    if connection.vendor == "postgresql":
        return RawSQL(f"SELECT json_array_elements_text(sessions::json)::bigint FROM {notes}", [])  # noqa: S608, S611
    return RawSQL(f"SELECT value FROM {notes}, json_each(notes.sessions)", [])  # noqa: S608, S611
