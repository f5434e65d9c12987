"""What every console page shares: who may see it, its shell and its fragments."""

from collections.abc import Callable, Mapping
from functools import wraps
from typing import Any, Concatenate, ParamSpec

import orjson
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied, ValidationError
from django.forms import BaseForm
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django_htmx.http import HttpResponseClientRedirect

from drivers.domain.roles import GRANTS, Permission, Role
from drivers.models import Membership, User
from drivers.selectors import has_second_factor
from stations import live
from stations.views.navigation import navigation, personal

P = ParamSpec("P")


class ConsoleRequest(HttpRequest):
    """A request of somebody who works for an organization."""

    user: User
    memberships: list[Membership]
    htmx: Any


def console(
    view: Callable[Concatenate[ConsoleRequest, P], HttpResponseBase],
) -> Callable[Concatenate[HttpRequest, P], HttpResponseBase]:
    """Only for members of an organization: others are sent to sign in (fragments: 401), or told why not (403). Who
    lacks a second factor that an organization asks for is led to set one up."""

    @wraps(view)
    def guarded(request: ConsoleRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        if not request.user.is_authenticated:
            # A fragment's place is not where to sign in.
            return HttpResponse(status=401) if request.htmx else redirect_to_login(request.get_full_path())
        memberships = Membership.objects.filter(user=request.user).select_related("organization")
        request.memberships = list(memberships.order_by("organization__name"))
        if not request.memberships:
            raise PermissionDenied(
                _("The console is for people who run a network. You are signed in, but belong to no organization.")
            )
        asked = any(membership.organization.two_factor_required for membership in request.memberships)
        if asked and not has_second_factor(request.user):
            return _set_up_first(request)
        return view(request, *args, **kwargs)

    return guarded  # type: ignore[return-value]


def _set_up_first(request: ConsoleRequest) -> HttpResponseBase:
    """To where a second factor is set up, which says who asks for it."""
    url = reverse("mfa_index")
    return HttpResponseClientRedirect(url) if request.htmx else redirect(url)


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
        "personal": personal(request.path),
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


def save(form: BaseForm, service: Callable[[], object]) -> bool:
    """Whether the service took it; if not, the form says why."""
    try:
        service()
    except ValidationError as problem:
        for name, texts in problem.message_dict.items():
            form.add_error(name if name in form.fields else None, texts)
        return False
    return True
