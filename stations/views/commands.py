"""Commands: the forms that send them, and the list of what became of them."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from stations import live
from stations.domain.commands import CommandKind, policy_of
from stations.domain.parameters import InvalidParameters
from stations.forms.commands import CommandForm
from stations.forms.filters import CommandFilter
from stations.models import Session, Station
from stations.permissions import command_kinds
from stations.selectors import visible_commands, visible_sessions, visible_stations
from stations.selectors.lists import find_commands
from stations.services import commands
from stations.views import command_wording, wording
from stations.views.pages import ConsoleRequest, console, dialog_done, render_page
from stations.views.paging import paginate
from stations.views.station_page import grouped, header, station_of

# What can end or slow down the sessions that run: their list stands beside the warning.
_OF_SESSIONS = frozenset(
    {
        *(CommandKind.REMOTE_STOP, CommandKind.UNLOCK, CommandKind.RESET, CommandKind.CHANGE_AVAILABILITY),
        *(CommandKind.UPDATE_FIRMWARE, CommandKind.SET_CHARGING_PROFILE, CommandKind.CLEAR_CHARGING_PROFILE),
        *(CommandKind.CHANGE_SESSION_TARIFF, CommandKind.CALL),
    }
)


@console
def command_list(request: ConsoleRequest) -> HttpResponse:
    """Commands to all stations, newest first."""
    form = CommandFilter(request.GET, kinds=command_wording.COMMANDS, states=wording.STATES)
    page = paginate(find_commands(request.user, **form.values()), request.GET)
    groups = {live.station_group(command.station_id) for command in page.items}
    context = {"form": form, "page": page, "command_groups": " ".join(sorted(groups))}
    fragments = {"results": "stations/_command_rows.html"}
    return render_page(request, "stations/command_list.html", context, fragments=fragments)


@console
def station_commands(request: ConsoleRequest, identity: str) -> HttpResponse:
    """Everything that can be sent to a station, with what it does; below, what was sent last."""
    station = station_of(request, identity)
    shared = header(request, station, "commands")
    context = {
        **shared,
        "groups": grouped(shared["kinds"]),
        "commands": visible_commands(request.user).filter(station=station).order_by("-id")[:10],
    }
    fragments = {"station-commands": "stations/_station_commands.html"}
    return render_page(request, "stations/station_commands.html", context, fragments=fragments)


@console
@require_http_methods(["GET", "POST"])
def send(request: ConsoleRequest, identity: str, kind: str) -> HttpResponse:
    """The form of one kind of command for one station; sending it leads back to the station's page."""
    station = get_object_or_404(visible_stations(request.user).prefetch_related("evses"), identity=identity)
    try:
        command_kind = CommandKind(kind)
    except ValueError as error:
        raise Http404 from error
    if command_kind not in command_kinds(request.user, station.site):
        raise PermissionDenied(_("Your role does not include this command here."))
    sessions = list(visible_sessions(request.user).filter(station=station, ended_at=None))
    posted = request.POST if request.method == "POST" else None
    initial = {name: request.GET[name] for name in request.GET}
    form = CommandForm(command_kind, station, sessions, posted, initial=initial)
    if posted is not None and form.is_valid() and _request(request, station, form):
        return _done(request, station, command_kind)
    context = {
        "station": station,
        "kind": command_kind,
        "text": command_wording.COMMANDS[command_kind],
        "form": form,
        "sessions": sessions,
        "ends_sessions": command_kind in _OF_SESSIONS,
        "waits": policy_of(command_kind).queue_offline,
    }
    fragments = {"dialog-body": "stations/_command_form.html"}
    return render_page(request, "stations/command_form.html", context, fragments=fragments)


def _request(request: ConsoleRequest, station: Station, form: CommandForm) -> bool:
    """Whether the command was taken; if not, the form says why."""
    values = form.values()
    try:
        commands.request(
            station=station,
            kind=form.kind,
            values=values,
            requested_by=request.user,
            session=_session_meant(form.sessions, values.get("transaction_id")),
        )
    except InvalidParameters as problem:
        for name, text in problem.errors.items():
            form.add_error(name if name in form.fields else None, text)
    except commands.NotConnected:
        form.add_error(None, _("The station is not connected, and this command cannot wait until it is."))
    else:
        return True
    return False


def _session_meant(sessions: list[Session], transaction_id: str | None) -> Session | None:
    return next((session for session in sessions if session.transaction_id == transaction_id), None)


def _done(request: ConsoleRequest, station: Station, kind: CommandKind) -> HttpResponse:
    label = command_wording.COMMANDS[kind].label
    text = _("“%(command)s” is on its way to %(station)s.") % {"command": label, "station": station.identity}
    if not station.connected:
        text = _("“%(command)s” waits until %(station)s connects.") % {"command": label, "station": station.identity}
    if not request.htmx:
        messages.success(request, text)
        return redirect("stations:station", station.identity)
    return dialog_done(text)
