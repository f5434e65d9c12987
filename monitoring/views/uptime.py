"""Uptime of the network and of sites, and what of it stands on other pages."""

from datetime import UTC, date, datetime
from typing import Any

from django.db.models import QuerySet
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from drivers.domain.roles import Permission
from monitoring.domain.uptime import NEVI_TARGET, UK_TARGET, month_of, next_month, uk_reliability
from monitoring.forms.uptime import MEASURES
from monitoring.models import Exclusion, Port
from monitoring.permissions import may_claim
from monitoring.selectors import uptime
from monitoring.selectors.exclusions import visible_exclusions
from monitoring.selectors.outages import MonthSums, trend
from monitoring.selectors.worst_ports import worst_first
from monitoring.views.drawings import columns, magnified
from monitoring.views.lists.exclusions import EXCLUSIONS
from monitoring.views.lists.uptime import AVAILABILITY, NEVI, TARGETS, UK, UptimeList, listing_for
from stations.models import Site
from stations.permissions import organization_ids_granting
from stations.selectors import visible_sites, visible_stations
from stations.views.listing import show
from stations.views.pages import ConsoleRequest, console, render_page

# A fragment shows so many of the worst.
WORST = 5
MONTHS_OFFERED = 14


@console
def uptime_list(request: ConsoleRequest) -> HttpResponseBase:
    """Ports by their uptime, the worst first, by the measure and in the month that the URL says."""
    return show(request, listing_for(request.GET, request.user))


@console
def summary(request: ConsoleRequest) -> HttpResponse:
    """The network's figures over its last twelve months: a fragment above the list, by the same address."""
    listing = listing_for(request.GET, request.user)
    ports = uptime.visible_ports(request.user)
    context = {
        **figures_of(request, listing, ports),
        "due": visible_exclusions(request.user).filter(state=Exclusion.State.PROPOSED).count(),
    }
    return render(request, "monitoring/_uptime_summary.html", context)


def figures_of(request: ConsoleRequest, listing: UptimeList, ports: QuerySet[Port]) -> dict[str, Any]:
    """What the drawings of some ports' uptime show, by the listing's month and measure."""
    months = trend(ports, until=listing.month)
    values = [value_of(sums, listing.measure) for sums in months]
    year = [sums for sums in months if sums.month.year == listing.month.year]
    return {
        "figures": uptime.network_figures(request.user, month=listing.month, ports=ports),
        "month": listing.month,
        "months": list(zip(months, values, columns(magnified(values)), strict=True)),
        "measure": listing.measure,
        "measure_label": dict(MEASURES)[listing.measure],
        "target": TARGETS[listing.measure],
        "nevi_target": NEVI_TARGET,
        "uk_target": UK_TARGET,
        "year_reliability": uk_reliability(sum((sums.sums for sums in year), year[0].sums.__class__())),
    }


def value_of(sums: MonthSums, measure: str) -> float | None:
    """A month by itself, in percent."""
    return {NEVI: sums.net, UK: sums.reliability, AVAILABILITY: sums.availability}[measure]


@console
def site_uptime(request: ConsoleRequest, pk: int) -> HttpResponse:
    """One site: its ports, the worst first, its last months, what is excluded, and its reports."""
    site = get_object_or_404(visible_sites(request.user), pk=pk)
    listing = listing_for(request.GET, request.user)
    ports = uptime.visible_ports(request.user).filter(site=site)
    numbers = list(worst_first(ports, month=listing.month, measure=listing.measure)[:200])
    found = visible_exclusions(request.user).filter(site=site).order_by("-id")[:10]
    context = {
        "site": site,
        **figures_of(request, listing, ports),
        "table": listing.table(listing.rows(request.user, numbers), listing.chosen(())),
        "exclusions": EXCLUSIONS.table(EXCLUSIONS.rows(request.user, list(found)), EXCLUSIONS.chosen(())),
        "may_claim": may_claim(request.user, site),
        "measures": MEASURES,
        "choices": months_offered(),
    }
    return render_page(request, "monitoring/site_uptime.html", context)


def months_offered() -> list[date]:
    """This month and those before it, the latest first."""
    this_month = month_of(timezone.now())
    return [next_month(this_month, -ago) for ago in range(MONTHS_OFFERED)]


@console
def overview_fragment(request: ConsoleRequest) -> HttpResponse:
    """On the overview: the network's uptime, and the ports that are worst off."""
    listing = UptimeList(month_of(timezone.now()))
    numbers = list(worst_first(uptime.visible_ports(request.user), month=listing.month, measure=NEVI)[:WORST])
    context = {
        "figures": uptime.network_figures(request.user, month=listing.month),
        "rows": listing.rows(request.user, numbers),
        "organizations": organization_ids_granting(request.user, Permission.VIEW_NETWORK),
    }
    return render(request, "monitoring/overview_uptime.html", context)


@console
def station_fragment(request: ConsoleRequest, identity: str) -> HttpResponse:
    """On a station's page: the uptime of its ports."""
    station = get_object_or_404(visible_stations(request.user), identity=identity)
    return _fragment(request, Port.objects.filter(station=station), {"station": station, "site": station.site})


@console
def site_fragment(request: ConsoleRequest, pk: int) -> HttpResponse:
    """On a site's page: the uptime of its worst ports."""
    site = get_object_or_404(visible_sites(request.user), pk=pk)
    return _fragment(request, Port.objects.filter(site=site), {"site": site})


def _fragment(request: ConsoleRequest, ports: QuerySet[Port], more: dict[str, Any]) -> HttpResponse:
    listing = UptimeList(month_of(timezone.now()))
    visible = uptime.visible_ports(request.user).filter(pk__in=ports.values("pk"))
    numbers = list(worst_first(visible, month=listing.month, measure=NEVI)[: 2 * WORST])
    context = {**more, "rows": listing.rows(request.user, numbers), "ports": visible.count()}
    return render(request, "monitoring/uptime_fragment.html", context)


def site_of(request: ConsoleRequest, pk: int) -> Site:
    """The site, if the viewer sees it; raises Http404."""
    return get_object_or_404(visible_sites(request.user), pk=pk)


def year_of(text: int) -> int:
    """A calendar year that there can be a report of; raises Http404."""
    if not 2015 <= text <= datetime.now(UTC).year:
        raise Http404(_("There is no report of this year."))
    return text
