"""What a viewer sees of uptime: figures of ports, sites and networks from the sums by month; ledgers as of a date."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from django.db.models import Q, QuerySet, Sum
from django.utils import timezone

from drivers.domain.roles import Permission
from drivers.permissions import Viewer
from monitoring.domain.uptime import (
    NEVI_TARGET,
    Budget,
    Cause,
    Interval,
    Nevi,
    State,
    Tally,
    availability,
    clipped,
    error_budget,
    month_of,
    nevi,
    nevi_of,
    next_month,
    uk_reliability,
    window,
)
from monitoring.domain.uptime.budget import RECENT
from monitoring.domain.uptime.figures import UK_RAPID_W
from monitoring.models import LedgerEntry, Port, PortMonth
from monitoring.selectors.excluded import excluded_of
from stations.permissions import granted


@dataclass(frozen=True, slots=True)
class PortFigures:
    """Of one port. `sums`: the twelve months that end with `month`; `month_sums`: that month alone; both up to
    `through` (None: nothing was measured)."""

    port: Port
    month: date
    sums: Tally
    month_sums: Tally
    through: datetime | None

    @property
    def nevi(self) -> Nevi:
        """23 CFR 680.116(b)."""
        return nevi_of(self.sums)

    @property
    def month_nevi_outage(self) -> float:
        """T_outage of the month alone, in minutes."""
        return self.month_sums.outage_s / 60

    @property
    def month_nevi_excluded(self) -> float:
        """T_excluded of the month alone, in minutes."""
        return self.month_sums.all_excluded_s / 60

    @property
    def availability(self) -> float | None:
        """Of the time measured in the twelve months, in percent."""
        return availability(self.sums)

    @property
    def month_availability(self) -> float | None:
        return availability(self.month_sums)


@dataclass(frozen=True, slots=True)
class GroupFigures:
    """Of the ports of a site, or of all that a viewer sees (`site_id` None and `name` empty); percent.

    `uptime`: the average of the ports' µ; `worst`: the lowest; `under_target`: how many do not reach 97 %.
    """

    site_id: int | None
    name: str
    ports: int
    under_target: int
    uptime: float | None
    worst: float | None
    availability: float | None
    outage: float
    excluded: float


@dataclass(frozen=True, slots=True)
class UkYear:
    """SI 2023/1168 reg. 7 for a calendar year: each rapid charge point with its reliability, and their average."""

    year: int
    points: tuple[tuple[Port, Tally], ...]
    reliability: float | None


def visible_ports(viewer: Viewer) -> QuerySet[Port]:
    """Ports with their site. Those of deleted EVSEs, too; of deleted sites for those who see the whole organization."""
    organizations, sites = granted(viewer, Permission.VIEW_NETWORK)
    found = Q(organization__in=organizations)
    return Port.objects.filter(found | Q(site__in=sites) if sites else found).select_related("site")


def measured(ports: QuerySet[Port], month: date) -> QuerySet[Port]:
    """Those of which something was measured in the twelve months that end with `month`."""
    since, until = window(month)
    gone = Q(removed_at=None) | Q(removed_at__gt=since)
    return ports.filter(gone, commissioned_at__lt=until)


def port_figures(viewer: Viewer, *, month: date, ports: QuerySet[Port] | None = None) -> list[PortFigures]:
    """Figures of the visible among `ports` (all, if not given), in their order. Two queries, however many they are."""
    chosen = list(measured(_visible(viewer, ports), month))
    months = _months_of([port.pk for port in chosen], month)
    return [_figures(port, month, months.get(port.pk, [])) for port in chosen]


def _figures(port: Port, month: date, rows: list[PortMonth]) -> PortFigures:
    sums = sum((tally_of(row) for row in rows), Tally())
    last = next((row for row in rows if row.month == month), None)
    return PortFigures(port, month, sums, tally_of(last) if last else Tally(), last.through if last else None)


def monthly(viewer: Viewer, *, port: Port, until: date, months: int = 12) -> list[PortFigures]:
    """The figures of one port for each of so many months, the last one `until`; raises Port.DoesNotExist."""
    found = visible_ports(viewer).get(pk=port.pk)
    every = [next_month(until, -ago) for ago in reversed(range(months))]
    since = next_month(every[0], -11)
    rows = list(PortMonth.objects.filter(port=found, month__gte=since, month__lte=until))
    return [
        _figures(found, month, [row for row in rows if next_month(month, -11) <= row.month <= month]) for month in every
    ]


def site_figures(viewer: Viewer, *, month: date) -> list[GroupFigures]:
    """Of every visible site with a measured port, the lowest uptime first. Added up in the database."""
    by_site: dict[tuple[int | None, str], list[_PortSums]] = defaultdict(list)
    for sums in _sums_by_port(visible_ports(viewer), month):
        by_site[sums.site_id, sums.site_name].append(sums)
    found = [_group(site_id, name, sums) for (site_id, name), sums in by_site.items()]
    return sorted(found, key=lambda group: (group.uptime if group.uptime is not None else 101.0, group.name))


def network_figures(viewer: Viewer, *, month: date, ports: QuerySet[Port] | None = None) -> GroupFigures:
    """Of all visible ports together, or the visible among `ports`."""
    return _group(None, "", _sums_by_port(_visible(viewer, ports), month))


@dataclass(frozen=True, slots=True)
class _PortSums:
    site_id: int | None
    site_name: str
    measured_s: int
    outage_s: int
    excluded_s: int

    @property
    def uptime(self) -> float:
        return nevi_of(Tally(self.measured_s, self.outage_s, {"all": self.excluded_s})).uptime


def _sums_by_port(ports: QuerySet[Port], month: date) -> list[_PortSums]:
    rows = (
        PortMonth.objects.filter(port__in=measured(ports, month).select_related(None).order_by(), month__lte=month)
        .filter(month__gte=next_month(month, -11))
        .order_by()
        .values("port", "port__site", "port__site__name")
        .annotate(measured=Sum("measured_s"), outage=Sum("outage_s"), excluded=Sum("excluded_s"))
        .values_list("port__site", "port__site__name", "measured", "outage", "excluded")
    )
    return [_PortSums(site, name or "", *numbers) for site, name, *numbers in rows]


def _group(site_id: int | None, name: str, ports: list[_PortSums]) -> GroupFigures:
    uptimes = [port.uptime for port in ports]
    measured_s, outage_s = sum(port.measured_s for port in ports), sum(port.outage_s for port in ports)
    return GroupFigures(
        site_id,
        name,
        len(ports),
        sum(uptime <= NEVI_TARGET for uptime in uptimes),
        sum(uptimes) / len(uptimes) if uptimes else None,
        min(uptimes, default=None),
        availability(Tally(measured_s, outage_s)),
        outage_s / 60,
        sum(port.excluded_s for port in ports) / 60,
    )


def uk_year(viewer: Viewer, *, year: int, organization_id: int | None = None, country: str = "") -> UkYear:
    """The UK figure of the visible rapid charge points (≥ 50 kW), of one organization where it is given.

    `country`: those there only ("GB" is what the regulation asks for); empty: how the network would fare under it.
    """
    ports = visible_ports(viewer).filter(max_power_w__gte=UK_RAPID_W)
    if country:
        ports = ports.filter(site__country=country)
    if organization_id is not None:
        ports = ports.filter(organization=organization_id)
    chosen = {port.pk: port for port in ports}
    rows = (
        PortMonth.objects.filter(port__in=list(chosen), month__year=year)
        .order_by("port__identity", "port__number")
        .values("port")
        .annotate(reliable=Sum("reliable_s"), unreliable=Sum("unreliable_s"), measured=Sum("measured_s"))
    )
    points = tuple(
        (
            chosen[row["port"]],
            Tally(measured_s=row["measured"], reliable_s=row["reliable"], unreliable_s=row["unreliable"]),
        )
        for row in rows
    )
    shares = [share for _, sums in points if (share := uk_reliability(sums)) is not None]
    return UkYear(year, points, sum(shares) / len(shares) if shares else None)


# --- Ledgers ---


def ledger(
    viewer: Viewer, *, port: Port, since: datetime, until: datetime, as_of: datetime | None = None
) -> list[Interval]:
    """The intervals of a port in a time, without a gap, as they were known at `as_of` (now, if not given).

    Raises Port.DoesNotExist.
    """
    found = visible_ports(viewer).get(pk=port.pk)
    return ledgers([found.pk], since=since, until=until, as_of=as_of).get(found.pk, [])


def entries(viewer: Viewer, *, port: Port) -> QuerySet[LedgerEntry]:
    """All rows of a port's ledger, the replaced ones too, with their corrections. Raises Port.DoesNotExist."""
    found = visible_ports(viewer).get(pk=port.pk)
    return LedgerEntry.objects.filter(port=found).select_related("correction__author")


