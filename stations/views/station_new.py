"""Making a station step by step, giving it a password, and what to enter in its charger."""

from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode

import orjson
from django.forms import Form
from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from drivers.domain.roles import Permission
from stations.domain.charger_setup import choices, keys_16, network_profile_2, vendor_named, vendor_of
from stations.domain.credentials import new_password
from stations.forms.station import SiteChoiceForm, StationForm, full_name
from stations.models import Station
from stations.permissions import may, require, sites_granting
from stations.selectors import visible_stations
from stations.selectors.charger_setup import setup_of
from stations.services import network, provisioning
from stations.services.provisioning import NEED_PASSWORD
from stations.views.pages import ConsoleRequest, console, render_page, save
from stations.views.station_page import header, station_of
from stations.views.wizard import Shown, Step, Wizard


def _sites(request: ConsoleRequest) -> Any:
    return sites_granting(request.user, Permission.MANAGE_NETWORK)


def _vendors() -> list[tuple[str, str]]:
    return [(vendor.key, str(vendor.name)) for vendor in choices()]


STEPS = (
    Step(
        "site",
        gettext_lazy("Site"),
        lambda request, data: SiteChoiceForm(_sites(request), data),
        "stations/_site_field.html",
    ),
    Step("station", gettext_lazy("Station"), lambda request, data: StationForm(_vendors(), data)),
    # What to enter in the charger, and whether it comes: reached once the station is made.
    Step("connect", gettext_lazy("Connect"), lambda request, data: Form(data)),
)


def _wizard(request: ConsoleRequest) -> Wizard:
    return Wizard(request, "station", "stations:station-new-step", STEPS)


@console
@require_http_methods(["GET", "POST"])
def create(request: ConsoleRequest) -> HttpResponse:
    """Go on with the station that was begun, with the site and identity the address names; POST: begin anew."""
    wizard = _wizard(request)
    at_site, about = STEPS[:2]
    if request.method == "POST":
        wizard.forget()
    number = request.GET.get("site", "")
    if number.isascii() and number.isdigit() and (site := _sites(request).filter(pk=int(number[:18])).first()):
        wizard.keep(at_site, QueryDict(urlencode({"site": full_name(site)})))
    if identity := request.GET.get("identity", ""):
        profile = Station.SecurityProfile.TLS_BASIC.value
        wizard.keep(about, QueryDict(urlencode({"identity": identity, "security_profile": profile})))
    return redirect(wizard.url(about if wizard.form(at_site).is_valid() else at_site))


@console
@require_http_methods(["GET", "POST"])
def step(request: ConsoleRequest, step: str) -> HttpResponse:
    """One step; the second makes the station, and shows what to enter in its charger, with the password this once."""
    wizard = _wizard(request)
    current = wizard.step(step)
    if current is None or current is STEPS[-1]:
        raise Http404
    before = wizard.before(current)
    if request.method == "POST":
        wizard.keep(current, request.POST)
        if before and "back" in request.POST:
            return redirect(wizard.url(before))
    form = wizard.form(current)
    if request.method == "POST" and form.is_valid():
        if before is None:
            return redirect(wizard.url(STEPS[1]))
        where = wizard.form(before)
        if not where.is_valid():
            return redirect(wizard.url(before))
        if (password := _make(form, where)) is not None:
            shown = wizard.shown(STEPS[-1])
            wizard.forget()
            identity, vendor = form.cleaned_data["identity"], form.cleaned_data["vendor"]
            return show_setup(request, identity, password, steps=shown, vendor=vendor)
    context = {
        "step": current,
        "form": form,
        "steps": wizard.shown(current),
        "before": before,
        "is_last": current is STEPS[1],
        "is_begun": wizard.entered(STEPS[0]) is not None,
        "has_sites": _sites(request).exists(),
    }
    return render_page(request, "stations/station_new.html", context)


def _make(form: Form, where: Form) -> str | None:
    """Make the station; returns the password made for it ("": it needs none), None where `form` says why not."""
    values = {name: value for name, value in form.cleaned_data.items() if name != "vendor"}
    password = new_password() if values["security_profile"] in NEED_PASSWORD else ""
    site = where.cleaned_data["site"]
    if save(form, lambda: provisioning.create_station(site=site, **values, password=password or None)):
        return password
    return None


@console
def setup(request: ConsoleRequest, identity: str) -> HttpResponse:
    """What to enter in a station's charger. Its password is shown only where it is set."""
    return show_setup(request, identity, None)


@console
@require_POST
def reset_password(request: ConsoleRequest, identity: str) -> HttpResponse:
    """Give a station a new password, shown this once: the charger must be told by hand."""
    station = get_object_or_404(visible_stations(request.user), identity=identity)
    require(request.user, Permission.MANAGE_NETWORK, station.site)
    password = new_password()
    network.update_station(station=station, password=password)
    return show_setup(request, identity, password)


def show_setup(
    request: ConsoleRequest,
    identity: str,
    password: str | None,
    *,
    steps: Sequence[Shown] = (),
    vendor: str = "",
) -> HttpResponse:
    """What to enter in a station's charger. `password`: the one just made, shown this once; `steps`: of the wizard that
    made the station; `vendor`: whose words are used, else those the address or the charger itself names."""
    station = station_of(request, identity)
    found = setup_of(station, host=request.get_host(), is_secure=request.is_secure(), password=password)
    make = vendor_named(vendor or request.GET.get("vendor", "")) or vendor_of(station.vendor)
    context = {
        **header(request, station, "setup"),
        "setup": found,
        "made_in": steps,
        "vendor": make,
        "steps": make.steps,
        "vendors": choices(),
        "keys_16": keys_16(found),
        "network_profile": orjson.dumps(network_profile_2(found), option=orjson.OPT_INDENT_2).decode(),
        "has_password": station.security_profile in NEED_PASSWORD,
        "registrations": [choice for choice in Station.Registration.choices if choice[0] != station.registration],
        "may_manage": may(request.user, Permission.MANAGE_NETWORK, station.site),
    }
    return render_page(request, "stations/station_setup.html", context)
