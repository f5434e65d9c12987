"""Help for drivers, without an account: at a charger, at a site, anywhere."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from drivers.models import Organization
from monitoring.domain.incoming_mail import Attached
from monitoring.forms.help import PROBLEMS, HelpForm
from monitoring.models import Ticket
from monitoring.selectors.help import Charger, charger, free_elsewhere, helpline_of
from monitoring.services import driver_reports, ticket_tokens
from monitoring.views.help_wording import ADVICE, distance
from monitoring.views.limits import is_too_often
from stations.models import Site
from stations.selectors.public import public_places, public_site, public_sites
from stations.views.costly import shared

# In an hour: of one contact, of those in one network who name none, and of everybody in it. Behind the one address of a
# mobile network or of a car park are many people, and a site that fails makes them all write at once.
MOST_REPORTS = 8
MOST_NAMELESS = 12
MOST_OF_A_NETWORK = 60
MOST_PHOTO_BYTES = 15 * 2**20


@dataclass(frozen=True, slots=True)
class Place:
    """What a report is about, as far as the address says."""

    organization: Organization
    site: Site | None = None
    charger: Charger | None = None

    @property
    def name(self) -> str:
        """As drivers know it: never by an identity."""
        parts = [self.site.name if self.site else "", self.charger.code if self.charger else ""]
        return " · ".join(part for part in parts if part)


@require_http_methods(["GET", "POST"])
def anywhere(request: HttpRequest) -> HttpResponse:
    """The general form: it asks where."""
    return _page(request, None)


@require_http_methods(["GET", "POST"])
def at_charger(request: HttpRequest, code: str) -> HttpResponse:
    """From the QR code of a charger."""
    found = charger(request.user, code)
    if found is None:
        raise Http404
    return _page(request, Place(found.site.organization, found.site, found))


@require_http_methods(["GET", "POST"])
def at_site(request: HttpRequest, pk: int) -> HttpResponse:
    """From a site of the public map."""
    site = public_site(request.user, pk)
    if site is None:
        raise Http404
    return _page(request, Place(site.organization, site))


def _page(request: HttpRequest, place: Place | None) -> HttpResponse:
    posted = (request.POST, request.FILES) if request.method == "POST" else ()
    form = HelpForm(*posted, knows_place=place is not None)
    if form.is_bound:
        if form.is_program:
            return redirect(request.path)
        if form.is_valid() and (ticket := _report(request, form, place)):
            return redirect("monitoring:help-ticket", ticket_tokens.token_of(ticket))
    response = render(request, "monitoring/help.html", {"form": form, "place": place, **_told(request, place)})
    response["Cache-Control"] = "private, no-store"
    return response


def _told(request: HttpRequest, place: Place | None) -> dict[str, Any]:
    """What can be said at once."""
    if place is None:
        return {"helpline": _only_helpline()}
    told: dict[str, Any] = {"helpline": helpline_of(place.organization, place.site)}
    if place.charger is not None:
        places = shared("public.places", lambda: public_places(request.user), fresh_s=10)
        another = free_elsewhere(request.user, place.charger, places)
        told |= {
            "advice": [ADVICE[advice] for advice in place.charger.advice],
            "another": another,
            "distance": distance(another.metres) if another else "",
        }
    return told


def _only_helpline() -> str:
    """Where there is one organization, it is clear whom to call."""
    found = list(Organization.objects.all()[:2])
    return helpline_of(found[0], None) if len(found) == 1 else ""


def _report(request: HttpRequest, form: HelpForm, place: Place | None) -> Ticket | None:
    values = form.cleaned_data
    place = place or _place_named(request, form, values["where"])
    if place is None:
        return None
    if _is_flood(request, "".join((values["contact"] or {}).values())):
        form.add_error(None, _("Many reports came from here in the last hour. Call the helpline, or try again later."))
        return None
    label = str(dict(PROBLEMS)[Ticket.Category(values["category"])])
    try:
        return driver_reports.report(
            organization=place.organization,
            key=f"form:{values['once']}",
            subject=f"{label}: {place.name}" if place.name else label,
            body=values["text"] or label,
            source=Ticket.Source.QR if place.charger else Ticket.Source.FORM,
            category=values["category"],
            site=place.site,
            evse=place.charger.evse if place.charger else None,
            language=getattr(request, "LANGUAGE_CODE", ""),
            driver=request.user if request.user.is_authenticated else None,
            files=attached(values.get("photo")),
            **(values["contact"] or {}),
        )
    except ValidationError as problem:
        form.add_error(None, problem.messages)
        return None


def _is_flood(request: HttpRequest, contact: str) -> bool:
    if contact and is_too_often(request, "help-contact", most=MOST_REPORTS, whose=contact):
        return True
    if not contact and is_too_often(request, "help-nameless", most=MOST_NAMELESS):
        return True
    return is_too_often(request, "help", most=MOST_OF_A_NETWORK)


def _place_named(request: HttpRequest, form: HelpForm, text: str) -> Place | None:
    """By the code of a charger or the name of a site, as the driver typed it."""
    if (found := charger(request.user, text)) is not None:
        return Place(found.site.organization, found.site, found)
    sites, _count = public_sites(request.user, text=text.strip(), limit=2)
    exact = [site for site in sites if site.name.casefold() == text.strip().casefold()]
    if (exact or len(sites) == 1) and (site := public_site(request.user, (exact or sites)[0].id)):
        return Place(site.organization, site)
    alone: Sequence[Organization] = list(Organization.objects.all()[:2])
    if len(alone) == 1:
        return Place(alone[0])
    form.add_error("where", _("We do not know this place. The code stands on the charger, below the QR code."))
    return None


def attached(file: Any) -> list[Attached]:
    """What was chosen, if anything; one that is too large is not read."""
    if file is None:
        return []
    return [Attached(file.name or "", file.read() if file.size <= MOST_PHOTO_BYTES else b"")]
