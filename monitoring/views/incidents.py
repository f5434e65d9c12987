"""Incidents: the page of one, what people do with it, and what other pages show of them."""

from collections.abc import Callable
from functools import partial
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpResponse, JsonResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from monitoring.forms.incidents import AssignForm, CommentForm, ResolveForm, SnoozeForm
from monitoring.models import Alert, Incident, Severity
from monitoring.selectors import incidents as selectors
from monitoring.services import incidents
from monitoring.views import alert_wording as wording
from monitoring.views.lists.incidents import INCIDENTS
from stations.models import Station
from stations.selectors import visible_stations, with_evses
from stations.views import site_map
from stations.views.pages import ConsoleRequest, console, dialog_done, render_page

# Alerts and stations a page shows; the others are counted.
SHOWN = 50
# Incidents acknowledged in one go.
MOST = 1000


def incident_of(request: ConsoleRequest, pk: int) -> Incident:
    """Raises Http404 for one that the person does not see."""
    found = selectors.visible_incidents(request.user).filter(pk=pk).first()
    if found is None:
        raise Http404
    return found


def _for_response(request: ConsoleRequest, pk: int) -> Incident:
    """The same for who wants to do something about it. Raises PermissionDenied."""
    found = incident_of(request, pk)
    if not selectors.may_respond(request.user, found):
        raise PermissionDenied(_("Your role does not include taking care of incidents there."))
    return found


def _alert_rows(alerts: list[Alert]) -> list[dict[str, Any]]:
    return [
        {
            "alert": alert,
            "rule": wording.rule_title(alert.rule),
            "severity": wording.SEVERITIES[Severity(alert.severity)],
            "state": wording.state_of_alert(alert),
            "session": alert.evidence.get("session"),
            "evidence": {k: v for k, v in alert.evidence.items() if v not in ("", None, [], {})},
        }
        for alert in alerts
    ]


@console
def incident(request: ConsoleRequest, pk: int) -> HttpResponse:
    """One incident: what is wrong, where, since when, who cares for it, and all that happened."""
    found = incident_of(request, pk)
    alerts = selectors.visible_alerts(request.user).filter(incident=found)
    standing = list(alerts.filter(resolved_at=None).order_by("severity", "id")[:SHOWN])
    over = list(alerts.exclude(resolved_at=None).order_by("-resolved_at")[: SHOWN - len(standing)])
    ids = {alert.station_id for alert in (standing or over) if alert.station_id}
    stations = with_evses(visible_stations(request.user)).filter(pk__in=ids).order_by("identity")
    lines = found.entries.select_related("by").order_by("-at", "-id")[:200]
    context = {
        "incident": found,
        "severity": wording.SEVERITIES[Severity(found.severity)],
        "state": wording.state_of(found),
        "standing": _alert_rows(standing),
        "over": _alert_rows(over),
        "stations": [(station, _reached(station)) for station in stations],
        "extent": selectors.extents([found]).get(found.pk, selectors.Extent()),
        "lines": [wording.line(entry) for entry in lines],
        "may_respond": selectors.may_respond(request.user, found),
        "has_places": any(alert.site_id for alert in (*standing, *over)),
        "tile_url": settings.TILE_URL,
        "form": CommentForm(auto_id="comment-%s"),
    }
    return render_page(
        request, "monitoring/incident.html", context, fragments={"incident": "monitoring/_incident.html"}
    )


@console
def incident_sites(request: ConsoleRequest, pk: int) -> JsonResponse:
    """What the incident's map shows."""
    return site_map.drawn(request, only=selectors.sites_of(request.user, incident_of(request, pk)))


def _reached(station: Station) -> str:
    return "online" if station.connected else "offline"


@console
@require_POST
def acknowledge(request: ConsoleRequest, pk: int) -> HttpResponse:
    """One tap: I take care of it."""
    found = _for_response(request, pk)
    return _do(request, found, lambda: incidents.acknowledge(incident_id=found.pk, by=request.user), _("Acknowledged."))


@console
@require_POST
def acknowledge_many(request: ConsoleRequest) -> HttpResponse:
    """What is ticked in the list, or all that its address finds."""
    found = selectors.visible_incidents(request.user)
    if request.POST.get("all"):
        values = INCIDENTS.form(QueryDict(request.POST.get("query", "").lstrip("?")), request.user).values()
        found = selectors.find_incidents(request.user, **values)
    else:
        ticked = [int(pk) for pk in request.POST.getlist("station") if pk.isdecimal() and len(pk) < 18]
        found = found.filter(pk__in=ticked)
    count = 0
    for one in found.filter(resolved_at=None, acknowledged_at=None)[:MOST]:
        if selectors.may_respond(request.user, one):
            count += _quietly(partial(incidents.acknowledge, incident_id=one.pk, by=request.user))
    said = ngettext("%(n)s incident acknowledged.", "%(n)s incidents acknowledged.", count) % {"n": count}
    messages.success(request, said)
    return redirect("monitoring:incident-list")


