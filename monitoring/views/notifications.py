"""What a person is told of, who was told of an incident, and acknowledging it from a letter."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from drivers.domain.roles import Permission
from monitoring.forms.notifications import PreferenceForm
from monitoring.models import Incident, Notification, NotificationPreference
from monitoring.selectors import rota as rotas
from monitoring.selectors.notifications import managed, sites_to_choose, told_of
from monitoring.services import channels
from monitoring.views import notification_wording as wording
from stations.permissions import granted
from stations.views.pages import ConsoleRequest, console, render_page

LATEST = 10


@console
@require_http_methods(["GET", "POST"])
def mine(request: ConsoleRequest) -> HttpResponse:
    """What the viewer is told of, by what, when not, and what they were told lately."""
    person = request.user
    preference = NotificationPreference.objects.filter(person=person).first() or NotificationPreference(person=person)
    sites = sites_to_choose(person, Permission.VIEW_NETWORK)
    form = PreferenceForm(sites, request.POST if request.method == "POST" else None, instance=preference)
    if form.is_bound and form.is_valid():
        channels.prefer(person=person, values=form.values(), sites=list(form.cleaned_data["sites"]))
        messages.success(request, _("Stored: this is how you are told from now on."))
        return redirect("monitoring:my-notifications")
    latest = Notification.objects.filter(person=person).select_related("incident__site", "channel", "person")
    now = timezone.now()
    context = {
        "form": form,
        "channels": person.notification_channels.all(),
        "latest": wording.rows(latest.order_by("-id")[:LATEST]),
        "turns": [
            (rota, duty)
            for rota in rotas.visible_rotas(person)
            if (duty := rotas.next_turn(rota, person, now)) is not None
        ],
        "manages": managed(person).exists(),
        "preference": preference,
    }
    return render_page(request, "monitoring/my_notifications.html", context)


@console
@require_POST
def try_email(request: ConsoleRequest) -> HttpResponse:
    """Send the viewer a letter, and say what became of it."""
    row = channels.try_out(organization=request.memberships[0].organization, person=request.user, channel=None)
    say_outcome(request, row)
    return redirect("monitoring:my-notifications")


def say_outcome(request: ConsoleRequest, row: Notification) -> None:
    """In plain words what became of a test."""
    way = wording.way(row)
    if row.state == Notification.State.SENT:
        messages.success(request, _("The test has left by %(way)s: look whether it arrives.") % {"way": way})
    else:
        text = _("The test did not leave by %(way)s. %(problem)s")
        messages.error(request, text % {"way": way, "problem": wording.problem(row)})


@console
@require_GET
def told(request: ConsoleRequest, pk: int) -> HttpResponse:
    """The fragment on an incident's page: who was told, when, by what, and whether it left."""
    incident = visible_incident(request, pk)
    context = {
        "rows": wording.rows(told_of(incident)[:200]),
        "escalation": getattr(incident, "escalation", None),
        "incident": incident,
    }
    return render(request, "monitoring/_told.html", context)


def visible_incident(request: ConsoleRequest, pk: int, permission: Permission = Permission.VIEW_NETWORK) -> Incident:
    """An incident at a site where the viewer holds the permission; of several sites, if they hold it at all."""
    organizations, sites = granted(request.user, permission)
    found = get_object_or_404(Incident.objects.select_related("organization", "site"), pk=pk)
    is_theirs = found.organization_id in organizations or (found.site_id is not None and found.site_id in sites)
    return found if is_theirs else get_object_or_404(Incident.objects.none(), pk=pk)
