"""One command: what was asked, how it went, what it means, what to try next, and how to take it back."""

from dataclasses import dataclass
from datetime import datetime

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from stations.domain.answers import next_steps, told
from stations.domain.commands import CommandKind, CommandState
from stations.models import Command
from stations.permissions import command_kinds, require_command
from stations.selectors import visible_commands
from stations.selectors.commands import frames_of, is_withdrawable, parts_of, undo_for
from stations.services import commands
from stations.views import wording
from stations.views.command_links import CommandLink, links
from stations.views.command_wording import COMMANDS
from stations.views.frames import decode
from stations.views.pages import ConsoleRequest, console, render_page


@dataclass(frozen=True, slots=True)
class Moment:
    """Something that happened to it, or is to happen. `about`: who, or how."""

    word: wording.Word
    at: datetime | None
    about: str = ""


@console
def command(request: ConsoleRequest, pk: int) -> HttpResponse:
    """The page of one command."""
    found = _found(request, pk)
    parts = parts_of(found)
    kind = CommandKind(found.kind)
    may_send = kind in command_kinds(request.user, found.station.site)
    context = {
        "command": found,
        "parts": parts,
        "station": found.station,
        "text": COMMANDS[kind],
        "moments": _moments(found),
        "frames": [(frame, decode(bytes(frame.body))) for part in parts for frame in frames_of(request.user, part)],
        "can_withdraw": may_send and is_withdrawable(parts),
        "steps": _steps(request, parts),
        "undo": _undo(request, parts),
        "is_final": kind is CommandKind.SET_VARIABLES
        and found.state == CommandState.ACCEPTED
        and undo_for(parts) is None,
    }
    return render_page(request, "stations/command.html", context, fragments={"command": "stations/_command.html"})


def _found(request: ConsoleRequest, pk: int) -> Command:
    rows = visible_commands(request.user).select_related("part_of", "session", "bulk__requested_by")
    return get_object_or_404(rows.defer("bulk__station_ids"), pk=pk)


_ASKED = wording.Word(gettext_lazy("Asked for"), "user", "unavailable")
_DUE = wording.Word(gettext_lazy("Not to be sent before"), "calendar", "reserved")
_SENT = wording.Word(gettext_lazy("Sent"), "send", "charging")
_WAITS = wording.Word(gettext_lazy("Waits until"), "clock", "reserved")
_EFFECT_DUE = wording.Word(gettext_lazy("A session should begin until"), "clock", "reserved")
_BEGAN = wording.Word(gettext_lazy("The session began"), "bolt", "available")


def _moments(found: Command) -> list[Moment]:
    """Its life so far, and what is expected of it."""
    person = str(found.requested_by) if found.requested_by else _("API or Busbar itself")
    moments = [Moment(_ASKED, found.requested_at, person)]
    if found.not_before:
        moments.append(Moment(_DUE, found.not_before))
    if found.sent_at:
        moments.append(Moment(_SENT, found.sent_at, found.action))
    if found.finished_at:
        moments.append(Moment(wording.STATES[CommandState(found.state)], found.finished_at))
    elif found.state == CommandState.QUEUED:
        moments.append(Moment(_WAITS, found.expires_at))
    if found.effect_due_at:
        moments.append(Moment(_EFFECT_DUE, found.effect_due_at))
    if found.kind == CommandKind.REMOTE_START and found.session:
        moments.append(Moment(_BEGAN, found.session.received_at, found.session.transaction_id))
    return moments


def _steps(request: ConsoleRequest, parts: list[Command]) -> list[CommandLink]:
    """What to try next, as far as the viewer may."""
    found: dict[str, CommandLink] = {}
    for part in parts:
        kind, values = CommandKind(part.kind), part.values
        statuses = [one.status for one in told(part.answer)]
        for step in next_steps(kind, values, CommandState(part.state), statuses):
            same = (step.kind, step.values) == (kind, values)
            found |= {link.url: link for link in links(request.user, part.station, step.kind, step.values, same=same)}
    return list(found.values())


def _undo(request: ConsoleRequest, parts: list[Command]) -> list[CommandLink]:
    undo = undo_for(parts)
    return links(request.user, parts[0].station, undo.kind, undo.values) if undo else []


@console
@require_http_methods(["POST"])
def withdraw(request: ConsoleRequest, pk: int) -> HttpResponse:
    """Take back what was not sent yet."""
    found = _found(request, pk)
    require_command(request.user, CommandKind(found.kind), found.station.site)
    if commands.withdraw(command=found, withdrawn_by=request.user):
        messages.success(request, _("It is not sent any more."))
    else:
        messages.error(request, _("It was too late: it had been sent."))
    return redirect("stations:command", found.pk)
