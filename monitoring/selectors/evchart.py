"""The rows of EV-ChART's modules for an organization, a few at a time: however large the network, memory does not grow.

Which ports: those of sites that were built with federal money (models.FederalSite).
"""

from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import Max, Q, QuerySet, Sum
from django.utils import timezone

from drivers.permissions import Viewer
from monitoring.domain import evchart
from monitoring.domain.evchart import Costs, Quarter, Told
from monitoring.models import FederalSite, Port, WorkOrder
from monitoring.selectors import uptime
from monitoring.selectors.ledgers import ledgers
from monitoring.selectors.outages import Stretch
from stations.models import MeterSample, Session
from stations.selectors import visible_sessions, visible_sites

PORTS, SESSIONS = 100, 500
Rows = Iterator[list[dict[str, str]]]


def federal_sites(viewer: Viewer, organization_id: int) -> QuerySet[FederalSite]:
    """Those of an organization that the viewer sees."""
    sites = visible_sites(viewer).filter(organization=organization_id)
    return FederalSite.objects.filter(site__in=sites).select_related("site__organization").order_by("pk")


def rows(viewer: Viewer, *, organization_id: int, module: int, quarter: Quarter) -> Rows:
    """The rows of a module, some ports at a time; of module 5 those of the quarter's whole year."""
    if module == 5:
        yield _costs(viewer, organization_id, quarter.year)
        return
    make = {2: _sessions, 3: _uptime, 4: _outages}[module]
    for ports in _in_chunks(_ports(viewer, organization_id, quarter), PORTS):
        yield from make(viewer, ports, quarter)


def _ports(viewer: Viewer, organization_id: int, quarter: Quarter) -> QuerySet[Port]:
    """Those that were there in the quarter."""
    found = uptime.visible_ports(viewer).filter(organization=organization_id, site__federal__isnull=False)
    found = found.filter(commissioned_at__lt=quarter.end).exclude(removed_at__lte=quarter.start)
    return found.select_related("site__federal").order_by("pk")


def _named(port: Port) -> evchart.Port:
    federal = port.site.federal  # type: ignore[union-attr]
    name = evchart.port_id(port.identity, port.number, port.pk)
    return evchart.Port(federal.station_id, federal.network_provider, name)


def _sessions(viewer: Viewer, ports: Sequence[Port], quarter: Quarter) -> Rows:
    """Module 2: sessions that ended in the quarter."""
    for port in ports:
        here = Q(evse=port.pk) | Q(evse=None, connector__evse=port.pk) | Q(deleted_evse=port.pk)
        # By their station, which has an index.
        ended = visible_sessions(viewer).filter(
            here, station=port.station_id, ended_at__gte=quarter.start, ended_at__lt=quarter.end
        )
        named, is_empty = _named(port), True
        for chunk in _in_chunks(ended.select_related("token").order_by("pk"), SESSIONS):
            is_empty = is_empty and not chunk
            peaks = _peaks(chunk)
            yield [evchart.session_row(named, _told(session, peaks.get(session.pk))) for session in chunk]
        if is_empty:
            yield [evchart.no_session_row(named)]


def _peaks(sessions: Sequence[Session]) -> dict[int, float]:
    samples = MeterSample.objects.filter(session__in=[session.pk for session in sessions], power_w__isnull=False)
    return dict(samples.order_by().values_list("session").annotate(Max("power_w")))


def _told(session: Session, peak_w: float | None) -> Told:
    return Told(
        session_id=str(session.pk),
        charger_id=session.station.identity,
        connector_id=str(session.connector.number) if session.connector else "",
        start=session.started_at,
        end=session.ended_at or session.started_at,
        stop_reason=session.stop_reason,
        energy_wh=session.energy_wh,
        peak_w=peak_w,
        token_type=session.token.type if session.token else "",
    )


def _uptime(viewer: Viewer, ports: Sequence[Port], quarter: Quarter) -> Rows:
    """Module 3: µ of each month that is over or has begun, with T_outage and T_excluded of the same twelve months, as
    the equation of 23 CFR 680.116(b) has them."""
    now = timezone.now()
    chosen = Port.objects.filter(pk__in=[port.pk for port in ports])
    by_port = {port.pk: port for port in ports}
    for start, end in quarter.months:
        if start >= now:
            return
        figures = uptime.port_figures(viewer, month=start.date(), ports=chosen)
        told = []
        for figure in figures:
            port = by_port[figure.port.pk]
            is_young = _is_first_year(port, start)
            nevi = figure.nevi
            told.append(
                evchart.uptime_row(
                    _named(port), (start, end), None if is_young else nevi.uptime, nevi.outage, nevi.all_excluded
                )
            )
        yield told


def _is_first_year(port: Port, start: datetime) -> bool:
    since: date = port.site.federal.operational_since  # type: ignore[union-attr]
    return datetime(since.year, since.month, since.day, tzinfo=UTC) > start - timedelta(days=365)


def _outages(viewer: Viewer, ports: Sequence[Port], quarter: Quarter) -> Rows:
    """Module 4: outages of the quarter, cut at its edges: none is told twice, and none is missing while it lasts."""
    until = min(quarter.end, timezone.now())
    # Not by their EVSEs: a port that was removed since was out all the same.
    found = ledgers([port.pk for port in ports], since=quarter.start, until=until)
    for port in ports:
        outages = Stretch(quarter.start, until, found.get(port.pk, []), []).outages
        yield evchart.outage_rows(_named(port), [(outage.start, outage.end) for outage in outages])


def _costs(viewer: Viewer, organization_id: int, year: int) -> list[dict[str, str]]:
    """Module 5: a row for each station (site) in a calendar year."""
    told = []
    for federal in federal_sites(viewer, organization_id):
        total, notes = _cost_of(federal, year)
        costs = Costs(
            total, Decimal(federal.federal_share_percent) / 100, federal.project_id, federal.is_service, notes
        )
        told.append(evchart.cost_row(federal.station_id, federal.network_provider, year, costs))
    return told


def _cost_of(federal: FederalSite, year: int) -> tuple[Decimal | None, str]:
    """What the work orders that were finished in a year cost in all, in dollars, and what is to be said of it. None
    where nobody wrote a cost down, or in another currency: nothing is made up."""
    done = WorkOrder.objects.filter(site=federal.site, state=WorkOrder.State.DONE, finished_at__year=year)
    total, orders = done.aggregate(total=Sum("cost_minor"))["total"], done.count()
    unpriced = done.filter(cost_minor=None).count()
    currency = federal.site.organization.currency
    if total is not None and currency != "USD":
        return None, f"Costs are kept in {currency} and not converted: {Decimal(total) / 100} {currency}."
    if total is None and orders:
        return None, f"{orders} work orders, none with a cost."
    notes = f"{orders} work orders" + (f", {unpriced} of them without a cost." if unpriced else ".")
    return Decimal(total or 0) / 100, notes


def _in_chunks(found: QuerySet[Any], size: int) -> Iterator[list[Any]]:
    """All rows in the order of their keys, so many by a query of their own."""
    further = found
    while chunk := list(further[:size]):
        yield chunk
        further = found.filter(pk__gt=chunk[-1].pk)
