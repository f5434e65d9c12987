"""Commands to many stations: chosen, worded, previewed, confirmed, followed, stopped, tried again and undone."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpResponse, HttpResponseBase, QueryDict
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from drivers.domain.roles import Permission
from drivers.models import Organization
from drivers.permissions import memberships_granting
from stations import live
from stations.domain.bulk import KINDS, care
from stations.domain.commands import CommandKind, CommandState
from stations.domain.configuration import text_of
from stations.domain.parameters import InvalidParameters
from stations.domain.session_effects import WORST_FIRST, Effect
from stations.forms.bulk import BulkForm
from stations.models import BulkCommand, Command, Station
from stations.permissions import organizations_granting
from stations.selectors import visible_stations
from stations.selectors.bulk import (
    Plan,
    effects_at,
    outlook,
    plans,
    progress,
    to_try_again,
    visible_bulk_commands,
    visible_bulk_rows,
)
from stations.selectors.earlier import before
from stations.services import bulk as service
from stations.views import command_wording, effect_wording, wording
from stations.views.csv_files import csv_file
from stations.views.listing import CHUNK
from stations.views.lists.evses import EVSES
from stations.views.lists.stations import STATIONS
from stations.views.pages import ConsoleRequest, console, render_page
from stations.views.paging import in_chunks, paginate, paginate_list

_UNDONE = (CommandKind.CHANGE_AVAILABILITY, CommandKind.SET_VARIABLES)


@console
def new(request: ConsoleRequest) -> HttpResponse:
    """Take over a choice of stations (`station`: identities; or `all` that the list's `query` finds) as a draft."""
    if request.method != "POST":
        return redirect("stations:station-list")
    if not memberships_granting(request.user, Permission.COMMAND).exists():
        raise PermissionDenied(_("Your role does not include commands to stations."))
    chosen = list(_chosen(request).values_list("pk", "site__organization"))
    organizations = {organization for _station, organization in chosen}
    if len(organizations) != 1:
        text = _("Choose at least one station.") if not chosen else _("Choose stations of one organization at a time.")
        messages.error(request, text)
        return redirect("stations:station-list")
    draft = service.draft(
        organization=Organization.objects.get(pk=organizations.pop()),
        stations=[pk for pk, _organization in chosen],
        requested_by=request.user,
    )
    return redirect("stations:bulk", draft.pk)


def _chosen(request: ConsoleRequest) -> QuerySet[Station]:
    if request.POST.get("all") != "on":
        identities = request.POST.getlist("station")
        return visible_stations(request.user).filter(identity__in=identities).order_by("identity")
    listing = EVSES if request.POST.get("list") == EVSES.name else STATIONS
    return listing.stations(request.user, QueryDict(request.POST.get("query", "").removeprefix("?")))


@console
def bulk(request: ConsoleRequest, pk: int) -> HttpResponse:
    """One of them, as far as it is: what to send, what it will do, what became of it."""
    found = _found(request, pk)
    if not found.is_draft:
        return _progress_page(request, found)
    return _preview_page(request, found) if found.kind else _kinds_page(request, found)


def _found(request: ConsoleRequest, pk: int) -> BulkCommand:
    return get_object_or_404(visible_bulk_commands(request.user), pk=pk)


def _draft(request: ConsoleRequest, pk: int) -> BulkCommand:
    """One that has not begun, of whoever asks."""
    return get_object_or_404(visible_bulk_commands(request.user).filter(started_at=None), pk=pk)


def _kinds_page(request: ConsoleRequest, found: BulkCommand) -> HttpResponse:
    kinds = [(kind, command_wording.COMMANDS[kind]) for kind in KINDS]
    return render_page(request, "stations/bulk_kinds.html", {"bulk": found, "kinds": kinds})


@console
@require_http_methods(["GET", "POST"])
def word(request: ConsoleRequest, pk: int, kind: str) -> HttpResponse:
    """The form of what is sent to them."""
    found = _draft(request, pk)
    if kind not in KINDS or found.is_undo:
        raise Http404
    command_kind = CommandKind(kind)
    given = found.values | {"wait_s": found.wait_s, "spread_s": found.spread_s} if found.kind == kind else None
    form = BulkForm(command_kind, found.total, request.POST if request.method == "POST" else None, given=given)
    if form.is_bound and form.is_valid() and _word(found, form):
        return redirect("stations:bulk", found.pk)
    context = {"bulk": found, "kind": command_kind, "text": command_wording.COMMANDS[command_kind], "form": form}
    return render_page(request, "stations/bulk_form.html", context)


def _word(found: BulkCommand, form: BulkForm) -> bool:
    """Whether it was taken; if not, the form says why."""
    how = {name: form.cleaned_data[name] for name in ("wait_s", "spread_s")}
    try:
        service.word(bulk=found, kind=form.kind, values=form.values(), **how)
    except service.SecretForMany as problem:
        text = _("%(name)s is a secret: each station has its own. Set it at the station.") % {"name": problem.name}
        form.add_error("variables", text)
    except InvalidParameters as problem:
        for name, wrong in problem.errors.items():
            form.add_error(name if name in form.fields else None, str(wrong))
    else:
        return True
    return False


def _preview_page(request: ConsoleRequest, found: BulkCommand, problem: str = "") -> HttpResponse:
    page = paginate_list(found.station_ids, request.GET)
    some, coming = plans(found, page.items), outlook(found)
    effects = effects_at(found, some)
    obstacles = [
        (effect_wording.OBSTACLES[obstacle], wording.PROTOCOLS.get(protocol, protocol), count)
        for (obstacle, protocol), count in coming.obstacles.most_common()
    ]
    context = {
        **_head(found),
        "page": page,
        "rows": list(zip(some, _changes(found, some), _worded(some, effects), strict=True)),
        "outlook": coming,
        "obstacles": obstacles,
        "effects": [(effect_wording.EFFECTS[word], coming.effects[word]) for word in sorted(coming.effects, key=_bad)],
        "care": care(CommandKind(found.kind), found.values),
        "problem": problem,
    }
    return render_page(
        request, "stations/bulk_preview.html", context, fragments={"results": "stations/_bulk_plans.html"}
    )


_bad = WORST_FIRST.index


def _head(found: BulkCommand) -> dict[str, Any]:
    return {"bulk": found, "text": command_wording.COMMANDS[CommandKind(found.kind)]}


Change = tuple[str, str | None, str]


def _changes(found: BulkCommand, some: Sequence[Plan]) -> list[list[Change]]:
    """By plan, of the variables that are set: name, the value that the station told, the one it gets."""
    if found.kind != CommandKind.SET_VARIABLES:
        return [[] for _plan in some]
    wanted = [plan.values.get("variables", []) for plan in some]
    told = before(
        CommandKind.SET_VARIABLES, [(p.station.pk, {"variables": w}) for p, w in zip(some, wanted, strict=True)]
    )
    return [
        [(v["name"], value, text_of(v["value"])) for v, value in zip(variables, known["variables"], strict=True)]
        for variables, known in zip(wanted, told, strict=True)
    ]


def _worded(some: Sequence[Plan], effects: Mapping[int, list[Effect]]) -> list[list[tuple[wording.Word, int]]]:
    """By plan, what becomes of how many of its sessions, worst first; those that go on as before are not said."""
    counts = [Counter(word for word in effects.get(plan.station.pk, []) if word is not Effect.NONE) for plan in some]
    return [[(effect_wording.EFFECTS[word], count[word]) for word in sorted(count, key=_bad)] for count in counts]


@console
@require_http_methods(["POST"])
def start(request: ConsoleRequest, pk: int) -> HttpResponse:
    """Begin what was previewed, confirmed as its kind takes it."""
    found = _draft(request, pk)
    if not found.kind:
        return redirect("stations:bulk", found.pk)
    if request.POST.get("previewed") != found.fingerprint:
        return _preview_page(request, found, _("It was changed since you looked at it. This is what it says now."))
    counted = request.POST.get("counted", "").strip()
    try:
        service.start(
            bulk=found, ticked="ticked" in request.POST, counted=int(counted) if counted.isdecimal() else None
        )
    except service.NotConfirmed:
        return _preview_page(request, found, _("Nothing was sent: it has to be confirmed."))
    return redirect("stations:bulk", found.pk)


def _progress_page(request: ConsoleRequest, found: BulkCommand) -> HttpResponse:
    how_far = progress(request.user, [found])[found.pk]
    state = request.GET.get("state", "")
    rows = visible_bulk_rows(request.user, found).order_by("id")
    if state in {known.value for known in CommandState}:
        rows = rows.filter(state=state)
    context = {
        **_head(found),
        "progress": how_far,
        "state": state,
        "states": [
            (key, words, how_far.states[key]) for key, words in wording.STATES.items() if how_far.states.get(key)
        ],
        "page": paginate(rows, request.GET),
        "may_change": _may_change(request, found),
        "can_undo": found.kind in _UNDONE and not found.is_undo and how_far.states.get(CommandState.ACCEPTED),
        "group": live.organization_group(found.organization_id),
    }
    return render_page(request, "stations/bulk.html", context, fragments={"bulk": "stations/_bulk.html"})


def _may_change(request: ConsoleRequest, found: BulkCommand) -> bool:
    """Whether somebody may stop, repeat and undo it: who asked for it, and whoever commands the whole network."""
    if found.requested_by_id == request.user.pk:
        return memberships_granting(request.user, Permission.COMMAND).exists()
    return organizations_granting(request.user, Permission.COMMAND).filter(pk=found.organization_id).exists()


def _begun(request: ConsoleRequest, pk: int) -> BulkCommand:
    """One that has begun, for somebody who may change it."""
    found = get_object_or_404(visible_bulk_commands(request.user).filter(started_at__isnull=False), pk=pk)
    if not _may_change(request, found):
        raise PermissionDenied(_("Your role does not include this command for all of its stations."))
    return found


@console
@require_http_methods(["POST"])
def stop(request: ConsoleRequest, pk: int) -> HttpResponse:
    """Take back what was not sent yet."""
    found = _begun(request, pk)
    service.stop(bulk=found, stopped_by=request.user)
    messages.success(request, _("What was not sent yet is not sent any more."))
    return redirect("stations:bulk", found.pk)


@console
@require_http_methods(["POST"])
def again(request: ConsoleRequest, pk: int) -> HttpResponse:
    """A draft of the same to the stations where it failed."""
    found = _begun(request, pk)
    stations = to_try_again(request.user, found)
    if not stations:
        messages.error(request, _("It failed nowhere."))
        return redirect("stations:bulk", found.pk)
    return redirect("stations:bulk", service.again(bulk=found, stations=stations, requested_by=request.user).pk)


@console
@require_http_methods(["POST"])
def undo(request: ConsoleRequest, pk: int) -> HttpResponse:
    """A draft that takes back what was done."""
    found = _begun(request, pk)
    draft = service.undo(bulk=found, requested_by=request.user)
    if draft is None:
        messages.error(request, _("There is nothing to undo: nothing was changed, or nobody knows what it was before."))
    return redirect("stations:bulk", (draft or found).pk)


@console
def outcome_csv(request: ConsoleRequest, pk: int) -> HttpResponseBase:
    """What became of it, station by station."""
    found = get_object_or_404(visible_bulk_commands(request.user).filter(started_at__isnull=False), pk=pk)
    rows = visible_bulk_rows(request.user, found).order_by("id")
    return csv_file(request, _csv_rows(rows), name=f"command-{found.pk}.csv")


def _csv_rows(rows: QuerySet[Command]) -> Iterator[list[list[object]]]:
    yield [["station", "site", "state", "payload", "result", "error", "sent_at", "finished_at"]]
    for chunk in in_chunks(rows, CHUNK):
        yield [
            [
                *(row.station.identity, row.station.site.name, row.state, row.payload, row.result, row.error),
                *(row.sent_at, row.finished_at),
            ]
            for row in chunk
        ]
