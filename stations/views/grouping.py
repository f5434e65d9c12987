"""Which plugs charge one vehicle at a time: OCPP 1.6 does not say, so an operator does."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from drivers.domain.roles import Permission
from stations.forms.grouping import GroupingForm
from stations.models import Station
from stations.permissions import require
from stations.selectors import visible_stations
from stations.services import provisioning
from stations.views.pages import ConsoleRequest, console, dialog_done, render_page


@console
@require_http_methods(["GET", "POST"])
def group(request: ConsoleRequest, identity: str) -> HttpResponse:
    """The form that puts a station's connectors under EVSEs."""
    station = get_object_or_404(visible_stations(request.user), identity=identity)
    require(request.user, Permission.MANAGE_NETWORK, station.site)
    form = GroupingForm(station, request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid() and _group(station, form):
        text = _("The connectors of %(station)s are grouped.") % {"station": station.identity}
        if request.htmx:
            return dialog_done(text)
        messages.success(request, text)
        return redirect("stations:station", station.identity)
    context = {"station": station, "form": form}
    fragments = {"dialog-body": "stations/_grouping_form.html"}
    return render_page(request, "stations/grouping_form.html", context, fragments=fragments)


def _group(station: Station, form: GroupingForm) -> bool:
    """Whether it was done; if not, the form says why."""
    try:
        provisioning.group_connectors(station=station, evse_numbers=form.evse_numbers())
    except ValidationError as problem:
        form.add_error(None, problem)
        return False
    return True
