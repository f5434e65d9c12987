"""Making a site, step by step: where it is, when it is open, who gets in, whom to call."""

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.forms import Form
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from drivers.domain.roles import Permission
from stations.forms.site import AccessForm, HoursForm, OptionalContactForm, PlaceForm
from stations.models import Site
from stations.permissions import organizations_granting
from stations.services import network
from stations.views.pages import ConsoleRequest, console, render_page, save
from stations.views.wizard import Step, Wizard


def _organizations(request: ConsoleRequest) -> Any:
    return organizations_granting(request.user, Permission.MANAGE_NETWORK).order_by("name")


def _place(request: ConsoleRequest, data: Any) -> Form:
    # The next site is most often in the same time zone as the one before.
    newest = Site.objects.filter(organization__in=_organizations(request)).order_by("-id").first()
    initial = {"timezone": newest.timezone, "country": newest.country} if newest else {}
    return PlaceForm(_organizations(request), data, initial=initial)


STEPS = (
    Step("place", gettext_lazy("Place"), _place, "stations/_place_fields.html"),
    Step("hours", gettext_lazy("Opening hours"), lambda request, data: HoursForm(data), "stations/_hours_fields.html"),
    Step("access", gettext_lazy("Access"), lambda request, data: AccessForm(data)),
    Step("contact", gettext_lazy("Contact"), lambda request, data: OptionalContactForm(data)),
)


def _wizard(request: ConsoleRequest) -> Wizard:
    if not _organizations(request):
        raise PermissionDenied(_("Your role does not include making sites."))
    return Wizard(request, "site", "stations:site-new-step", STEPS)


@console
@require_http_methods(["GET", "POST"])
def start(request: ConsoleRequest) -> HttpResponse:
    """Go on with the site that was begun; POST: begin anew."""
    wizard = _wizard(request)
    if request.method == "POST":
        wizard.forget()
    reached = next((step for step in STEPS if wizard.entered(step) is None), STEPS[-1])
    return redirect(wizard.url(reached))


@console
@require_http_methods(["GET", "POST"])
def step(request: ConsoleRequest, step: str) -> HttpResponse:
    """One step; the last one makes the site."""
    wizard = _wizard(request)
    current = wizard.step(step)
    if current is None:
        raise Http404
    before, after = wizard.before(current), wizard.after(current)
    if request.method == "POST":
        wizard.keep(current, request.POST)
        if before and "back" in request.POST:
            return redirect(wizard.url(before))
    form = wizard.form(current)
    if request.method == "POST" and form.is_valid():
        if after:
            return redirect(wizard.url(after))
        if unfinished := wizard.unfinished():
            return redirect(wizard.url(unfinished))
        if made := _make(request, wizard, form):
            return redirect("stations:site", made.pk)
    context = {
        "step": current,
        "form": form,
        "steps": wizard.shown(current),
        "before": before,
        "is_last": after is None,
        "is_begun": wizard.entered(STEPS[0]) is not None,
        "tile_url": settings.TILE_URL,
    }
    return render_page(request, "stations/site_new.html", context)


def _make(request: ConsoleRequest, wizard: Wizard, last: Form) -> Site | None:
    """The site; None where it was refused, and `last` says why."""
    forms: list[Any] = [wizard.form(step) for step in STEPS]
    for form in forms:
        form.full_clean()
    place, hours, access, contact = forms
    values = {**place.cleaned_data, **hours.values(), **access.cleaned_data, **contact.values()}
    organization = values.pop("organization", None) or _organizations(request)[0]
    made: list[Site] = []
    if not save(last, lambda: made.append(network.create_site(organization=organization, **values))):
        return None
    wizard.forget()
    messages.success(request, _("“%(name)s” is made. Now its stations can be added.") % {"name": made[0].name})
    return made[0]
