"""Runs of self-repair: one page each, begun and stopped by hand; what stations and incidents show of them."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from drivers.domain.roles import Permission
from drivers.reread import reread
from monitoring.forms.repairs import StartForm
from monitoring.models import RepairRun
from monitoring.selectors.incidents import visible_incidents
from monitoring.selectors.repair_runs import repairable, visible_runs
from monitoring.selectors.repair_sight import disrupted
from monitoring.services import repairs
from monitoring.services.playbook_settings import settings
from monitoring.views import repair_wording as wording
from monitoring.views.alert_wording import rule_title
from stations import live
from stations.models import Session, Station
from stations.permissions import may, require
from stations.selectors import visible_sessions, visible_stations
from stations.views.confirm import Question, ask
from stations.views.pages import ConsoleRequest, console, dialog_done, render_page

FEW = 3


@console
def run(request: ConsoleRequest, pk: int) -> HttpResponse:
    """One run: what it is to mend, each step with its answer, how it ended."""
    found = get_object_or_404(visible_runs(request.user), pk=pk)
    context = {
        "run": found,
        "state": wording.state_of(found),
        "dry": wording.DRY if found.is_dry else None,
        "rule": rule_title(found.rule),
        "waits_for": wording.waits_for(found),
        "cured_by": wording.step_name(found.cured_by),
        "lines": [wording.line(found, row) for row in found.taken.select_related("command")],
        "groups": live.station_group(found.station_id),
        "may_stop": may(request.user, Permission.COMMAND, found.site),
    }
    return render_page(request, "monitoring/repair_run.html", context, fragments={"run": "monitoring/_repair_run.html"})


@console
@require_http_methods(["GET", "POST"])
def stop(request: ConsoleRequest, pk: int) -> HttpResponse:
    """Take no further step, once that is confirmed."""
    found = get_object_or_404(visible_runs(request.user), pk=pk)
    require(request.user, Permission.COMMAND, found.site)
    if request.method == "POST":
        if not repairs.stop(run=found, by=request.user):
            messages.info(request, _("It had ended already."))
        return redirect("monitoring:repair-run", pk)
    text = _("What was sent already cannot be taken back; nothing further is sent.")
    return ask(request, Question(_("Stop self-repair?"), text, _("Stop")))


@console
@require_http_methods(["GET", "POST"])
def start(request: ConsoleRequest, identity: str) -> HttpResponse:
    """Try to repair a station by hand, told beforehand what would become of its sessions."""
    station = get_object_or_404(visible_stations(request.user).select_related("site__organization"), identity=identity)
    require(request.user, Permission.COMMAND, station.site)
    alerts = repairable(request.user, station)
    form = StartForm(request.POST or None, alerts=[(alert, reread(alert.said)) for alert in alerts])
    if form.is_valid():
        alert = next(one for one in alerts if one.pk == form.cleaned_data["alert"])
        try:
            begun = repairs.start(alert=alert, is_dry=form.cleaned_data["dry"], by=request.user)
        except ValidationError as problem:
            form.add_error(None, problem.messages[0])
        else:
            if request.htmx:
                return dialog_done(_("Self-repair has begun."))
            return redirect("monitoring:repair-run", begun.pk)
    playbook = settings().at(station.site.organization_id, station.site_id)
    context = {
        "station": station,
        "form": form,
        "alerts": alerts,
        "sessions": _sessions(request, station),
        "steps": [wording.step_name(planned.step) for planned in playbook.steps],
        "left": max(0, playbook.per_day - disrupted(station.pk, is_dry=False, now=timezone.now())),
        "running": station.repair_runs.filter(ended_at=None, is_dry=False).first(),
        "rehearsed": station.repair_runs.filter(ended_at=None, is_dry=True).first(),
    }
    fragments = {"dialog-body": "monitoring/_repair_start.html"}
    return render_page(request, "monitoring/repair_start.html", context, fragments=fragments)


def _sessions(request: ConsoleRequest, station: Station) -> list[Session]:
    running = visible_sessions(request.user).filter(station=station, ended_at=None)
    return list(running.select_related("evse").order_by("id")[:FEW])


# --- On other pages ---


@console
def of_station(request: ConsoleRequest, identity: str) -> HttpResponse:
    """What self-repair does and did at a station, and the button that begins it."""
    station = get_object_or_404(visible_stations(request.user), identity=identity)
    rows = list(visible_runs(request.user).filter(station=station).order_by("-id")[:FEW])
    context = {
        "runs": [(row, wording.state_of(row), wording.waits_for(row)) for row in rows],
        "start_url": _start_url(request, station, rows),
    }
    return render(request, "monitoring/repair_fragment.html", context)


def _start_url(request: ConsoleRequest, station: Station, rows: list[RepairRun]) -> str:
    """Empty where nothing could be begun."""
    is_running = any(row.ended_at is None and not row.is_dry for row in rows)
    if is_running or not may(request.user, Permission.COMMAND, station.site) or not repairable(request.user, station):
        return ""
    return reverse("monitoring:repair-start", args=[station.identity])


@console
def of_incident(request: ConsoleRequest, pk: int) -> HttpResponse:
    """What self-repair did about an incident."""
    incident = get_object_or_404(visible_incidents(request.user), pk=pk)
    rows = visible_runs(request.user).filter(incident=incident).order_by("-id")[: 2 * FEW]
    context = {"runs": [(row, wording.state_of(row), wording.waits_for(row)) for row in rows], "start_url": ""}
    return render(request, "monitoring/repair_fragment.html", context)
