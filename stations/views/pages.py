"""What every console page shares: who may see it, its shell and its fragments."""

from collections.abc import Callable, Mapping
from functools import wraps
from typing import Any, Concatenate, ParamSpec

import orjson
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _

from drivers.domain.roles import GRANTS, Permission, Role
from drivers.models import Membership, User
from stations import live
from stations.views.navigation import navigation

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
