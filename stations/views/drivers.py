"""One driver: their id tokens and what they charged."""

from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _

from drivers.domain.roles import Permission
from drivers.permissions import memberships_granting
from stations.selectors import visible_sessions
from stations.selectors.drivers import driver_states, visible_drivers
from stations.views.lists.sessions import SESSIONS
from stations.views.lists.tokens import TOKENS
from stations.views.pages import ConsoleRequest, console, render_page
from stations.views.tokens import managed

SESSIONS_SHOWN = 20


@console
def driver(request: ConsoleRequest, pk: int) -> HttpResponse:
    """A driver, as the organizations see them whose id tokens they have."""
    if not memberships_granting(request.user, Permission.VIEW_TOKENS).exists():
        raise PermissionDenied(_("Your role does not include drivers."))
    found = get_object_or_404(visible_drivers(request.user), pk=pk)
    state = driver_states(request.user, [found])[0]
    sessions = visible_sessions(request.user).select_related("token").filter(token__in=state.tokens)
    context = {
        "driver": found,
        "state": state,
        "tokens": TOKENS.without(state.tokens, "driver"),
        "sessions": SESSIONS.without(sessions.order_by("-started_at", "-id")[:SESSIONS_SHOWN], "power"),
        "may_manage": managed(request).exists(),
    }
    return render_page(request, "stations/driver.html", context)
