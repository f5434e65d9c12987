"""The local authorization list of a station: what it should hold, and what it holds."""

from datetime import datetime
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from drivers.domain.roles import Permission
from stations.domain.commands import CommandKind
from stations.domain.local_lists import Entry
from stations.domain.times import is_time, parse
from stations.models import LocalList
from stations.permissions import require, require_command
from stations.selectors import visible_stations
from stations.selectors.tokens import visible_local_lists
from stations.services import local_lists
from stations.views.pages import ConsoleRequest, console, dialog_done, render_page
from stations.views.station_page import header, station_of
from stations.views.wording import Word

SHOWN = 200
_AT_HAND = (CommandKind.SEND_LOCAL_LIST, CommandKind.GET_LOCAL_LIST_VERSION, CommandKind.CLEAR_CACHE)

_NOT_KEPT = Word(gettext_lazy("Not looked after"), "minus", "unavailable")
_UNSUPPORTED = Word(gettext_lazy("Not supported"), "minus", "unavailable")
_IN_STEP = Word(gettext_lazy("In step"), "check", "available")
_TROUBLE = Word(gettext_lazy("Refused"), "alert", "faulted")
_ON_ITS_WAY = Word(gettext_lazy("Being sent"), "send", "charging")
_WAITS = Word(gettext_lazy("Waits for the station"), "clock", "occupied")


def _until(entry: Entry) -> datetime | None:
    """When an entry of the station's list ends to be valid."""
    return parse(entry.expires_at) if is_time(entry.expires_at) else None


class LocalListForm(forms.Form):
    """What the list should hold. Chosen tokens are written one a line."""

    covers = forms.ChoiceField(
        choices=LocalList.Covers.choices, widget=forms.RadioSelect, label=gettext_lazy("The list holds")
    )
    tokens = forms.CharField(
        required=False,
        max_length=200_000,
        label=gettext_lazy("Chosen id tokens"),
        help_text=gettext_lazy("One a line. What is known of a token, such as its expiry, goes along by itself."),
        widget=forms.Textarea(attrs={"rows": 6, "spellcheck": "false", "class": "mono"}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{**kwargs, "auto_id": "local-list-%s"})

    def clean_tokens(self) -> list[str]:
        """The lines that hold something; raises ValidationError for one that no version can send."""
        lines = [line.strip() for line in self.cleaned_data["tokens"].splitlines() if line.strip()]
        if long := next((line for line in lines if len(line) > 255), None):
            raise forms.ValidationError(_("“%(token)s…” is longer than any id token."), params={"token": long[:20]})
        return lines


@console
def station_tokens(request: ConsoleRequest, identity: str) -> HttpResponse:
    """A station's local list: wanted and reported version, and the tokens it holds."""
    found = station_of(request, identity)
    head = header(request, found, "tokens")
    offered = dict(head["kinds"])
    row = visible_local_lists(request.user).filter(station=found).first() or LocalList(station=found)
    context = {
        **head,
        "list": row,
        "word": _word(row),
        "held": [(entry, _until(entry)) for entry in list(local_lists.held(row).values())[:SHOWN]],
        "shown": SHOWN,
        "actions": [(kind, offered[kind]) for kind in _AT_HAND if kind in offered],
        "may_change": CommandKind.SEND_LOCAL_LIST in offered,
    }
    fragments = {"tokens": "stations/_local_list.html"}
    return render_page(request, "stations/station_tokens.html", context, fragments=fragments)


def _word(row: LocalList) -> Word:
    if row.covers == LocalList.Covers.NOTHING:
        return _NOT_KEPT
    if row.is_supported is False:
        return _UNSUPPORTED
    if row.problem:
        return _TROUBLE
    if row.in_sync:
        return _IN_STEP
    return _ON_ITS_WAY if row.command_id else _WAITS


@console
@require_http_methods(["GET", "POST"])
def change(request: ConsoleRequest, identity: str) -> HttpResponse:
    """The form that says what a station's list should hold."""
    station = get_object_or_404(visible_stations(request.user), identity=identity)
    require(request.user, Permission.VIEW_SESSIONS, station.site)
    require_command(request.user, CommandKind.SEND_LOCAL_LIST, station.site)
    form = LocalListForm(request.POST if request.method == "POST" else None, initial=_initial(request, identity))
    if form.is_bound and form.is_valid():
        chosen = [local_lists.Chosen(token) for token in form.cleaned_data["tokens"]]
        local_lists.configure(station=station, covers=form.cleaned_data["covers"], chosen=chosen)
        text = _("%(station)s gets its local list as soon as it is connected.")
        if station.connected:
            text = _("%(station)s is being sent its local list.")
        text %= {"station": station.identity}
        if request.htmx:
            return dialog_done(text)
        messages.success(request, text)
        return redirect("stations:station-tokens", station.identity)
    context = {"station": station, "form": form}
    fragments = {"dialog-body": "stations/_local_list_form.html"}
    return render_page(request, "stations/local_list_form.html", context, fragments=fragments)


def _initial(request: ConsoleRequest, identity: str) -> dict[str, str]:
    row = visible_local_lists(request.user).filter(station__identity=identity).first()
    if row is None:
        return {"covers": LocalList.Covers.TOKENS}
    return {"covers": row.covers, "tokens": "\n".join(row.entries.values_list("id_token", flat=True))}
