"""Reports of uptime for those who ask for them: EV-ChART, the United Kingdom, and the host of a site."""

import csv
from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime
from io import StringIO

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.translation import gettext as _

from drivers.domain.roles import Permission
from drivers.models import Organization
from monitoring.domain import evchart as rules
from monitoring.domain.evchart import Quarter
from monitoring.domain.uptime import UK_TARGET, uk_reliability
from monitoring.models import FederalSite
from monitoring.selectors import evchart, uptime
from monitoring.selectors.site_report import SiteReport, site_report
from monitoring.services import federal
from monitoring.views import report_pdf
from monitoring.views.report_pdf import uk_method
from monitoring.views.uptime import months_offered, site_of, year_of
from stations.permissions import organization_ids_granting, require
from stations.selectors import visible_sites
from stations.streaming import streamed
from stations.views.csv_files import csv_file
from stations.views.pages import ConsoleRequest, console, render_page, save

QUARTERS_OFFERED = 6
MODULES = {
    2: Permission.VIEW_SESSIONS,
    3: Permission.VIEW_NETWORK,
    4: Permission.VIEW_NETWORK,
    5: Permission.VIEW_NETWORK,
}
GREAT_BRITAIN = "GB"


class FederalForm(forms.ModelForm):  # type: ignore[type-arg]  # subscriptable only for the type checker
    """What EV-ChART knows a site by."""

    class Meta:
        model = FederalSite
        fields = (
            "station_id",
            "network_provider",
            "operational_since",
            "project_id",
            "is_service",
            "federal_share_percent",
        )
        widgets = {"operational_since": forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")}


@console
def reports(request: ConsoleRequest) -> HttpResponse:
    """What there is to hand in, and for which sites."""
    this_quarter = Quarter.of(timezone.now())
    quarters = [this_quarter]
    while len(quarters) < QUARTERS_OFFERED:
        quarters.append(quarters[-1].previous)
    organizations = Organization.objects.filter(
        pk__in=organization_ids_granting(request.user, Permission.VIEW_NETWORK)
    ).order_by("name")
    told = [(row, list(evchart.federal_sites(request.user, row.pk)[:200])) for row in organizations]
    context = {
        "organizations": told,
        "quarters": quarters,
        "this_quarter": this_quarter,
        "years": [this_quarter.year - ago for ago in range(3)],
        "sites": list(visible_sites(request.user).filter(federal=None).order_by("name")[:200]),
        "months": months_offered(),
    }
    return render_page(request, "monitoring/reports.html", context)


@console
def evchart_csv(request: ConsoleRequest, slug: str, year: int, quarter: int, module: int) -> HttpResponseBase:
    """A module of EV-ChART for a quarter (5: for the year), as its importer takes it."""
    if module not in MODULES or not 1 <= quarter <= 4:
        raise Http404
    found = get_object_or_404(
        Organization, slug=slug, pk__in=organization_ids_granting(request.user, Permission.VIEW_NETWORK)
    )
    if found.pk not in organization_ids_granting(request.user, MODULES[module]):
        raise PermissionDenied(_("Your role does not include sessions."))
    asked = Quarter(year_of(year), quarter)
    rows = evchart.rows(request.user, organization_id=found.pk, module=module, quarter=asked)
    name = f"evchart-module{module}-{year if module == 5 else asked}.csv"
    return streamed(request, _pieces(module, rows), content_type="text/csv; charset=utf-8", file_name=name)


def _pieces(module: int, chunks: Iterable[list[dict[str, str]]]) -> Iterator[bytes]:
    """Plain CSV: an importer takes a byte order mark and a spreadsheet's apostrophes for part of the values."""
    yield _lines([list(rules.COLUMNS[module])])
    for rows in chunks:
        if not connection.in_atomic_block:
            connection.close()
        yield _lines([rules.line(module, row) for row in rows])


def _lines(rows: Iterable[list[str]]) -> bytes:
    text = StringIO()
    csv.writer(text).writerows(rows)
    return text.getvalue().encode()


@console
def federal_site(request: ConsoleRequest, pk: int) -> HttpResponse:
    """What EV-ChART knows a site by; without it the site is not reported."""
    site = site_of(request, pk)
    require(request.user, Permission.MANAGE_MONITORING, site)
    row = FederalSite.objects.filter(site=site).first()
    if request.method == "POST" and request.POST.get("remove") and row:
        federal.leave_out(row=row)
        messages.success(request, _("%(site)s is no longer reported to EV-ChART.") % {"site": site})
        return redirect("monitoring:uptime-reports")
    form = FederalForm(request.POST or None, instance=row or FederalSite(site=site))
    if request.method == "POST" and form.is_valid() and save(form, lambda: federal.store(row=form.save(commit=False))):
        messages.success(request, _("%(site)s is reported to EV-ChART.") % {"site": site})
        return redirect("monitoring:uptime-reports")
    return render_page(request, "monitoring/federal_form.html", {"form": form, "site": site, "row": row})


# --- The United Kingdom ---


def _uk(request: ConsoleRequest) -> uptime.UkYear:
    text = request.GET.get("year", "")
    year = int(text[:4]) if text.isascii() and text.isdigit() else timezone.now().year
    country = "" if request.GET.get("all") else GREAT_BRITAIN
    return uptime.uk_year(request.user, year=year_of(year), country=country)


@console
def uk(request: ConsoleRequest) -> HttpResponse:
    """SI 2023/1168 regulation 7 for a calendar year: the figure, the method, and each charge point."""
    found = _uk(request)
    context = {
        "found": found,
        "rows": [(port, sums, uk_reliability(sums)) for port, sums in found.points[:500]],
        "target": UK_TARGET,
        "method": uk_method(),
        "is_all": bool(request.GET.get("all")),
        "query": f"?year={found.year}" + ("&all=1" if request.GET.get("all") else ""),
    }
    return render_page(request, "monitoring/uk_report.html", context)


_UK_HEAD = ["year", "identity", "evse", "site", "power_kw", "reliability_percent", "reliable_min", "unreliable_min"]


@console
def uk_csv(request: ConsoleRequest) -> HttpResponseBase:
    """The same as a file."""
    found = _uk(request)

    def rows() -> Iterator[list[list[object]]]:
        yield [[*_UK_HEAD, "network_reliability_percent"]]
        for port, sums in found.points:
            share = uk_reliability(sums)
            yield [
                [
                    found.year,
                    port.identity,
                    port.number,
                    port.site.name if port.site else "",
                    (port.max_power_w or 0) / 1000,
                    None if share is None else round(share, 4),
                    round(sums.reliable_s / 60, 2),
                    round(sums.unreliable_s / 60, 2),
                    None if found.reliability is None else round(found.reliability, 4),
                ]
            ]

    return csv_file(request, rows(), name=f"uk-reliability-{found.year}.csv")


@console
def uk_pdf(request: ConsoleRequest) -> HttpResponse:
    """The same on paper."""
    found = _uk(request)
    names = ", ".join(membership.organization.name for membership in request.memberships)
    return _pdf(report_pdf.uk_pdf(found, names), f"uk-reliability-{found.year}.pdf")


# --- A site's month ---


def _site_report(request: ConsoleRequest, pk: int, year: int, month: int) -> SiteReport:
    site = get_object_or_404(visible_sites(request.user).select_related("organization"), pk=pk)
    if not 1 <= month <= 12:
        raise Http404
    first = date(year_of(year), month, 1)
    if datetime(first.year, first.month, 1, tzinfo=UTC) > timezone.now():
        raise Http404
    return site_report(request.user, site, month=first)


_SITE_HEAD = ["record", "identity", "evse", "start", "end", "minutes", "excluded_min", "cause_or_reason", "state"]
_SITE_HEAD += ["month_availability_percent", "nevi_12_months_percent"]


@console
def site_csv(request: ConsoleRequest, pk: int, year: int, month: int) -> HttpResponseBase:
    """A site's month as a file: each port's figures, then outages, then exclusions."""
    report = _site_report(request, pk, year, month)
    return csv_file(request, [[_SITE_HEAD], list(_site_rows(report))], name=f"uptime-{pk}-{year}-{month:02}.csv")


def _site_rows(report: SiteReport) -> Iterator[list[object]]:
    for figures in report.ports:
        port, share = figures.port, figures.month_availability
        yield [
            "port",
            port.identity,
            port.number,
            report.month.isoformat(),
            report.through,
            round(figures.month_nevi_outage, 2),
            round(figures.month_nevi_excluded, 2),
            "",
            port.state,
            None if share is None else round(share, 4),
            round(figures.nevi.uptime, 4),
        ]
    for port, outage in report.outages:
        excluded = round(outage.excluded_minutes, 2)
        span = [outage.start, outage.end, round(outage.minutes, 2)]
        yield ["outage", port.identity, port.number, *span, excluded, outage.cause.value, "", None, None]
    for row in report.exclusions:
        station = row.station.identity if row.station else ""
        span = [row.starts_at, row.ends_at, round((row.ends_at - row.starts_at).total_seconds() / 60, 2)]
        number = row.evse.number if row.evse else ""
        yield ["exclusion", station, number, *span, None, row.reason, row.state, None, None]


@console
def site_pdf(request: ConsoleRequest, pk: int, year: int, month: int) -> HttpResponse:
    """The same on paper, with a chart."""
    report = _site_report(request, pk, year, month)
    return _pdf(report_pdf.site_pdf(report), f"uptime-{pk}-{year}-{month:02}.pdf")


def _pdf(content: bytes, name: str) -> HttpResponse:
    response = HttpResponse(content, content_type="application/pdf")
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "private, no-store"
    return response
