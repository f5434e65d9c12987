"""The list of commands."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.db.models import QuerySet
from django.http import HttpResponseBase, QueryDict
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from drivers.permissions import Viewer
from stations import live
from stations.forms.filters import CommandFilter, Filter
from stations.models import Command
from stations.selectors.lists import find_commands
from stations.templatetags import console as shown
from stations.views import command_wording, wording
from stations.views.listing import Column, Listing, show
from stations.views.pages import ConsoleRequest, console
from stations.views.paging import Page, paginate


def _station(command: Command) -> object:
    url = reverse("stations:station", args=[command.station.identity])
    return format_html('<a class="identity" href="{}">{}</a>', url, command.station.identity)


def _parameters(command: Command) -> object:
    return format_html('<span class="clip mono">{}</span>', shown.parameters_line(command))


def _label(command: Command) -> object:
    return shown.kind_text(command.kind).label


class CommandList(Listing[Command, Command]):
    name = "commands"
    url_name = "stations:command-list"
    title = _("Commands")
    about = _("What was sent to stations, by whom, and how they answered. Days of the filter are UTC.")
    icon = "command"
    nothing = _("No commands")
    nothing_about = _("What is sent to stations, and how they answered, stands here.")
    template = "stations/command_list.html"
    detail = "stations/_command_detail.html"
    ids = {"command_id": lambda c: c.pk}
    columns = (
        Column("command", _("Command"), _label, {"command": lambda c: c.kind}, _parameters),
        Column(
            "outcome",
            _("Outcome"),
            lambda c: shown.command_state(c.state),
            {"outcome": lambda c: c.state, "error": lambda c: c.error},
            is_state=True,
        ),
        Column("station", _("Station"), _station, {"station": lambda c: c.station.identity}),
        Column(
            "who",
            _("Asked by"),
            lambda c: c.requested_by or "API",
            {"asked_by": lambda c: c.requested_by.email if c.requested_by else ""},
            css="soft",
        ),
        Column(
            "when",
            _("When"),
            lambda c: shown.ago(c.requested_at),
            {"asked_at": lambda c: c.requested_at, "answered_at": lambda c: c.finished_at},
            shown.answer_time,
            css="soft nowrap",
        ),
        Column(
            "site",
            _("Site"),
            lambda c: c.station.site.name,
            {"site": lambda c: c.station.site.name},
            css="soft",
            is_default=False,
        ),
        Column(
            "parameters",
            _("Parameters"),
            shown.parameters_line,
            {"parameters": lambda c: c.payload},
            css="mono soft",
            is_default=False,
        ),
    )

    def form(self, parameters: QueryDict, viewer: Viewer) -> Filter:
        return CommandFilter(parameters, kinds=command_wording.COMMANDS, states=wording.STATES)

    def find(self, viewer: Viewer, values: Mapping[str, Any]) -> QuerySet[Command]:
        return find_commands(viewer, **values)

    def rows(self, viewer: Viewer, found: Sequence[Command]) -> list[Command]:
        return list(found)

    def page(self, viewer: Viewer, values: Mapping[str, Any], parameters: QueryDict) -> Page:
        return paginate(self.find(viewer, values), parameters)

    def url(self, row: Command) -> str:
        return reverse("stations:command", args=[row.pk])

    def groups(self, organization_ids: Sequence[int], found: Sequence[Command]) -> set[str]:
        stations = {live.station_group(command.station_id) for command in found}
        return super().groups(organization_ids, found) | stations


COMMANDS = CommandList()


@console
def command_list(request: ConsoleRequest) -> HttpResponseBase:
    """Commands to all stations, newest first."""
    return show(request, COMMANDS)
