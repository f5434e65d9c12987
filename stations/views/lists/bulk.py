"""The list of commands to many stations."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from django.http import HttpResponseBase, QueryDict
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from drivers.permissions import Viewer
from stations.forms.filters import BulkFilter, Filter
from stations.models import BulkCommand
from stations.selectors.bulk import Progress, progress, visible_bulk_commands
from stations.templatetags import console as shown
from stations.views import command_wording
from stations.views.listing import Column, Listing, show
from stations.views.pages import ConsoleRequest, console
from stations.views.paging import Page, paginate


@dataclass(frozen=True, slots=True)
class BulkRow:
    """A command to many stations, and how far it has come."""

    bulk: BulkCommand
    progress: Progress


def _under(row: BulkRow) -> object:
    line = _("Undo") if row.bulk.is_undo else shown.parameters_line(row.bulk)
    return format_html('<span class="clip mono">{}</span>', line)


class BulkList(Listing[BulkCommand, BulkRow]):
    name = "bulk-commands"
    url_name = "stations:bulk-list"
    title = _("Commands to many stations")
    about = _("What was sent to many at once, and how far it has come.")
    icon = "command"
    nothing = _("Nothing was sent to many stations")
    nothing_about = _("Choose stations in their list, and what to send to all of them.")
    template = "stations/bulk_list.html"
    ids = {"id": lambda row: row.bulk.pk}
    columns = (
        Column(
            "command",
            _("Command"),
            lambda row: shown.kind_text(row.bulk.kind).label,
            {"command": lambda row: row.bulk.kind, "parameters": lambda row: row.bulk.payload},
            _under,
        ),
        Column(
            "progress",
            _("How far"),
            lambda row: render_to_string("stations/_bulk_state.html", {"bulk": row.bulk, "progress": row.progress}),
            {"done": lambda row: row.progress.done, "of": lambda row: row.progress.total},
            is_state=True,
        ),
        Column(
            "stations", _("Stations"), lambda row: row.bulk.total, {"stations": lambda row: row.bulk.total}, css="end"
        ),
        Column(
            "failed",
            _("Failed"),
            lambda row: row.progress.failed,
            {"failed": lambda row: row.progress.failed},
            css="end",
        ),
        Column(
            "who",
            _("Asked by"),
            lambda row: row.bulk.requested_by,
            {"asked_by": lambda row: row.bulk.requested_by.email if row.bulk.requested_by else ""},
            css="soft",
        ),
        Column(
            "when",
            _("When"),
            lambda row: shown.ago(row.bulk.started_at),
            {"asked_at": lambda row: row.bulk.started_at},
            css="soft nowrap",
        ),
    )

    def form(self, parameters: QueryDict, viewer: Viewer) -> Filter:
        return BulkFilter(parameters, kinds=command_wording.COMMANDS)

    def find(self, viewer: Viewer, values: Mapping[str, Any]) -> QuerySet[BulkCommand]:
        found = visible_bulk_commands(viewer).filter(started_at__isnull=False)
        for name, lookup in (("text", "requested_by__email__icontains"), ("kind", "kind")):
            if name in values:
                found = found.filter(**{lookup: values[name]})
        return found.order_by("-id")

    def rows(self, viewer: Viewer, found: Sequence[BulkCommand]) -> list[BulkRow]:
        known = progress(viewer, found)
        return [BulkRow(bulk, known[bulk.pk]) for bulk in found]

    def url(self, row: BulkRow) -> str:
        return reverse("stations:bulk", args=[row.bulk.pk])

    def page(self, viewer: Viewer, values: Mapping[str, Any], parameters: QueryDict) -> Page:
        return paginate(self.find(viewer, values), parameters)


BULK_COMMANDS = BulkList()


@console
def bulk_list(request: ConsoleRequest) -> HttpResponseBase:
    """Commands to many stations, newest first."""
    return show(request, BULK_COMMANDS)
