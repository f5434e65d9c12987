"""Changing what people say of a site, closing it down, deleting it, and whom to call."""

from django.conf import settings
from django.contrib import messages
from django.forms import Form
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from drivers.domain.roles import Permission
from drivers.models import Organization
from stations.forms.site import AccessForm, ContactForm, HoursForm, PlaceForm
from stations.models import Site, SiteContact
from stations.permissions import require
from stations.selectors import visible_sites
from stations.services import network
from stations.services.network import StillInUse
from stations.views.confirm import Question, ask
from stations.views.pages import ConsoleRequest, console, dialog_done, render_page, save


def managed_site(request: ConsoleRequest, pk: int) -> Site:
    """A site that the viewer may change; raises Http404 or PermissionDenied."""
    site = get_object_or_404(visible_sites(request.user).select_related("organization"), pk=pk)
    require(request.user, Permission.MANAGE_NETWORK, site)
    return site


@console
@require_http_methods(["GET", "POST"])
def edit(request: ConsoleRequest, pk: int) -> HttpResponse:
    """The form of everything people say of a site."""
    site = managed_site(request, pk)
    posted = request.POST if request.method == "POST" else None
    place = PlaceForm(Organization.objects.none(), posted, initial=PlaceForm.shown(site))
    hours = HoursForm(posted, initial=HoursForm.shown(site))
    access = AccessForm(posted, initial=AccessForm.shown(site))
    forms: list[Form] = [place, hours, access]
    # All of them, so that everything wrong is said at once.
    are_valid = [form.is_valid() for form in forms]
    if all(are_valid):
        changes = {**place.cleaned_data, **hours.values(), **access.cleaned_data}
        if save(place, lambda: network.update_site(site=site, **changes)):
            messages.success(request, _("“%(name)s” is stored.") % {"name": site.name})
            return redirect("stations:site", site.pk)
    context = {"site": site, "place": place, "hours": hours, "access": access, "tile_url": settings.TILE_URL}
    return render_page(request, "stations/site_edit.html", context)


@console
@require_http_methods(["GET", "POST"])
def close(request: ConsoleRequest, pk: int) -> HttpResponse:
    """Close a site down once that is confirmed."""
    site = managed_site(request, pk)
    if request.method == "POST":
        network.update_site(site=site, is_active=False)
        messages.success(request, _("“%(name)s” is closed down: nobody can charge there.") % {"name": site.name})
        return redirect("stations:site", pk)
    text = _(
        "It goes from the public map, and its stations accept nobody any more. Sessions that run are not stopped."
        " It can be taken into use again at any time."
    )
    return ask(request, Question(_("Close %(name)s down?") % {"name": site.name}, text, _("Close the site down")))


@console
@require_POST
def reopen(request: ConsoleRequest, pk: int) -> HttpResponse:
    """Take a site into use again."""
    site = managed_site(request, pk)
    network.update_site(site=site, is_active=True)
    messages.success(request, _("“%(name)s” is in use again.") % {"name": site.name})
    return redirect("stations:site", pk)


@console
@require_http_methods(["GET", "POST"])
def delete(request: ConsoleRequest, pk: int) -> HttpResponse:
    """Remove a site that has no stations once that is confirmed; else say why not."""
    site = managed_site(request, pk)
    if request.method == "POST":
        try:
            network.delete_site(site=site)
        except StillInUse as problem:
            messages.error(request, str(problem))
            return redirect("stations:site", pk)
        messages.success(request, _("“%(name)s” is deleted.") % {"name": site.name})
        return redirect("stations:site-list")
    text = _("Its hours and contacts go with it. A site that still has stations is not deleted.")
    return ask(request, Question(_("Delete %(name)s?") % {"name": site.name}, text, _("Delete the site")))


@console
@require_http_methods(["GET", "POST"])
def contact_add(request: ConsoleRequest, pk: int) -> HttpResponse:
    """The form of a new contact."""
    site = managed_site(request, pk)
    return _contact(request, SiteContact(site=site))


@console
@require_http_methods(["GET", "POST"])
def contact_edit(request: ConsoleRequest, pk: int, contact: int) -> HttpResponse:
    """The form of a contact."""
    site = managed_site(request, pk)
    return _contact(request, get_object_or_404(SiteContact.objects.select_related("site"), site=site, pk=contact))


def _contact(request: ConsoleRequest, contact: SiteContact) -> HttpResponse:
    form = ContactForm(request.POST if request.method == "POST" else None, initial=ContactForm.shown(contact))
    if form.is_bound and form.is_valid():
        for name, value in form.cleaned_data.items():
            setattr(contact, name, value)
        if save(form, lambda: network.save_contact(contact=contact)):
            text = _("%(name)s is stored as a contact.") % {"name": contact.name}
            if request.htmx:
                return dialog_done(text)
            messages.success(request, text)
            return redirect("stations:site", contact.site_id)
    context = {"form": form, "site": contact.site, "contact": contact}
    fragments = {"dialog-body": "stations/_contact_form.html"}
    return render_page(request, "stations/contact_form.html", context, fragments=fragments)


@console
@require_POST
def contact_delete(request: ConsoleRequest, pk: int, contact: int) -> HttpResponse:
    """Forget a contact."""
    site = managed_site(request, pk)
    found = get_object_or_404(SiteContact, site=site, pk=contact)
    network.delete_contact(contact=found)
    text = _("%(name)s is no contact any more.") % {"name": found.name}
    if request.htmx:
        return dialog_done(text)
    messages.success(request, text)
    return redirect("stations:site", pk)
