"""What the public is told of an incident, on its page in the console."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from monitoring.domain.publication import is_secret
from monitoring.forms.status_page import WordForm
from monitoring.models import Incident, PublicIncident, StatusPage
from monitoring.selectors import incidents as selectors
from monitoring.selectors import status_words
from monitoring.selectors.status_page import shown_sites, told_of
from monitoring.services import publication
from monitoring.views import status_wording as wording
from monitoring.views.incidents import incident_of
from stations.views.confirm import Question, ask
from stations.views.pages import ConsoleRequest, console, dialog_done, render_page, save


def _of(incident: Incident) -> PublicIncident | None:
    rows = PublicIncident.objects.filter(incident=incident).prefetch_related("sites__site", "updates")
    return rows.first()


def _mine(request: ConsoleRequest, pk: int) -> Incident:
    """Raises PermissionDenied for who may not take care of it."""
    found = incident_of(request, pk)
    if not selectors.may_respond(request.user, found):
        raise PermissionDenied(_("Your role does not include taking care of incidents there."))
    return found


@console
def public_incident(request: ConsoleRequest, pk: int) -> HttpResponse:
    """The card on the page of the incident."""
    incident = incident_of(request, pk)
    page = StatusPage.objects.filter(organization=incident.organization_id, is_published=True).first()
    row = _of(incident)
    shown = set(shown_sites([incident.organization_id]).values_list("pk", flat=True)) if row else set()
    told = told_of(row, shown) if row and row.withdrawn_at is None else None
    updates = [(u, wording.STATES[u.state], status_words.said(u)) for u in told.updates] if told else []
    context = {
        "incident": incident,
        "page": page,
        "slug": incident.organization.slug,
        "row": row,
        "told": told,
        "title": status_words.title(told, network=incident.organization.name) if told else "",
        "state": wording.STATES[told.state] if told else None,
        "updates": updates,
        "is_secret": is_secret(incident.alerts.values_list("rule", flat=True)),
        "may_respond": selectors.may_respond(request.user, incident),
    }
    return render(request, "monitoring/incident_public.html", context)


@console
@require_http_methods(["GET", "POST"])
def publish(request: ConsoleRequest, pk: int) -> HttpResponse:
    """Tell the public of it, or how it goes on."""
    incident = _mine(request, pk)
    row = _of(incident)
    is_told = row is not None and row.withdrawn_at is None
    form = WordForm(request.POST or None, initial={"state": row.state if is_told and row else "investigating"})

    def store() -> None:
        if is_told and row is not None:
            publication.add_update(published_id=row.pk, word=form.word(), by=request.user)
        else:
            publication.publish(incident_id=incident.pk, word=form.word(), by=request.user)

    if form.is_bound and form.is_valid() and save(form, store):
        done = _("The public is told.")
        if request.htmx:
            return dialog_done(done)
        messages.success(request, done)
        return redirect("monitoring:incident", incident.pk)
    title = _("Tell how it goes on") if is_told else _("Publish on the status page")
    context = {"incident": incident, "form": form, "title": title}
    fragments = {"dialog-body": "monitoring/_incident_form.html"}
    return render_page(request, "monitoring/incident_form.html", context, fragments=fragments)


@console
@require_http_methods(["GET", "POST"])
def withdraw(request: ConsoleRequest, pk: int) -> HttpResponse:
    """Take it off the status page once that is confirmed."""
    incident = _mine(request, pk)
    row = _of(incident)
    if request.method == "POST":
        if row is not None:
            publication.withdraw(published_id=row.pk)
        messages.success(request, _("It is off the status page."))
        return redirect("monitoring:incident", incident.pk)
    text = _("Nobody reads of it there any more. Letters that have left are not called back.")
    return ask(request, Question(_("Take it off the status page?"), text, _("Take it off")))
