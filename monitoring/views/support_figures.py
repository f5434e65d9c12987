"""How fast support answers and solves: drawn, with words and tables beside."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.utils import timezone
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from drivers.domain.roles import Permission
from monitoring.domain.support_figures import Figures, Spread, figures
from monitoring.models import Ticket
from monitoring.selectors import support_figures as selectors
from monitoring.selectors.notifications import managed
from monitoring.selectors.support_figures import Known
from monitoring.views.drawings import Bar, columns
from monitoring.views.ticket_wording import span
from stations.permissions import organization_ids_granting
from stations.selectors import visible_sites
from stations.templatetags.console import percent
from stations.views.pages import ConsoleRequest, console, render_page
from stations.views.wording import Text

WEEKS = 13
_MOST_SITES = 12
AGES = (
    _("Less than 4 hours"),
    _("4 hours to a day"),
    _("1 to 3 days"),
    _("3 to 7 days"),
    _("More than a week"),
)


@dataclass(frozen=True, slots=True)
class Week:
    """Tickets opened in the seven days from `begin`; the column is as high as they are many."""

    begin: date
    figures: Figures
    first_answer: str
    kept: str
    bar: Bar


@dataclass(frozen=True, slots=True)
class Line:
    """The figures of a category or a site, as they stand in a table."""

    name: object
    opened: int
    first_answer: str
    resolution: str
    kept: str


@dataclass(frozen=True, slots=True)
class Tile:
    label: Text
    value: str
    note: str
    share: int | None = None


@console
def support_figures(request: ConsoleRequest) -> HttpResponse:
    """The last thirteen weeks; `site` in the address narrows it to one."""
    if not organization_ids_granting(request.user, Permission.VIEW_TICKETS):
        raise PermissionDenied(gettext("Your role does not include this list."))
    now = timezone.now()
    since = now - timedelta(weeks=WEEKS)
    names = dict(visible_sites(request.user).values_list("pk", "name"))
    chosen = request.GET.get("site", "")
    site = visible_sites(request.user).filter(pk=int(chosen[:18])).first() if chosen.isdecimal() else None
    known = selectors.known_tickets(request.user, since=since, now=now, site=site)
    categories = dict(Ticket.Category.choices)
    ages = selectors.open_by_age(request.user, now=now, site=site)
    context = {
        "site": site,
        "found": (found := figures([one.measured for one in known])),
        "tiles": _tiles(found),
        "weeks": _weeks(known, since.date()),
        "ages": [(word, n, round(100 * n / max(*ages, 1))) for word, n in zip(AGES, ages, strict=True)],
        "categories": _lines(selectors.by(known, lambda one: categories.get(one.category, ""))),
        "sites": _lines(selectors.by(known, lambda one: names.get(one.site or 0, gettext("No site"))))[:_MOST_SITES],
        "manages": managed(request.user).exists(),
    }
    return render_page(request, "monitoring/support_figures.html", context)


def _tiles(found: Figures) -> list[Tile]:
    answer, solution = found.first_answer, found.resolution
    return [
        Tile(_("First answer, median"), _time(answer.median_s), _p90(answer)),
        Tile(_("First answers in time"), _share(answer), _of(answer), _hundred(answer)),
        Tile(_("Solution, median"), _time(solution.median_s), _p90(solution)),
        Tile(_("Solutions in time"), _share(solution), _of(solution), _hundred(solution)),
    ]


def _time(seconds: float | None) -> str:
    return "–" if seconds is None else span(seconds)


def _share(spread: Spread) -> str:
    return "–" if spread.share is None else percent(spread.share * 100)


def _hundred(spread: Spread) -> int | None:
    return None if spread.share is None else round(spread.share * 100)


def _p90(spread: Spread) -> str:
    if spread.p90_s is None:
        return gettext("nothing to measure yet")
    return gettext("nine of ten within %(time)s") % {"time": span(spread.p90_s)}


def _of(spread: Spread) -> str:
    said = ngettext("%(within)s of %(n)s ticket", "%(within)s of %(n)s tickets", spread.judged)
    return said % {"within": spread.within, "n": spread.judged}


def _weeks(known: Sequence[Known], since: date) -> list[Week]:
    groups: list[list[Known]] = [[] for _week in range(WEEKS)]
    for one in known:
        groups[min(WEEKS - 1, max(0, (one.opened_at.date() - since).days // 7))].append(one)
    most = max((len(group) for group in groups), default=0) or 1
    bars = columns([len(group) / most for group in groups])
    found = [figures([one.measured for one in group]) for group in groups]
    return [
        Week(
            since + timedelta(weeks=number),
            of_week,
            _time(of_week.first_answer.median_s),
            _share(of_week.first_answer),
            bar,
        )
        for number, (of_week, bar) in enumerate(zip(found, bars, strict=True))
    ]


def _lines(groups: Mapping[object, Figures]) -> list[Line]:
    return [
        Line(
            name,
            found.opened,
            _time(found.first_answer.median_s),
            _time(found.resolution.median_s),
            _share(found.resolution),
        )
        for name, found in groups.items()
    ]
