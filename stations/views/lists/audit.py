"""The audit log as a list."""

from collections.abc import Mapping, Sequence
from typing import Any

import orjson
from django.db.models import QuerySet
from django.http import HttpResponseBase, QueryDict
from django.template.loader import render_to_string
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from drivers.domain.roles import Permission
from drivers.models import AuditEntry
from drivers.permissions import Viewer
from stations.forms.audit import AuditFilter
from stations.selectors.audit import colleagues, find_audit_entries
from stations.templatetags import console as shown
from stations.views.audit_wording import Row, kind_choices, row_of
from stations.views.listing import Column, Listing, show
from stations.views.pages import ConsoleRequest, console


def _who(row: Row) -> str:
    return row.entry.actor_email or (row.entry.actor.email if row.entry.actor else "")


def _what(row: Row) -> SafeString:
    return format_html('{} <span class="soft">{}</span>', shown.badge(row.action), row.kind)


def _organization(row: Row) -> str:
    return row.entry.organization.name if row.entry.organization else ""


class AuditList(Listing[AuditEntry, Row]):
    name = "audit"
    url_name = "stations:audit-list"
    title = _("Audit log")
    about = _("What people changed, sent and signed in to, latest first. Nobody can change or delete an entry.")
    icon = "list"
    nothing = _("No entries")
    nothing_about = _("What people change, send and sign in to stands here. None matches, or nothing has happened yet.")
    permission = Permission.VIEW_AUDIT
    is_live = False
    ids = {"entry_id": lambda row: row.entry.pk}
    columns = (
        Column(
            "at",
            _("When"),
            lambda row: shown.at(row.entry.timestamp, seconds=True),
            {"at": lambda row: row.entry.timestamp},
            css="soft nowrap",
        ),
        Column("who", _("Who"), lambda row: _who(row) or _("Busbar itself"), {"person": _who}),
        Column(
            "what",
            _("What"),
            _what,
            {
                "action": lambda row: AuditEntry.Action(row.entry.action).name.lower(),
                "kind": lambda row: row.entry.content_type.model,
                "object_id": lambda row: row.entry.object_pk,
                "object": lambda row: row.entry.object_repr,
            },
            under=lambda row: row.entry.object_repr,
            css="lead",
        ),
        Column(
            "changes",
            _("Before and after"),
            lambda row: render_to_string("stations/_audit_changes.html", {"changes": row.changes}),
            {"changes": lambda row: orjson.dumps(row.entry.changes or {}).decode()},
            css="lead",
        ),
        Column(
            "address",
            _("From"),
            lambda row: row.entry.remote_addr or "",
            {"address": lambda row: row.entry.remote_addr or ""},
            css="mono soft nowrap",
        ),
        Column(
            "organization",
            _("Organization"),
            _organization,
            {"organization": _organization},
            css="soft",
            is_default=False,
        ),
    )

    def form(self, parameters: QueryDict, viewer: Viewer) -> AuditFilter:
        return AuditFilter(parameters, people=colleagues(viewer), kinds=kind_choices())

    def find(self, viewer: Viewer, values: Mapping[str, Any]) -> QuerySet[AuditEntry]:
        return find_audit_entries(viewer, **values)

    def rows(self, viewer: Viewer, found: Sequence[AuditEntry]) -> list[Row]:
        return [row_of(entry) for entry in found]


AUDIT = AuditList()


@console
def audit_list(request: ConsoleRequest) -> HttpResponseBase:
    """Who changed what, latest first."""
    return show(request, AUDIT)
