"""Acknowledging an incident from a letter: asked once more, since mail programs follow links by themselves."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from drivers.domain.roles import Permission
from drivers.reread import reread
from monitoring.services import incidents
from monitoring.views.notifications import visible_incident
from stations.views.confirm import Question, ask
from stations.views.pages import ConsoleRequest, console


@console
@require_http_methods(["GET", "POST"])
def acknowledge(request: ConsoleRequest, pk: int) -> HttpResponse:
    """Acknowledge the incident once that is confirmed."""
    incident = visible_incident(request, pk, Permission.RESPOND)
    page = f"/console/incidents/{incident.pk}/"
    if incident.acknowledged_at is not None or not incident.is_open:
        messages.info(request, _("There is nothing to acknowledge any more."))
        return redirect(page)
    if request.method == "POST":
        try:
            incidents.acknowledge(incident_id=incident.pk, by=request.user)
        except ValidationError as problem:
            messages.error(request, problem.messages[0])
        else:
            messages.success(request, _("Acknowledged: nobody else is woken."))
        return redirect(page)
    title = _("Acknowledge “%(title)s”?") % {"title": reread(incident.title)}
    text = _("You take care of it. Nobody else is woken, and everybody sees that it is you.")
    return ask(request, Question(title, text, _("Acknowledge")))
