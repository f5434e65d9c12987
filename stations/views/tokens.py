"""One id token: its page, and what changes it."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from drivers.domain.roles import Permission
from drivers.domain.tokens import TokenStatus
from drivers.models import IdToken, Organization
from stations.forms.tokens import TokenForm
from stations.permissions import organizations_granting
from stations.selectors import visible_id_tokens, visible_sessions
from stations.selectors.drivers import visible_drivers
from stations.services import tokens as service
from stations.views.lists.sessions import SESSIONS
from stations.views.lists.tokens import TOKENS, token_badge
from stations.views.pages import ConsoleRequest, console, render_page, save

SESSIONS_SHOWN = 10


def managed(request: ConsoleRequest) -> QuerySet[Organization]:
    """The organizations whose tokens the viewer may change."""
    return organizations_granting(request.user, Permission.MANAGE_TOKENS).order_by("name")


def _managed_token(request: ConsoleRequest, pk: int) -> IdToken:
    token = get_object_or_404(visible_id_tokens(request.user).select_related("organization", "driver"), pk=pk)
    if token.organization not in managed(request):
        raise PermissionDenied(_("Your role does not include changing id tokens."))
    return token


@console
def token(request: ConsoleRequest, pk: int) -> HttpResponse:
    """An id token: what is known of it, its group, and what was charged with it."""
    found = get_object_or_404(visible_id_tokens(request.user).select_related("organization", "driver"), pk=pk)
    sessions = visible_sessions(request.user).select_related("token").filter(token=found)
    group = visible_id_tokens(request.user).filter(parent=found.parent, organization=found.organization)
    context = {
        "token": found,
        "badge": token_badge(found),
        "sessions": SESSIONS.without(sessions.order_by("-started_at", "-id")[:SESSIONS_SHOWN], "id_token", "power"),
        "group": TOKENS.without(group.exclude(pk=found.pk).order_by("value")[:10], "parent", "created_at", "driver")
        if found.parent
        else None,
        "may_manage": found.organization in managed(request),
    }
    return render_page(request, "stations/token.html", context)


@console
@require_http_methods(["GET", "POST"])
def add(request: ConsoleRequest) -> HttpResponse:
    """The form of a new id token; `?driver=`: whose it is to be."""
    if not managed(request):
        raise PermissionDenied(_("Your role does not include changing id tokens."))
    wanted = request.GET.get("driver", "")
    driver = visible_drivers(request.user).filter(pk=int(wanted[:18])).first() if wanted.isdecimal() else None
    return _edit(request, IdToken(driver=driver))


@console
@require_http_methods(["GET", "POST"])
def edit(request: ConsoleRequest, pk: int) -> HttpResponse:
    """The form of an id token."""
    return _edit(request, _managed_token(request, pk))


def _edit(request: ConsoleRequest, found: IdToken) -> HttpResponse:
    form = TokenForm(found, managed(request), request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid() and save(form, lambda: _store(request, found, form)):
        messages.success(request, _("“%(token)s” is stored.") % {"token": form.cleaned_data["value"]})
        return redirect("stations:token", found.pk) if found.pk else redirect("stations:token-list")
    return render_page(request, "stations/token_form.html", {"form": form, "token": found})


def _store(request: ConsoleRequest, found: IdToken, form: TokenForm) -> None:
    values = dict(form.cleaned_data)
    organization = values.pop("organization", None) or managed(request)[0]
    if found.pk:
        service.update(token=found, **values)
    else:
        service.create(organization=organization, **values)


@console
@require_POST
def set_status(request: ConsoleRequest, pk: int) -> HttpResponse:
    """Block a token, or accept it again."""
    found = _managed_token(request, pk)
    if request.POST.get("status") == TokenStatus.BLOCKED:
        service.block(token=found)
        text = _("“%(token)s” is blocked: it starts no session from now on.")
    else:
        service.update(token=found, status=TokenStatus.ACCEPTED)
        text = _("“%(token)s” is accepted again.")
    messages.success(request, text % {"token": found})
    return redirect("stations:token", pk)


@console
@require_POST
def delete(request: ConsoleRequest, pk: int) -> HttpResponse:
    """Forget a token; its sessions keep its value."""
    found = _managed_token(request, pk)
    service.delete(token=found)
    messages.success(request, _("“%(token)s” is deleted.") % {"token": found})
    return redirect("stations:token-list")