def ledgers(
    port_ids: Iterable[int], *, since: datetime, until: datetime, as_of: datetime | None = None
) -> Mapping[int, list[Interval]]:
    """The same by port, for those who have chosen visible ones."""
    known_at = as_of or timezone.now()
    until = min(until, known_at)
    rows = LedgerEntry.objects.filter(port__in=list(port_ids), start__lt=until, recorded_at__lte=known_at)
    rows = rows.filter(Q(replaced_at=None) | Q(replaced_at__gt=known_at))
    rows = rows.filter(Q(end=None) | Q(end__gt=since) | Q(closed_at__gt=known_at)).order_by("port", "start")
    found: dict[int, list[Interval]] = defaultdict(list)
    for row in rows:
        # What was closed later was open then.
        was_open = row.end is None or (row.closed_at is not None and row.closed_at > known_at)
        end = until if was_open else row.end or until
        found[row.port_id].append(
            Interval(row.start, end, State(row.state), Cause(row.cause), row.detail, row.correction_id or 0)
        )
    return {pk: list(clipped(intervals, since, until)) for pk, intervals in found.items()}


def nevi_as_of(viewer: Viewer, *, port: Port, month: date, as_of: datetime) -> Nevi:
    """µ of a port for a month as it was known at `as_of`, from the ledger itself. Raises Port.DoesNotExist."""
    since, until = window(month)
    intervals = ledger(viewer, port=port, since=since, until=until, as_of=as_of)
    excluded = excluded_of([port], since=since, until=until, as_of=as_of)
    return nevi(intervals, excluded.get(port.pk, ()), month=month)


