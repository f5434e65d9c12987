"""The list of incidents."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from django.http import HttpResponseBase, QueryDict
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from drivers.domain.roles import Permission
from drivers.permissions import Viewer
from drivers.reread import reread
from monitoring.forms.incidents import IncidentFilter
from monitoring.models import Incident, Severity
from monitoring.selectors.incidents import Extent, extents, find_incidents
from monitoring.views import alert_wording as wording
from stations.selectors import visible_sites
from stations.templatetags import console as shown
from stations.views.listing import Column, Listing, show
from stations.views.pages import ConsoleRequest, console


@dataclass(frozen=True, slots=True)
class Row:
    incident: Incident
    extent: Extent


def _extent(row: Row) -> str:
    if not row.extent.alerts:
        return ""
    return ngettext("%(n)s alert", "%(n)s alerts", row.extent.alerts) % {"n": row.extent.alerts}


def _stations(row: Row) -> str:
    if row.extent.stations < 2:
        return ""
    return ngettext("%(n)s station", "%(n)s stations", row.extent.stations) % {"n": row.extent.stations}


class IncidentList(Listing[Incident, Row]):
    name = "incidents"
    url_name = "monitoring:incident-list"
    title = _("Incidents")
    about = _("What is wrong, one row for each cause however many alerts it has. They resolve by themselves.")
    icon = "alert"
    nothing = _("No incidents")
    nothing_about = _("Nothing is known to be wrong here. New incidents appear by themselves.")
    template = "monitoring/incident_list.html"
    is_selectable = True
    selecting = Permission.RESPOND
    selection = "monitoring/_incident_selection.html"
    ids = {"incident_id": lambda r: r.incident.pk}
    columns = (
        Column(
            "title",
            _("Incident"),
            lambda r: reread(r.incident.title),
            {"title": lambda r: r.incident.title, "cause": lambda r: r.incident.cause},
            lambda r: r.incident.site.name if r.incident.site else "",
        ),
        Column(
            "severity",
            _("Severity"),
            lambda r: shown.badge(wording.SEVERITIES[Severity(r.incident.severity)]),
            {"severity": lambda r: Severity(r.incident.severity).name.lower()},
            is_state=True,
        ),
        Column(
            "state",
            _("State"),
            lambda r: shown.badge(wording.state_of(r.incident)),
            {
                "acknowledged_at": lambda r: r.incident.acknowledged_at,
                "resolved_at": lambda r: r.incident.resolved_at,
                "snoozed_until": lambda r: r.incident.snoozed_until,
            },
        ),
        Column(
            "who",
            _("Assigned to"),
            lambda r: r.incident.assigned_to or "",
            {"assigned_to": lambda r: r.incident.assigned_to.email if r.incident.assigned_to else ""},
            css="soft",
        ),
        Column(
            "extent",
            _("Extent"),
            _extent,
            {"alerts_open": lambda r: r.extent.alerts, "stations": lambda r: r.extent.stations},
            _stations,
            css="soft nowrap",
        ),
        Column(
            "opened",
            _("Since"),
            lambda r: shown.ago(r.incident.opened_at),
            {"opened_at": lambda r: r.incident.opened_at},
            css="soft nowrap",
        ),
    )

    def form(self, parameters: QueryDict, viewer: Viewer) -> IncidentFilter:
        return IncidentFilter(parameters, sites=visible_sites(viewer))

    def find(self, viewer: Viewer, values: Mapping[str, Any]) -> QuerySet[Incident]:
        return find_incidents(viewer, **values)

    def rows(self, viewer: Viewer, found: Sequence[Incident]) -> list[Row]:
        known = extents(found)
        return [Row(incident, known.get(incident.pk, Extent())) for incident in found]

    def url(self, row: Row) -> str:
        return reverse("monitoring:incident", args=[row.incident.pk])

    def key(self, row: Row) -> str:
        return str(row.incident.pk)


INCIDENTS = IncidentList()


@console
def incident_list(request: ConsoleRequest) -> HttpResponseBase:
    """Open incidents by gravity; others by the filter."""
    return show(request, INCIDENTS)