def _quietly(verb: Callable[[], bool]) -> bool:
    """One that resolved in between is no trouble."""
    try:
        return verb()
    except (ValidationError, Incident.DoesNotExist):
        return False


@console
@require_POST
def comment(request: ConsoleRequest, pk: int) -> HttpResponse:
    """A word for the others."""
    found = _for_response(request, pk)
    form = CommentForm(request.POST)
    if form.is_valid():
        incidents.comment(incident_id=found.pk, text=form.cleaned_data["text"], by=request.user)
    return redirect("monitoring:incident", found.pk)


@console
@require_http_methods(["GET", "POST"])
def assign(request: ConsoleRequest, pk: int) -> HttpResponse:
    """Hand it to somebody who may be there."""
    found = _for_response(request, pk)
    people = selectors.people_for(found)
    form = AssignForm(request.POST or None, people=list(people), initial={"to": found.assigned_to_id or ""})
    if form.is_valid():
        to = next((person for person in people if person.pk == form.cleaned_data["to"]), None)
        said = _("%(name)s takes care of it.") % {"name": to} if to else _("Nobody takes care of it now.")
        return _do(request, found, lambda: incidents.assign(incident_id=found.pk, to=to, by=request.user), said)
    return _ask(request, found, form, _("Assign"))


@console
@require_http_methods(["GET", "POST"])
def snooze(request: ConsoleRequest, pk: int) -> HttpResponse:
    """Say nothing of it for a while; posted with `wake`, say it again."""
    found = _for_response(request, pk)
    form = SnoozeForm(request.POST or None)
    if request.POST.get("wake"):
        return _do(
            request,
            found,
            lambda: incidents.snooze(incident_id=found.pk, until=None, by=request.user),
            _("No longer snoozed."),
        )
    if form.is_valid():
        until = form.until()
        return _do(
            request,
            found,
            lambda: incidents.snooze(incident_id=found.pk, until=until, by=request.user),
            _("Snoozed."),
        )
    return _ask(request, found, form, _("Snooze"))


@console
@require_http_methods(["GET", "POST"])
def resolve(request: ConsoleRequest, pk: int) -> HttpResponse:
    """Close it by hand, with a word."""
    found = _for_response(request, pk)
    form = ResolveForm(request.POST or None)
    if form.is_valid():
        text = form.cleaned_data["text"]
        return _do(
            request, found, lambda: incidents.resolve(incident_id=found.pk, text=text, by=request.user), _("Resolved.")
        )
    return _ask(request, found, form, _("Resolve"))


def _ask(request: ConsoleRequest, found: Incident, form: forms.Form, title: str) -> HttpResponse:
    context = {"incident": found, "form": form, "title": title}
    fragments = {"dialog-body": "monitoring/_incident_form.html"}
    return render_page(request, "monitoring/incident_form.html", context, fragments=fragments)


def _do(request: ConsoleRequest, found: Incident, verb: Callable[[], object], done: str) -> HttpResponse:
    """Do it, and say so; what came too late is said instead."""
    try:
        verb()
    except ValidationError as problem:
        done = " ".join(problem.messages)
    if request.htmx:
        return dialog_done(done)
    messages.success(request, done)
    return redirect("monitoring:incident", found.pk)


# --- On other pages ---


@console
def station_incidents(request: ConsoleRequest, identity: str) -> HttpResponse:
    """What is wrong with a station now, and the last alerts it had."""
    found = visible_stations(request.user).filter(identity=identity).first()
    if found is None:
        raise Http404
    open_ones = selectors.open_incidents_at(request.user, identity)[:5]
    recent = selectors.visible_alerts(request.user).filter(station=found).exclude(resolved_at=None).order_by("-id")
    context = {
        "station": found,
        "incidents": [(one, wording.SEVERITIES[Severity(one.severity)], wording.state_of(one)) for one in open_ones],
        "recent": _alert_rows(list(recent[:5])),
    }
    return render(request, "monitoring/station_incidents.html", context)


@console
def overview_incidents(request: ConsoleRequest) -> HttpResponse:
    """How many incidents there are, and the gravest."""
    worst = selectors.find_incidents(request.user)[:5]
    context = {
        "counts": selectors.counts(request.user),
        "incidents": [(one, wording.SEVERITIES[Severity(one.severity)], wording.state_of(one)) for one in worst],
    }
    return render(request, "monitoring/overview_incidents.html", context)