# --- Error budgets ---


def error_budgets(
    viewer: Viewer, *, now: datetime, ports: QuerySet[Port] | None = None, target: float = NEVI_TARGET
) -> dict[int, Budget]:
    """By port that is in use, its error budget. Two queries and the sums of the last month but one."""
    chosen = list(_visible(viewer, ports).filter(removed_at=None, commissioned_at__isnull=False))
    return budgets(chosen, now=now, target=target)


def budgets(ports: Iterable[Port], *, now: datetime, target: float = NEVI_TARGET) -> dict[int, Budget]:
    """The same for ports that are chosen already."""
    chosen = list(ports)
    by_port = _months_of([port.pk for port in chosen], month_of(now))
    return {port.pk: _budget(port, by_port.get(port.pk, []), now, target) for port in chosen}


def _budget(port: Port, rows: list[PortMonth], now: datetime, target: float) -> Budget:
    lost_s = {row.month: row.outage_s - row.excluded_s for row in rows}
    return error_budget(lost_s, recent_s=_recent_s(lost_s, now), now=now, target=target, since=port.commissioned_at)


def _recent_s(lost_s: Mapping[date, int], now: datetime) -> int:
    """What was lost in the last thirty days: of the month before, a share as large as its share of these days."""
    this_month = month_of(now)
    start = datetime(this_month.year, this_month.month, 1, tzinfo=UTC)
    before = next_month(this_month, -1)
    rest = max(RECENT - (now - start), timedelta(0))
    length = start - datetime(before.year, before.month, 1, tzinfo=UTC)
    return lost_s.get(this_month, 0) + round(lost_s.get(before, 0) * min(rest / length, 1.0))


# --- Rows ---


def tally_of(row: PortMonth) -> Tally:
    """The sums of a month as the domain has them."""
    return Tally(
        row.measured_s,
        row.outage_s,
        row.excluded_by,
        row.by_cause,
        row.reliable_s,
        row.unreliable_s,
        row.outages,
    )


def down_now(viewer: Viewer) -> QuerySet[Port]:
    """Visible ports that are not up, the longest first."""
    found = visible_ports(viewer).filter(removed_at=None, commissioned_at__isnull=False)
    return found.exclude(state=State.UP).order_by("since")


def _months_of(port_ids: list[int], month: date) -> dict[int, list[PortMonth]]:
    found: dict[int, list[PortMonth]] = defaultdict(list)
    rows = PortMonth.objects.filter(port__in=port_ids, month__gte=next_month(month, -11), month__lte=month)
    for row in rows.order_by("port", "month"):
        found[row.port_id].append(row)
    return found


def _visible(viewer: Viewer, ports: QuerySet[Port] | None) -> QuerySet[Port]:
    return visible_ports(viewer) if ports is None else visible_ports(viewer).filter(pk__in=ports.values("pk"))
