"""Refused connection attempts, with what to do about them."""

from dataclasses import dataclass

from django.http import HttpResponse

from drivers.domain.roles import Permission
from stations.forms.filters import RefusedFilter
from stations.models import RefusedAttempt
from stations.permissions import may, sites_granting
from stations.selectors.lists import find_refused_attempts
from stations.services.provisioning import NEED_PASSWORD
from stations.views.pages import ConsoleRequest, console, render_page
from stations.views.paging import paginate

_Reason = RefusedAttempt.Reason
_NEW_PASSWORD_HELPS = (_Reason.NO_CREDENTIALS, _Reason.WRONG_PASSWORD)


@dataclass(frozen=True, slots=True)
class AttemptView:
    """An attempt, and which of the fixes is a button for this viewer."""

    attempt: RefusedAttempt
    may_create: bool
    may_reset: bool


@console
def refused_list(request: ConsoleRequest) -> HttpResponse:
    """Handshakes that were refused, latest first."""
    form = RefusedFilter(request.GET)
    page = paginate(find_refused_attempts(request.user, **form.values()), request.GET)
    manages = sites_granting(request.user, Permission.MANAGE_NETWORK).exists()
    rows = [_view(request, attempt, manages=manages) for attempt in page.items]
    context = {"form": form, "page": page, "rows": rows}
    fragments = {"results": "stations/_refused_rows.html"}
    return render_page(request, "stations/refused_list.html", context, fragments=fragments)


def _view(request: ConsoleRequest, attempt: RefusedAttempt, *, manages: bool) -> AttemptView:
    """`manages`: whether the viewer manages any site."""
    station = attempt.station
    is_managed = station is not None and may(request.user, Permission.MANAGE_NETWORK, station.site)
    needs_password = station is not None and station.security_profile in NEED_PASSWORD
    return AttemptView(
        attempt,
        may_create=attempt.reason == _Reason.UNKNOWN_IDENTITY and station is None and manages,
        may_reset=attempt.reason in _NEW_PASSWORD_HELPS and needs_password and is_managed,
    )
