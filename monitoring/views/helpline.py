"""The helpline: writing a contact down while it lasts, and the report of a quarter."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.dates import MONTHS
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from drivers.domain.roles import Permission
from drivers.models import Organization
from monitoring.domain.evchart import Quarter
from monitoring.domain.helpline import Group, Report
from monitoring.forms.helpline import ContactForm
from monitoring.models import HelplineContact, Ticket
from monitoring.selectors.helpline import quarter_report
from monitoring.services import helpline
from monitoring.views import helpline_pdf
from monitoring.views.drawings import Bar, columns
from monitoring.views.helpline_wording import hours, method, minutes, percent, waited
from monitoring.views.uptime import year_of
from stations.permissions import organization_ids_granting, sites_granting
from stations.views.csv_files import csv_file
from stations.views.pages import ConsoleRequest, console, render_page, save

QUARTERS_OFFERED = 8
# Sites of a page; the file has them all.
SITES_SHOWN = 50


def _organizations(request: ConsoleRequest) -> Any:
    found = organization_ids_granting(request.user, Permission.RESPOND)
    if not found:
        raise PermissionDenied(_("Your role does not include the helpline."))
    return Organization.objects.filter(pk__in=found).order_by("name")


@console
@require_http_methods(["GET", "POST"])
def new(request: ConsoleRequest) -> HttpResponse:
    """The form that is open while one speaks; the address may say where the driver is."""
    organizations = _organizations(request)
    form = ContactForm(
        request.POST if request.method == "POST" else None,
        initial={"where": request.GET.get("where", "")[:120]},
        sites=sites_granting(request.user, Permission.RESPOND),
        organizations=organizations,
    )
    if form.is_bound and form.is_valid():
        made: list[HelplineContact] = []
        makes_ticket = bool(request.POST.get("ticket"))

        def log() -> None:
            made.append(helpline.log_contact(by=request.user, makes_ticket=makes_ticket, **form.cleaned_data))

        if save(form, log):
            messages.success(request, _written(made[0]))
            return redirect("monitoring:helpline")
    return render_page(request, "monitoring/helpline_form.html", {"form": form})


def _written(row: HelplineContact) -> str:
    return _("Written down, as ticket %(ticket)s.") % {"ticket": row.ticket} if row.ticket else _("Written down.")


# --- The quarter ---


@dataclass(frozen=True, slots=True)
class Line:
    """A group with its name and its share of all, in percent."""

    name: str
    group: Group
    share: float

    @property
    def length(self) -> str:
        return minutes(self.group.median_minutes)


def _asked(request: ConsoleRequest, slug: str, year: int, quarter: int) -> tuple[Organization, Quarter, Report]:
    if not 1 <= quarter <= 4:
        raise Http404
    organization = get_object_or_404(_organizations(request), slug=slug)
    asked = Quarter(year_of(year), quarter)
    return organization, asked, quarter_report(request.user, organization_id=organization.pk, quarter=asked)


def _lines(groups: Sequence[Group], total: int, names: dict[str, Any]) -> list[Line]:
    return [Line(str(names.get(g.key, g.key or _("Nowhere told"))), g, 100 * g.count / total) for g in groups]


def _tables(found: Report) -> tuple[list[Line], list[Line], list[Line]]:
    """By category, way and site."""
    return (
        _lines(found.categories, found.total, dict(Ticket.Category.choices)),
        _lines(found.channels, found.total, dict(HelplineContact.Channel.choices)),
        _lines(found.sites, found.total, {}),
    )


@console
def report_now(request: ConsoleRequest) -> HttpResponse:
    """To the quarter that is under way."""
    quarter = Quarter.of(timezone.now())
    slug = request.GET.get("organization", "")
    organizations = _organizations(request)
    chosen = organizations.filter(slug=slug).first() or organizations.first()
    text = request.GET.get("quarter", "")
    year, _dash, number = text.partition("-Q")
    if year.isascii() and year.isdigit() and number in ("1", "2", "3", "4"):
        quarter = Quarter(int(year[:4]), int(number))
    return redirect("monitoring:helpline-report", chosen.slug, quarter.year, quarter.number)


@console
def report(request: ConsoleRequest, slug: str, year: int, quarter: int) -> HttpResponse:
    """A quarter of the helpline (SI 2023/1168 regulation 9)."""
    organization, asked, found = _asked(request, slug, year, quarter)
    categories, channels, sites = _tables(found)
    quarters = [Quarter.of(timezone.now())]
    while len(quarters) < QUARTERS_OFFERED:
        quarters.append(quarters[-1].previous)
    if asked not in quarters:
        quarters.append(asked)
    context = {
        "organization": organization,
        "organizations": list(_organizations(request)),
        "quarter": asked,
        "quarters": quarters,
        "found": found,
        "share_at_once": percent(found.share_at_once),
        "length": minutes(found.median_minutes),
        "waited": waited(found.median_waited_s),
        "until_solved": hours(found.median_hours_to_solve),
        "categories": categories,
        "channels": channels,
        "sites": sites[:SITES_SHOWN],
        "more_sites": max(len(sites) - SITES_SHOWN, 0),
        "months": _months(asked, found),
        "method": method(),
    }
    return render_page(request, "monitoring/helpline_report.html", context)


def _months(quarter: Quarter, found: Report) -> list[tuple[str, int, Bar]]:
    most = max([*found.months, 1])
    bars = columns([count / most for count in found.months])
    names = [str(MONTHS[start.month]) for start, _end in quarter.months]
    return list(zip(names, found.months, bars, strict=True))


@console
def report_csv(request: ConsoleRequest, slug: str, year: int, quarter: int) -> HttpResponseBase:
    """The same as a file: the whole first, then what has something in common."""
    organization, asked, found = _asked(request, slug, year, quarter)
    rows = [_HEAD, *_rows(organization, asked, found)]
    return csv_file(request, [rows], name=f"helpline-{organization.slug}-{asked}.csv")


_HEAD: list[object] = ["organization", "quarter", "record", "key", "contacts", "solved_at_once", "median_minutes"]
_HEAD += ["median_waited_s", "solved", "median_hours_to_solve"]


def _rows(organization: Organization, quarter: Quarter, found: Report) -> Iterator[list[object]]:
    whose: list[object] = [organization.slug, str(quarter)]
    figures = [found.median_minutes, found.median_waited_s, found.solved, found.median_hours_to_solve]
    yield [*whose, "all", "", found.total, found.at_once, *figures]
    for (start, _end), count in zip(quarter.months, found.months, strict=True):
        yield [*whose, "month", f"{start:%Y-%m}", count, None, None, None, None, None]
    for record, groups in (("category", found.categories), ("channel", found.channels), ("site", found.sites)):
        for group in groups:
            yield [*whose, record, group.key, group.count, group.at_once, group.median_minutes, None, None, None]


@console
def report_pdf(request: ConsoleRequest, slug: str, year: int, quarter: int) -> HttpResponse:
    """The same on paper."""
    organization, asked, found = _asked(request, slug, year, quarter)
    categories, channels, sites = _tables(found)
    tables = [(_("What about"), categories), (_("By which way"), channels), (_("Where"), sites)]
    content = helpline_pdf.quarter_pdf(
        organization.name,
        str(asked),
        found,
        [(title, [(line.name, line.group) for line in lines]) for title, lines in tables],
    )
    response = HttpResponse(content, content_type="application/pdf")
    response["Content-Disposition"] = f'attachment; filename="helpline-{organization.slug}-{asked}.pdf"'
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "private, no-store"
    return response
