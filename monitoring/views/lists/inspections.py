"""The list of inspections."""

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.http import HttpResponseBase, QueryDict
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from drivers.permissions import Viewer
from monitoring.domain.checklists import Verdict
from monitoring.models import Inspection
from monitoring.selectors.inspections import find_inspections
from monitoring.views.inspection_wording import VERDICTS
from stations.forms.filters import SiteChoiceFilter
from stations.selectors import visible_sites
from stations.templatetags import console as shown
from stations.views.listing import Column, Listing, show
from stations.views.pages import ConsoleRequest, console


class InspectionFilter(SiteChoiceFilter):
    field_order = ("text", "outcome", "site")

    outcome = forms.ChoiceField(
        choices=[("", _("Any outcome")), ("failed", _("Failed")), ("passed", _("Passed"))],
        required=False,
        label=_("Outcome"),
    )


class InspectionList(Listing[Inspection, Inspection]):
    name = "inspections"
    url_name = "monitoring:inspection-list"
    title = _("Inspections")
    about = _("What was looked at, at which station, and what failed. They are begun on the page of a station.")
    icon = "check"
    nothing = _("No inspections")
    nothing_about = _("An inspection is made at the charger, on a phone, with or without a connection.")
    template = "monitoring/inspection_list.html"
    ids = {"inspection_id": lambda row: row.pk}
    columns = (
        Column(
            "title",
            _("Inspection"),
            lambda row: row.title,
            {"title": lambda row: row.title, "station": lambda row: row.station.identity},
            under=lambda row: row.station.identity,
        ),
        Column(
            "outcome",
            _("Outcome"),
            lambda row: shown.badge(VERDICTS[Verdict.FAILED if row.failed else Verdict.PASSED]),
            {"failed_items": lambda row: row.failed},
            is_state=True,
        ),
        Column("site", _("Site"), lambda row: row.site.name, {"site": lambda row: row.site.name}, css="soft"),
        Column(
            "by", _("By"), lambda row: row.by or "–", {"by": lambda row: row.by.email if row.by else ""}, css="soft"
        ),
        Column(
            "when",
            _("When"),
            lambda row: shown.at(row.finished_at, row.site),
            {"finished_at": lambda row: row.finished_at, "received_at": lambda row: row.received_at},
            css="soft nowrap",
        ),
    )

    def form(self, parameters: QueryDict, viewer: Viewer) -> InspectionFilter:
        return InspectionFilter(parameters, sites=visible_sites(viewer))

    def find(self, viewer: Viewer, values: Mapping[str, Any]) -> QuerySet[Inspection]:
        return find_inspections(viewer, **values)

    def rows(self, viewer: Viewer, found: Sequence[Inspection]) -> list[Inspection]:
        return list(found)

    def url(self, row: Inspection) -> str:
        return reverse("monitoring:inspection", args=[row.pk])


INSPECTIONS = InspectionList()


@console
def inspection_list(request: ConsoleRequest) -> HttpResponseBase:
    """Inspections, latest first."""
    return show(request, INSPECTIONS)
