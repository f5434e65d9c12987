"""What a viewer sees of uptime: figures of ports, sites and networks from the sums by month; ledgers as of a date."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from django.db.models import Q, QuerySet, Sum

from drivers.domain.roles import Permission
from drivers.permissions import Viewer
from monitoring.domain.uptime import (
    NEVI_TARGET,
    Budget,
    Interval,
    Left,
    Nevi,
    Span,
    State,
    Tally,
    availability,
    budget_past,
    error_budget,
    month_end,
    month_of,
    nevi,
    nevi_of,
    next_month,
    uk_network,
    window,
)
from monitoring.domain.uptime.budget import RECENT
from monitoring.domain.uptime.figures import UK_RAPID_W
from monitoring.domain.uptime.months import MONTHS, month_start
from monitoring.models import LedgerEntry, Port, PortMonth
from monitoring.selectors.excluded import excluded_of
from monitoring.selectors.ledgers import ledgers, sums_as_of
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


def measured(ports: QuerySet[Port], month: date, months: int = MONTHS) -> QuerySet[Port]:
    """Those of which something was measured in the twelve months that end with `month`, or in so many."""
    since, until = _span(month, months)
    gone = Q(removed_at=None) | Q(removed_at__gt=since)
    return ports.filter(gone, commissioned_at__lt=until)


def port_figures(
    viewer: Viewer,
    *,
    month: date,
    months: int = MONTHS,
    as_of: datetime | None = None,
    ports: QuerySet[Port] | None = None,
) -> list[PortFigures]:
    """Figures of the visible among `ports` (all, if not given), in their order, over so many months.

    Two queries, however many they are; as they were known at `as_of`, their ledgers are read.
    """
    chosen = list(measured(_visible(viewer, ports), month, months))
    if as_of is not None:
        return _figures_as_of(chosen, month, months, as_of)
    rows = _months_of([port.pk for port in chosen], month, months)
    return [_figures(port, month, rows.get(port.pk, [])) for port in chosen]


def _figures_as_of(ports: list[Port], month: date, months: int, as_of: datetime) -> list[PortFigures]:
    since, until = _span(month, months)
    sums = sums_as_of(ports, since=since, until=until, as_of=as_of)
    of_month = sums_as_of(ports, since=month_start(month), until=until, as_of=as_of)
    through = min(until, as_of)
    return [
        PortFigures(
            port,
            month,
            sums.get(port.pk, Tally()),
            of_month.get(port.pk, Tally()),
            through if port.pk in of_month else None,
        )
        for port in ports
    ]


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


def site_figures(
    viewer: Viewer,
    *,
    month: date,
    months: int = MONTHS,
    as_of: datetime | None = None,
    ports: QuerySet[Port] | None = None,
) -> list[GroupFigures]:
    """Of every visible site with a measured port, the lowest uptime first. Added up in the database, or from the
    ledgers as they were known at `as_of`."""
    by_site: dict[tuple[int | None, str], list[_PortSums]] = defaultdict(list)
    for sums in _sums_by_port(_visible(viewer, ports), month, months, as_of):
        by_site[sums.site_id, sums.site_name].append(sums)
    found = [_group(site_id, name, sums) for (site_id, name), sums in by_site.items()]
    return sorted(found, key=lambda group: (group.uptime if group.uptime is not None else 101.0, group.name))


def network_figures(
    viewer: Viewer,
    *,
    month: date,
    months: int = MONTHS,
    as_of: datetime | None = None,
    ports: QuerySet[Port] | None = None,
) -> GroupFigures:
    """Of all visible ports together, or the visible among `ports`."""
    return _group(None, "", _sums_by_port(_visible(viewer, ports), month, months, as_of))


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


def _sums_by_port(ports: QuerySet[Port], month: date, months: int, as_of: datetime | None) -> list[_PortSums]:
    found = measured(ports, month, months)
    if as_of is not None:
        chosen = list(found)
        since, until = _span(month, months)
        told = sums_as_of(chosen, since=since, until=until, as_of=as_of)
        return [
            _PortSums(port.site_id, port.site.name if port.site else "", s.measured_s, s.outage_s, s.all_excluded_s)
            for port in chosen
            if (s := told.get(port.pk))
        ]
    rows = (
        PortMonth.objects.filter(port__in=found.select_related(None).order_by(), month__lte=month)
        .filter(month__gte=next_month(month, 1 - months))
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


def uk_year(
    viewer: Viewer,
    *,
    year: int,
    organization_id: int | None = None,
    country: str = "",
    as_of: datetime | None = None,
) -> UkYear:
    """The UK figure of the visible rapid charge points (≥ 50 kW), of one organization where it is given.

    `country`: those there only ("GB" is what the regulation asks for); empty: how the network would fare under it.
    `as_of`: by the ledgers as they were known then.
    """
    ports = visible_ports(viewer).filter(max_power_w__gte=UK_RAPID_W)
    if country:
        ports = ports.filter(site__country=country)
    if organization_id is not None:
        ports = ports.filter(organization=organization_id)
    chosen = list(ports.order_by("identity", "number"))
    if as_of is None:
        rows = (
            PortMonth.objects.filter(port__in=[port.pk for port in chosen], month__year=year)
            .order_by()
            .values("port")
            .annotate(measured=Sum("measured_s"), reliable=Sum("reliable_s"), unreliable=Sum("unreliable_s"))
        )
        told = {
            row["port"]: Tally(row["measured"], reliable_s=row["reliable"], unreliable_s=row["unreliable"])
            for row in rows
        }
    else:
        since, until = _span(date(year, 12, 1), MONTHS)
        told = sums_as_of(chosen, since=since, until=until, as_of=as_of)
    points = tuple((port, told[port.pk]) for port in chosen if port.pk in told)
    return UkYear(year, points, uk_network(sums for _, sums in points))


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


def nevi_as_of(viewer: Viewer, *, port: Port, month: date, as_of: datetime) -> Nevi:
    """µ of a port for a month as it was known at `as_of`, from the ledger itself. Raises Port.DoesNotExist."""
    since, until = window(month)
    intervals = ledger(viewer, port=port, since=since, until=until, as_of=as_of)
    excluded = excluded_of([port], since=since, until=until, as_of=as_of)
    return nevi(intervals, excluded.get(port.pk, ()), month=month)


# --- Error budgets ---


def budgets(ports: Iterable[Port], *, now: datetime, target: float = NEVI_TARGET) -> dict[int, Budget]:
    """By port, its error budget, for those who have chosen visible ones that are in use."""
    chosen = list(ports)
    by_port = _months_of([port.pk for port in chosen], month_of(now))
    return {port.pk: _budget(port, by_port.get(port.pk, []), now, target) for port in chosen}


def budget_over_time(port: Port, *, now: datetime, target: float = NEVI_TARGET) -> tuple[Budget, list[Left]]:
    """The budget of one of them, and what was left of it at the end of each of the last months."""
    rows = _months_of([port.pk], month_of(now), 23)[port.pk]
    lost_s = {row.month: row.outage_s - row.excluded_s for row in rows}
    past = budget_past(lost_s, now=now, target=target, since=port.commissioned_at)
    return _budget(port, rows, now, target), past


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


def _span(month: date, months: int) -> Span:
    """So many months, of which `month` is the last."""
    return Span(month_start(next_month(month, 1 - months)), month_end(month))


def _months_of(port_ids: list[int], month: date, months: int = MONTHS) -> dict[int, list[PortMonth]]:
    found: dict[int, list[PortMonth]] = defaultdict(list)
    rows = PortMonth.objects.filter(port__in=port_ids, month__gte=next_month(month, 1 - months), month__lte=month)
    for row in rows.order_by("port", "month"):
        found[row.port_id].append(row)
    return found


def _visible(viewer: Viewer, ports: QuerySet[Port] | None) -> QuerySet[Port]:
    return visible_ports(viewer) if ports is None else visible_ports(viewer).filter(pk__in=ports.values("pk"))
