"""What every console page shares: who may see it, its shell, its fragments and its paging."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import wraps
from itertools import islice
from typing import Any, Concatenate, ParamSpec
from urllib.parse import urlencode

import orjson
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseBase, QueryDict
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _

from drivers.domain.roles import GRANTS, Permission, Role
from drivers.models import Membership, User
from stations import live
from stations.views.navigation import navigation

PAGE_SIZE = 50
# Nobody reads further; to count further would read the whole table for each page.
COUNTED = 10_000

P = ParamSpec("P")


class ConsoleRequest(HttpRequest):
    """A request of somebody who works for an organization."""

    user: User
    memberships: list[Membership]
    htmx: Any


def console(
    view: Callable[Concatenate[ConsoleRequest, P], HttpResponseBase],
) -> Callable[Concatenate[HttpRequest, P], HttpResponseBase]:
    """Only for members of an organization: others are sent to sign in, or told why not (403)."""

    @wraps(view)
    def guarded(request: ConsoleRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        memberships = Membership.objects.filter(user=request.user).select_related("organization")
        request.memberships = list(memberships.order_by("organization__name"))
        if not request.memberships:
            raise PermissionDenied(
                _("The console is for people who run a network. You are signed in, but belong to no organization.")
            )
        return view(request, *args, **kwargs)

    return login_required(guarded)  # type: ignore[return-value]


def render_page(
    request: ConsoleRequest, template: str, context: Mapping[str, Any], *, fragments: Mapping[str, str] | None = None
) -> HttpResponse:
    """Render the page, or only the fragment htmx asks for: `fragments` maps an element's id to its template."""
    shown = (fragments or {}).get(request.htmx.target or "") if request.htmx else None
    granted = {p.value for m in request.memberships for p in GRANTS[Role(m.role)]}
    shell = {
        "memberships": request.memberships,
        "may": {permission.value: permission.value in granted for permission in Permission},
        "network_groups": " ".join(live.organization_group(m.organization_id) for m in request.memberships),
        "here": request.get_full_path(),
        "navigation": navigation(request.path, granted),
    }
    response = render(request, shown or template, {**shell, **context})
    # One address, two answers: a browser's back button must not find the fragment in its cache.
    response["Vary"] = "HX-Request, Cookie"
    response["Cache-Control"] = "no-store"
    return response


def dialog_done(message: str) -> HttpResponse:
    """Close the dialog and say what was done; the page's own live fragments show the outcome."""
    news = orjson.dumps({"busbar:done": {"message": message}}).decode()
    return HttpResponse(status=204, headers={"HX-Trigger": news.encode("ascii", "backslashreplace").decode()})


@dataclass(frozen=True, slots=True)
class Page:
    """One page of a list. `total` is None where it was not counted, and not known where it is more than COUNTED."""

    items: list[Any]
    number: int
    has_next: bool
    total: int | None
    query: str

    @property
    def counted(self) -> int | None:
        """How far was counted where there are more; else None."""
        return COUNTED if self.total is not None and self.total > COUNTED else None

    @property
    def has_previous(self) -> bool:
        return self.number > 1

    @property
    def first(self) -> int:
        return (self.number - 1) * PAGE_SIZE + 1 if self.items else 0

    @property
    def last(self) -> int:
        return (self.number - 1) * PAGE_SIZE + len(self.items)

    @property
    def next_url(self) -> str:
        return self._url(self.number + 1)

    @property
    def previous_url(self) -> str:
        return self._url(self.number - 1)

    def _url(self, number: int) -> str:
        return f"?{self.query}{'&' if self.query else ''}{urlencode({'page': number})}"


def paginate(rows: QuerySet[Any], parameters: QueryDict, *, counted: bool = False) -> Page:
    """The page that `parameters["page"]` names; nonsense is the first."""
    number = _page_number(parameters)
    start = (number - 1) * PAGE_SIZE
    found = list(rows[start : start + PAGE_SIZE + 1])
    rest = _without_page(parameters)
    total = None
    if counted:
        # The last page says it without counting.
        total = start + len(found) if found and len(found) <= PAGE_SIZE else rows.order_by()[: COUNTED + 1].count()
    return Page(found[:PAGE_SIZE], number, len(found) > PAGE_SIZE, total, rest.urlencode())


def paginate_found(rows: Iterable[Any], parameters: QueryDict) -> Page:
    """The same for what is found one after the other: looked for no further than the page."""
    number = _page_number(parameters)
    found = list(islice(rows, (number - 1) * PAGE_SIZE, number * PAGE_SIZE + 1))
    query = _without_page(parameters).urlencode()
    return Page(found[:PAGE_SIZE], number, len(found) > PAGE_SIZE, None, query)


def _page_number(parameters: QueryDict) -> int:
    text = parameters.get("page", "1")
    # Beyond that an offset only burns the database; filters lead there faster.
    return min(max(int(text), 1), 10_000) if text.isascii() and text.isdigit() else 1


def _without_page(parameters: QueryDict) -> QueryDict:
    rest = parameters.copy()
    rest.pop("page", None)
    return rest
