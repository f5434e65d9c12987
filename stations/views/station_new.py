"""Making a station, giving it a password, and what to enter in its charger."""

from typing import Any

import orjson
from django import forms
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from drivers.domain.roles import Permission
from stations.domain.charger_setup import choices, keys_16, network_profile_2, vendor_named, vendor_of
from stations.domain.credentials import new_password
from stations.models import Station
from stations.permissions import may, require, sites_granting
from stations.selectors import visible_stations
from stations.selectors.charger_setup import setup_of
from stations.services import network, provisioning
from stations.services.station_import import NEED_PASSWORD
from stations.views.pages import ConsoleRequest, console, render_page
from stations.views.station_page import header, station_of


class StationForm(forms.Form):
    """A new station; its password is made here."""

    site: Any = forms.ModelChoiceField(queryset=None, empty_label=None, label=gettext_lazy("Site"))
    identity = forms.CharField(
        max_length=48,
        label=gettext_lazy("Identity"),
        help_text=gettext_lazy("As entered in the charger, often its serial number. Capital and small letters differ."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    name = forms.CharField(max_length=80, required=False, label=gettext_lazy("Name"))
    security_profile = forms.TypedChoiceField(
        choices=Station.SecurityProfile.choices,
        coerce=int,
        initial=Station.SecurityProfile.TLS_BASIC,
        label=gettext_lazy("Security profile"),
    )

    def __init__(self, sites: Any, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{**kwargs, "auto_id": "station-%s"})
        field: Any = self.fields["site"]
        field.queryset = sites


@console
@require_http_methods(["GET", "POST"])
def create(request: ConsoleRequest) -> HttpResponse:
    """The form that makes a station; then what to enter in its charger, with the password this once."""
    sites = sites_granting(request.user, Permission.MANAGE_NETWORK).order_by("name")
    posted = request.POST if request.method == "POST" else None
    form = StationForm(sites, posted, initial={name: request.GET[name] for name in request.GET})
    if form.is_bound and form.is_valid():
        values = form.cleaned_data
        password = new_password() if values["security_profile"] in NEED_PASSWORD else None
        try:
            station = provisioning.create_station(**values, password=password)
        except ValidationError as problem:
            for name, errors in problem.message_dict.items():
                form.add_error(name if name in form.fields else None, errors)
        else:
            return _setup(request, station.identity, password)
    return render_page(request, "stations/station_new.html", {"form": form, "has_sites": sites.exists()})


@console
def setup(request: ConsoleRequest, identity: str) -> HttpResponse:
    """What to enter in a station's charger. Its password is shown only where it is set."""
    return _setup(request, identity, None)


@console
@require_POST
def reset_password(request: ConsoleRequest, identity: str) -> HttpResponse:
    """Give a station a new password, shown this once: the charger must be told by hand."""
    station = get_object_or_404(visible_stations(request.user), identity=identity)
    require(request.user, Permission.MANAGE_NETWORK, station.site)
    password = new_password()
    network.update_station(station=station, password=password)
    return _setup(request, identity, password)


def _setup(request: ConsoleRequest, identity: str, password: str | None) -> HttpResponse:
    station = station_of(request, identity)
    found = setup_of(station, host=request.get_host(), is_secure=request.is_secure(), password=password)
    vendor = vendor_named(request.GET.get("vendor", "")) or vendor_of(station.vendor)
    context = {
        **header(request, station, "setup"),
        "setup": found,
        "vendor": vendor,
        "steps": [_(step) for step in vendor.steps],
        "vendors": choices(),
        "keys_16": keys_16(found),
        "network_profile": orjson.dumps(network_profile_2(found), option=orjson.OPT_INDENT_2).decode(),
        "has_password": station.security_profile in NEED_PASSWORD,
        "registrations": [choice for choice in Station.Registration.choices if choice[0] != station.registration],
        "may_manage": may(request.user, Permission.MANAGE_NETWORK, station.site),
    }
    return render_page(request, "stations/station_setup.html", context)
