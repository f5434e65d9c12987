"""The connection doctor's page of a station."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from stations.domain.checks import Verdict
from stations.domain.commands import CommandKind
from stations.permissions import command_kinds, require_command
from stations.selectors import visible_stations
from stations.selectors.check_words import told
from stations.selectors.checks import check_station
from stations.services import checks, commands
from stations.views.pages import ConsoleRequest, console, render_page
from stations.views.station_page import header, station_of
from stations.views.wording import Word

VERDICTS = {
    Verdict.OK: Word(gettext_lazy("Good"), "check", "available"),
    Verdict.WARN: Word(gettext_lazy("Look here"), "alert", "occupied"),
    Verdict.BAD: Word(gettext_lazy("Bad"), "x", "faulted"),
    Verdict.UNKNOWN: Word(gettext_lazy("Not known"), "question", "unknown"),
}


@console
def station_checks(request: ConsoleRequest, identity: str) -> HttpResponse:
    """What is well with a station's connection, what is not, and what to do about it."""
    found = station_of(request, identity)
    findings = [told(finding) for finding in check_station(request.user, found, now=timezone.now())]
    may_ask = found.connected and CommandKind.TRIGGER in command_kinds(request.user, found.site)
    context = {
        **header(request, found, "connection"),
        "findings": [(finding, VERDICTS[finding.verdict]) for finding in findings],
        "may_run": may_ask,
    }
    fragments = {"checks": "stations/_checks.html", "live-checks": "stations/_live_checks.html"}
    return render_page(request, "stations/station_checks.html", context, fragments=fragments)


@console
@require_POST
def run(request: ConsoleRequest, identity: str) -> HttpResponse:
    """Ask the station what the checks need to know; the page shows the answers as they come."""
    station = get_object_or_404(visible_stations(request.user), identity=identity)
    require_command(request.user, CommandKind.TRIGGER, station.site)
    try:
        checks.run(station=station, by=request.user)
        messages.success(request, _("The station is being asked; what it answers shows here."))
    except commands.NotConnected:
        messages.error(request, _("The station is not connected, so it cannot be asked."))
    return redirect("stations:station-checks", identity)
