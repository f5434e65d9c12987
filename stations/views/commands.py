"""Commands: the forms that send them."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from stations.domain.commands import CommandKind, policy_of
from stations.domain.parameters import InvalidParameters
from stations.domain.session_effects import TOUCHING, WORST_FIRST, effect
from stations.forms.commands import CommandForm, LaterForm
from stations.models import Session, Station
from stations.permissions import command_kinds
from stations.selectors import visible_commands, visible_sessions, visible_stations
from stations.selectors.bulk import running_of
from stations.services import commands
from stations.views import command_wording, wording
from stations.views.effect_wording import EFFECT_MEANING, EFFECTS
from stations.views.lists.commands import COMMANDS
from stations.views.pages import ConsoleRequest, console, dialog_done, render_page
from stations.views.station_page import grouped, header, station_of


@console
def station_commands(request: ConsoleRequest, identity: str) -> HttpResponse:
    """Everything that can be sent to a station, with what it does; below, what was sent last."""
    station = station_of(request, identity)
    shared = header(request, station, "commands")
    commands = visible_commands(request.user).filter(station=station).order_by("-id")[:10]
    context = {
        **shared,
        "groups": grouped(shared["kinds"]),
        "commands": COMMANDS.without(commands, "station"),
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
    sessions = list(_running_at(request, station))
    posted = request.POST if request.method == "POST" else None
    # What stands in the form so far, of a person who is still filling it in.
    filled = request.GET if request.htmx and request.htmx.target == "session-effects" else posted
    initial = {name: request.GET[name] for name in request.GET}
    form = CommandForm(command_kind, station, sessions, filled, initial=initial)
    later = LaterForm(station, posted) if policy_of(command_kind).queue_offline else None
    if (
        posted is not None
        and form.is_valid()
        and (later is None or later.is_valid())
        and _request(request, form, later)
    ):
        return _done(request, station, form, later)
    context = {
        "station": station,
        "kind": command_kind,
        "text": command_wording.COMMANDS[command_kind],
        "form": form,
        "later": later,
        "touches_sessions": command_kind in TOUCHING,
        "effects": _effects(form) if command_kind in TOUCHING else [],
        "wait_s": round(policy_of(command_kind).expires_after.total_seconds()),
    }
    fragments = {
        "dialog-body": "stations/_command_form.html",
        "session-effects": "stations/_session_effects.html",
    }
    return render_page(request, "stations/command_form.html", context, fragments=fragments)


def _running_at(request: ConsoleRequest, station: Station) -> QuerySet[Session]:
    running = visible_sessions(request.user).filter(station=station, ended_at=None)
    return running.select_related("station__site", "evse", "connector", "token")


def _effects(form: CommandForm) -> list[tuple[Session, wording.Word, wording.Text]]:
    """What the command does to each running session as it is filled in, worst first."""
    values = form.chosen()
    found = [(session, effect(form.kind, values, running_of(session))) for session in form.sessions]
    found.sort(key=lambda pair: WORST_FIRST.index(pair[1]))
    return [(session, EFFECTS[word], EFFECT_MEANING[word]) for session, word in found]


def _request(request: ConsoleRequest, form: CommandForm, later: LaterForm | None) -> bool:
    """Whether the command was taken; if not, the form says why."""
    values = form.values()
    try:
        commands.request(
            station=form.station,
            kind=form.kind,
            values=values,
            requested_by=request.user,
            not_before=later.cleaned_data["not_before"] if later else None,
            session=_session_meant(form.sessions, values.get("transaction_id")),
        )
    except InvalidParameters as problem:
        for name, text in problem.errors.items():
            form.add_error(name if name in form.fields else None, str(text))
    except commands.NotConnected:
        form.add_error(None, _("The station is not connected, and this command cannot wait until it is."))
    else:
        return True
    return False


def _session_meant(sessions: list[Session], transaction_id: str | None) -> Session | None:
    return next((session for session in sessions if session.transaction_id == transaction_id), None)


def _done(request: ConsoleRequest, station: Station, form: CommandForm, later: LaterForm | None) -> HttpResponse:
    named = {"command": command_wording.COMMANDS[form.kind].label, "station": station.identity}
    text = _("“%(command)s” is on its way to %(station)s.") % named
    if not station.connected:
        text = _("“%(command)s” waits until %(station)s connects.") % named
    if later and later.cleaned_data["not_before"]:
        text = _("“%(command)s” waits for its time, and is then sent to %(station)s.") % named
    if not request.htmx:
        messages.success(request, text)
        return redirect("stations:station", station.identity)
    return dialog_done(text)
