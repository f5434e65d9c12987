"""What a site's report of a month tells: figures, outages, exclusions."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.utils import timezone

from drivers.permissions import Viewer
from monitoring.domain.uptime import month_end
from monitoring.domain.uptime.months import month_start
from monitoring.models import Exclusion, Port
from monitoring.selectors import uptime
from monitoring.selectors.exclusions import visible_exclusions
from monitoring.selectors.outages import MonthSums, Outage, stretches, trend
from monitoring.selectors.uptime import PortFigures
from stations.models import Evse, Site


@dataclass(frozen=True, slots=True)
class SiteReport:
    """`through`: up to when it tells; the month's end where that is over."""

    site: Site
    month: date
    through: datetime
    ports: Sequence[PortFigures]
    outages: Sequence[tuple[Port, Outage]]
    exclusions: Sequence[Exclusion]
    months: Sequence[MonthSums]

    @property
    def outage_min(self) -> float:
        return sum(port.month_nevi_outage for port in self.ports)

    @property
    def excluded_min(self) -> float:
        return sum(port.month_nevi_excluded for port in self.ports)


def site_report(viewer: Viewer, site: Site, *, month: date) -> SiteReport:
    """Of a visible site; ports in their order, outages by their beginning."""
    since, until = month_start(month), min(month_end(month), timezone.now())
    ports = uptime.visible_ports(viewer).filter(site=site)
    figures = [figure for figure in uptime.port_figures(viewer, month=month, ports=ports) if figure.through]
    evses = Evse.objects.filter(pk__in=[figure.port.pk for figure in figures]).select_related("station__site")
    found = stretches(list(evses), since=since, until=until) if since < until else {}
    by_port = {figure.port.pk: figure.port for figure in figures}
    outages = [(by_port[pk], outage) for pk, stretch in found.items() for outage in stretch.outages]
    claims = visible_exclusions(viewer).filter(site=site, starts_at__lt=until, ends_at__gt=since)
    return SiteReport(
        site,
        month,
        until,
        figures,
        sorted(outages, key=lambda row: (row[1].start, row[0].pk)),
        list(claims.order_by("starts_at")),
        trend(ports, until=month),
    )
