"""Changing what people say of a station, and deleting it."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from drivers.domain.roles import Permission
from stations.domain.credentials import new_password
from stations.forms.station import StationEditForm
from stations.models import Station
from stations.permissions import require, sites_granting
from stations.services import network, onboarding
from stations.services.network import StillInUse
from stations.services.provisioning import NEED_PASSWORD
from stations.views.confirm import Question, ask
from stations.views.pages import ConsoleRequest, console, render_page
from stations.views.station_new import show_setup
from stations.views.station_page import header, station_of


@console
@require_http_methods(["GET", "POST"])
def edit(request: ConsoleRequest, identity: str) -> HttpResponse:
    """The form of a station's name, site, security profile and registration."""
    station = station_of(request, identity)
    require(request.user, Permission.MANAGE_NETWORK, station.site)
    sites = sites_granting(request.user, Permission.MANAGE_NETWORK).filter(organization=station.site.organization_id)
    form = StationEditForm(station, sites, request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        if password := _store(request, station, form):
            return show_setup(request, identity, password)
        messages.success(request, _("“%(name)s” is stored.") % {"name": identity})
        return redirect("stations:station", identity)
    context = {**header(request, station, "edit"), "form": form}
    return render_page(request, "stations/station_edit.html", context)


def _store(request: ConsoleRequest, station: Station, form: StationEditForm) -> str:
    """Store what the form says; returns the password that had to be made, else nothing."""
    values = form.cleaned_data
    registration = values.pop("registration")
    lacks_password = values["security_profile"] in NEED_PASSWORD and not station.password_hash
    password = new_password() if lacks_password else ""
    network.update_station(station=station, password=password or None, **values)
    if registration != station.registration:
        onboarding.set_registration(station=station, registration=registration, by=request.user)
    return password


@console
@require_http_methods(["GET", "POST"])
def delete(request: ConsoleRequest, identity: str) -> HttpResponse:
    """Remove a station once that is confirmed; else say why not."""
    station = station_of(request, identity)
    require(request.user, Permission.MANAGE_NETWORK, station.site)
    if request.method == "POST":
        try:
            network.delete_station(station=station)
        except StillInUse as problem:
            messages.error(request, str(problem))
            return redirect("stations:station", identity)
        messages.success(request, _("“%(name)s” is deleted.") % {"name": identity})
        return redirect("stations:site", station.site_id)
    text = _(
        "Its configuration, messages, certificates, photos and notes go with it, and its charger is turned away from"
        " then on. A station that has charging sessions is not deleted."
    )
    question = Question(_("Delete %(name)s?") % {"name": identity}, text, _("Delete the station"))
    return ask(request, question)
