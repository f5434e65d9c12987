"""Maintenance windows: announced, changed, ended; how far the stations have come."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from drivers.domain.roles import Permission
from monitoring.forms.windows import WindowForm
from monitoring.models import MaintenanceWindow, WindowStation
from monitoring.selectors.windows import progress_of, visible_windows
from monitoring.services import windows
from monitoring.views.maintenance_wording import WINDOW_ROWS, window_state
from stations import live
from stations.permissions import may, require, sites_granting
from stations.views.confirm import Question, ask
from stations.views.pages import ConsoleRequest, console, render_page, save

SHOWN = 500


@console
def window(request: ConsoleRequest, pk: int) -> HttpResponse:
    """One window, with what became of each EVSE."""
    found = get_object_or_404(visible_windows(request.user), pk=pk)
    now = timezone.now()
    rows = list(found.rows.select_related("station", "evse")[:SHOWN])
    context = {
        "window": found,
        "state": window_state(found, now),
        "rows": [(row, WINDOW_ROWS[WindowStation.State(row.state)]) for row in rows],
        "progress": progress_of(rows),
        "stations": list(found.stations.all()[:SHOWN]),
        "is_over": found.cancelled_at or found.ended_at or found.ends_at <= now,
        "has_begun": found.starts_at <= now,
        "groups": " ".join(sorted({live.organization_group(found.organization_id), live.site_group(found.site_id)})),
        "may_maintain": may(request.user, Permission.MAINTAIN, found.site),
    }
    fragments = {"window": "monitoring/_window.html"}
    return render_page(request, "monitoring/window.html", context, fragments=fragments)


def _own(request: ConsoleRequest, pk: int) -> MaintenanceWindow:
    found = get_object_or_404(visible_windows(request.user), pk=pk)
    require(request.user, Permission.MAINTAIN, found.site)
    return found


@console
@require_http_methods(["GET", "POST"])
def new(request: ConsoleRequest) -> HttpResponse:
    """The form that announces one; the address may name site and stations."""
    sites = sites_granting(request.user, Permission.MAINTAIN)
    initial = {"site": request.GET.get("site", ""), "stations": request.GET.get("station", "")}
    form = WindowForm(request.POST if request.method == "POST" else None, initial=initial, sites=sites)
    if form.is_bound and form.is_valid():
        made: list[MaintenanceWindow] = []
        if save(form, lambda: made.append(windows.announce(by=request.user, **form.cleaned_data))):
            messages.success(request, _("The window is announced."))
            return redirect("monitoring:window", made[0].pk)
    return render_page(request, "monitoring/window_form.html", {"form": form, "window": None})


@console
@require_http_methods(["GET", "POST"])
def edit(request: ConsoleRequest, pk: int) -> HttpResponse:
    """The form that changes what was announced."""
    found = _own(request, pk)
    posted = request.POST if request.method == "POST" else None
    form = WindowForm(posted, initial=WindowForm.shown(found), sites=None, window=found)
    if form.is_bound and form.is_valid() and save(form, lambda: windows.change(window=found, **form.cleaned_data)):
        return redirect("monitoring:window", pk)
    return render_page(request, "monitoring/window_form.html", {"form": form, "window": found})


@console
@require_http_methods(["GET", "POST"])
def end(request: ConsoleRequest, pk: int) -> HttpResponse:
    """End it now, or call it off, once that is confirmed."""
    found = _own(request, pk)
    if request.method == "POST":
        try:
            windows.end(window=found)
        except ValidationError as problem:
            messages.error(request, problem.messages[0])
        return redirect("monitoring:window", pk)
    if found.starts_at > timezone.now():
        question = Question(_("Call it off?"), _("Drivers are not told of it any more."), _("Call it off"))
    else:
        text = _("What it took out of service is put back at once; what was out of service before stays so.")
        question = Question(_("End it now?"), text, _("End it"))
    return ask(request, question)
