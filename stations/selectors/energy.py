"""What was delivered lately: roll-ups, with what was metered since they were brought up to date."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.db import connection
from django.db.models import DateTimeField, ExpressionWrapper, OuterRef, Q, QuerySet, Subquery, Sum
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
WEEK = timedelta(days=7)
_15M = EvseRollup.Interval.QUARTER


@dataclass(frozen=True, slots=True)
class Delivered:
    """A stretch of time from `start` on: sessions that began in it, and the energy that flowed."""

    start: datetime
    sessions: int
    energy_wh: int


# By the time zone of the sites, oldest first.
ByZone = dict[str, list[Delivered]]


def quarters(viewer: Viewer, *, since: datetime, site: Site | None = None) -> list[Delivered]:
    """The quarters of an hour from `since` on in which anything was, oldest first, in two queries: of the sites whose
    sessions the viewer sees, or of one of them. What no roll-up has yet stands in one of its own at the end."""
    sites = where_granted(viewer, Permission.VIEW_SESSIONS)
    if site:
        sites = [site.pk] if may(viewer, Permission.VIEW_SESSIONS, site) else []
    sums = _rolled_up(sites, since).values_list("start").annotate(Sum("sessions"), Sum("energy_wh"))
    return [*(Delivered(*told) for told in sums), _not_rolled_up(sites)]


def last_day(viewer: Viewer) -> ByZone:
    """The quarters of the last 24 hours and of today at every site, by time zone, in two queries. What no roll-up has
    yet stands at the end: it is of today everywhere."""
    sites = where_granted(viewer, Permission.VIEW_SESSIONS)
    found = _by_zone(_rolled_up(sites, start_of(timezone.now(), HOUR) - 25 * HOUR))
    found.setdefault("UTC", []).append(_not_rolled_up(sites))
    return found


def week_before(viewer: Viewer) -> ByZone:
    """The quarters of a week ago, as far as `so_far` needs them within the next hour, by time zone, in one query."""
    moment = start_of(timezone.now(), HOUR) - WEEK
    rows = _rolled_up(where_granted(viewer, Permission.VIEW_SESSIONS), moment - 25 * HOUR)
    return _by_zone(rows.filter(start__lt=moment + 3 * HOUR))


def hourly(found: ByZone) -> list[Delivered]:
    """The last 24 hours (UTC), the running one among them, oldest first; hours without any are there too."""
    last = start_of(timezone.now(), HOUR)
    starts = [last - back * HOUR for back in reversed(range(24))]
    quarters = [quarter for zoned in found.values() for quarter in zoned]
    return [within(quarters, start, start + HOUR) for start in starts]


def so_far(found: ByZone, *, days_ago: int = 0) -> int:
    """The energy in Wh from each site's own midnight to now; or so many days ago, to the same time on its clock."""
    now, energy_wh = timezone.now(), 0.0
    for name, zoned in found.items():
        # Counted on the clock on the wall, whatever became of it since.
        until = now.astimezone(Site(timezone=name).zone) - timedelta(days=days_ago)
        midnight = _midnight(until)
        for quarter in zoned:
            if quarter.start >= midnight:
                energy_wh += quarter.energy_wh * (_share(quarter, until) if days_ago else 1)
    return round(energy_wh)


def first_midnight(found: ByZone) -> datetime:
    """When today began where it began first."""
    now = timezone.now()
    return min((_midnight(now.astimezone(Site(timezone=name).zone)) for name in found), default=_midnight(now))


def within(found: Sequence[Delivered], since: datetime, until: datetime | None = None) -> Delivered:
    """Quarters added up, from `since` to before `until`, or to the last one."""
    some = [quarter for quarter in found if since <= quarter.start and (until is None or quarter.start < until)]
    return Delivered(since, sum(one.sessions for one in some), sum(one.energy_wh for one in some))


def energy_today_wh(viewer: Viewer, site: Site) -> int:
    """What a site delivered since its own midnight."""
    midnight = _midnight(timezone.now().astimezone(site.zone))
    return within(quarters(viewer, since=midnight, site=site), midnight).energy_wh


def _midnight(moment: datetime) -> datetime:
    return moment.replace(hour=0, minute=0, second=0, microsecond=0)


def _share(quarter: Delivered, until: datetime) -> float:
    """How much of a quarter that is over lies before `until`, taking its energy to have flowed evenly."""
    return min(1.0, max(0.0, (until.astimezone(UTC) - quarter.start) / QUARTER))


def _rolled_up(sites: QuerySet[Site] | list[int], since: datetime) -> QuerySet[SiteRollup]:
    return SiteRollup.objects.filter(site__in=sites, interval=_15M, start__gte=since).order_by("start")


def _by_zone(rows: QuerySet[SiteRollup]) -> ByZone:
    found: ByZone = {}
    sums = rows.values_list("site__timezone", "start").annotate(Sum("sessions"), Sum("energy_wh"))
    for zone, *told in sums:
        found.setdefault(zone, []).append(Delivered(*told))
    return found


def _not_rolled_up(sites: QuerySet[Site] | list[int]) -> Delivered:
    """What the noted sessions have more than the roll-ups of their EVSEs from their first quarter on: never too much,
    and less for a moment where another session ended in that quarter. What was over long ago and is only told now
    belongs to its own time, where it appears with the roll-ups."""
    first = ExpressionWrapper(OuterRef("started_at") - QUARTER, output_field=DateTimeField())
    rows = EvseRollup.objects.filter(evse=OuterRef("evse"), interval=_15M, start__gt=first).order_by().values("evse")
    lately = Q(ended_at=None) | Q(ended_at__gte=timezone.now() - HOUR)
    noted = Session.objects.filter(lately, pk__in=_noted(), station__site__in=sites, evse__isnull=False).order_by()
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
