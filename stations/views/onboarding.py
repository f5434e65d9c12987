"""Stations that nobody announced: those that wait, and the door they come in by."""

from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from drivers.domain.roles import Permission
from drivers.models import Organization
from stations.models import OnboardingDoor, Site, Station
from stations.permissions import organizations_granting, require, sites_granting
from stations.selectors import visible_stations
from stations.services import onboarding
from stations.services.onboarding import SHORTEST_PASSWORD
from stations.views.pages import ConsoleRequest, console, dialog_done, render_page
from stations.views.paging import paginate


@console
def waiting_list(request: ConsoleRequest) -> HttpResponse:
    """Stations in quarantine, latest first, and whether more may come."""
    rows = visible_stations(request.user).filter(quarantined_at__isnull=False).order_by("-quarantined_at", "-id")
    organizations = organizations_granting(request.user, Permission.MANAGE_NETWORK).order_by("name")
    context = {
        "page": paginate(rows, request.GET, is_counted=True),
        "doors": [(organization, _door(organization)) for organization in organizations],
        "managed": set(sites_granting(request.user, Permission.MANAGE_NETWORK).values_list("pk", flat=True)),
    }
    return render_page(request, "stations/waiting_list.html", context, fragments={"results": "stations/_waiting.html"})


def _door(organization: Organization) -> OnboardingDoor | None:
    return OnboardingDoor.objects.filter(organization=organization).select_related("site").first()


class DoorForm(forms.Form):
    """Whether unknown stations may knock."""

    is_open = forms.BooleanField(required=False, label=gettext_lazy("Let unknown stations connect and wait"))
    site: Any = forms.ModelChoiceField(queryset=None, empty_label=None, label=gettext_lazy("They wait at"))
    password = forms.CharField(
        required=False,
        max_length=40,
        strip=False,
        label=gettext_lazy("New password for all of them"),
        help_text=gettext_lazy("Entered in every charger before it comes. Left empty, the one there is stays."),
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password", "minlength": SHORTEST_PASSWORD}),
    )
    without_password = forms.BooleanField(required=False, label=gettext_lazy("Ask for no password: anybody may knock"))

    def __init__(self, sites: Any, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{**kwargs, "auto_id": "door-%s"})
        field: Any = self.fields["site"]
        field.queryset = sites

    def password_meant(self) -> str | None:
        """As stations.services.onboarding.set_door takes it."""
        if self.cleaned_data["without_password"]:
            return ""
        return self.cleaned_data["password"] or None


@console
@require_http_methods(["GET", "POST"])
def set_door(request: ConsoleRequest, pk: int) -> HttpResponse:
    """The form that opens and closes an organization's door."""
    managed = organizations_granting(request.user, Permission.MANAGE_NETWORK)
    organization = get_object_or_404(managed, pk=pk)
    known = _door(organization)
    initial = {"is_open": known.is_open, "site": known.site_id} if known else {}
    posted = request.POST if request.method == "POST" else None
    form = DoorForm(Site.objects.filter(organization=organization), posted, initial=initial)
    if form.is_bound and form.is_valid() and _set_door(organization, form):
        return _done(request, _("The door for unknown stations is set."))
    context = {"form": form, "organization": organization, "door": known}
    return render_page(
        request, "stations/door_form.html", context, fragments={"dialog-body": "stations/_door_form.html"}
    )


def _set_door(organization: Organization, form: DoorForm) -> bool:
    """Whether it was done; if not, the form says why."""
    values = form.cleaned_data
    # A door that was never set and is to ask for nothing has to be said so.
    password = form.password_meant()
    if password is None and values["is_open"] and not OnboardingDoor.objects.filter(organization=organization).exists():
        form.add_error("password", _("Set a password, or say that none is asked for."))
        return False
    try:
        onboarding.set_door(
            organization=organization, site=values["site"], is_open=values["is_open"], password=password
        )
    except ValidationError as problem:
        for name, errors in problem.message_dict.items():
            form.add_error(name if name in form.fields else None, errors)
        return False
    return True


class AcceptForm(forms.Form):
    """Where a station that waits belongs."""

    site: Any = forms.ModelChoiceField(queryset=None, empty_label=None, label=gettext_lazy("Site"))
    name = forms.CharField(max_length=80, required=False, label=gettext_lazy("Name"))
    rotates_password = forms.BooleanField(
        required=False, initial=True, label=gettext_lazy("Send it a password of its own")
    )

    def __init__(self, sites: Any, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{**kwargs, "auto_id": "accept-%s"})
        field: Any = self.fields["site"]
        field.queryset = sites


def _waiting(request: ConsoleRequest, identity: str) -> Station:
    station = get_object_or_404(visible_stations(request.user), identity=identity, quarantined_at__isnull=False)
    require(request.user, Permission.MANAGE_NETWORK, station.site)
    return station


@console
@require_http_methods(["GET", "POST"])
def accept(request: ConsoleRequest, identity: str) -> HttpResponse:
    """The form that takes a station in."""
    station = _waiting(request, identity)
    sites = sites_granting(request.user, Permission.MANAGE_NETWORK).filter(organization=station.site.organization_id)
    posted = request.POST if request.method == "POST" else None
    form = AcceptForm(sites.order_by("name"), posted, initial={"site": station.site_id, "name": station.name})
    if not station.password_hash:
        del form.fields["rotates_password"]
    if form.is_bound and form.is_valid():
        onboarding.accept(station=station, by=request.user, **{"rotates_password": False} | form.cleaned_data)
        return _done(request, _("%(station)s is taken in.") % {"station": station.identity})
    context = {"station": station, "form": form}
    return render_page(
        request, "stations/accept_form.html", context, fragments={"dialog-body": "stations/_accept_form.html"}
    )


@console
@require_POST
def reject(request: ConsoleRequest, identity: str) -> HttpResponse:
    """Turn a station away: it is told so whenever it asks, and charges nobody."""
    station = _waiting(request, identity)
    onboarding.set_registration(station=station, registration=Station.Registration.REJECTED, by=request.user)
    messages.success(request, _("%(station)s is turned away.") % {"station": station.identity})
    return redirect("stations:waiting-list")


@console
@require_POST
def register(request: ConsoleRequest, identity: str) -> HttpResponse:
    """Change what a known station's registration is answered with."""
    station = get_object_or_404(visible_stations(request.user), identity=identity)
    require(request.user, Permission.MANAGE_NETWORK, station.site)
    wanted = request.POST.get("registration", "")
    if wanted not in Station.Registration.values:
        raise Http404
    onboarding.set_registration(station=station, registration=wanted, by=request.user)
    label = Station.Registration(wanted).label
    text = _("%(station)s is answered with “%(registration)s” from now on.")
    messages.success(request, text % {"station": identity, "registration": label})
    return redirect("stations:station-setup", identity)


def _done(request: ConsoleRequest, text: str) -> HttpResponse:
    if request.htmx:
        return dialog_done(text)
    messages.success(request, text)
    return redirect("stations:waiting-list")
