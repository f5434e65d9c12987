"""Refused connection attempts, with what to do about them."""

from django.http import HttpResponse

from stations.forms import RefusedFilter
from stations.selectors.lists import find_refused_attempts
from stations.views.pages import ConsoleRequest, console, paginate, render_page


@console
def refused_list(request: ConsoleRequest) -> HttpResponse:
    """Handshakes that were refused, latest first."""
    form = RefusedFilter(request.GET)
    page = paginate(find_refused_attempts(request.user, **form.values()), request.GET)
    fragments = {"results": "stations/_refused_rows.html"}
    return render_page(request, "stations/refused_list.html", {"form": form, "page": page}, fragments=fragments)
