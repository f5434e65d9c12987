"""Inspections, checklists and plans as a viewer sees them."""

from dataclasses import dataclass

from django.db.models import QuerySet

from drivers.domain.roles import Permission
from drivers.permissions import Viewer
from monitoring.domain import checklists
from monitoring.models import Checklist, Inspection, InspectionPhoto, MaintenancePlan
from stations.models import Site
from stations.permissions import organization_ids_granting, where_granted
from stations.selectors.search import containing


@dataclass(frozen=True, slots=True)
class Answered:
    """An item of an inspection with what was answered, and its photos."""

    item: checklists.Item
    value: str
    note: str
    verdict: checklists.Verdict
    photos: list[InspectionPhoto]


def visible_inspections(viewer: Viewer) -> QuerySet[Inspection]:
    return Inspection.objects.filter(site__in=where_granted(viewer, Permission.VIEW_NETWORK))


def find_inspections(
    viewer: Viewer, *, text: str = "", outcome: str = "", site: Site | None = None
) -> QuerySet[Inspection]:
    """Latest first. `outcome`: failed, passed."""
    rows = visible_inspections(viewer).select_related("station", "site", "by")
    if text:
        rows = rows.filter(containing(Inspection, ("title", "station__identity", "site__name"), text))
    if outcome == "failed":
        rows = rows.filter(failed__gt=0)
    elif outcome == "passed":
        rows = rows.filter(failed=0)
    if site:
        rows = rows.filter(site=site)
    return rows.order_by("-id")


def answered(inspection: Inspection) -> list[Answered]:
    """What was asked and answered, in its order."""
    photos = list(inspection.photos.all())
    found = []
    for item in checklists.read_items(inspection.items):
        answer = inspection.answers.get(item.key, {})
        own = [photo for photo in photos if photo.item == item.key]
        verdict = checklists.Verdict(answer.get("verdict", "skipped"))
        found.append(Answered(item, answer.get("value", ""), answer.get("note", ""), verdict, own))
    return found


def visible_checklists(viewer: Viewer) -> QuerySet[Checklist]:
    organizations = organization_ids_granting(viewer, Permission.VIEW_NETWORK)
    return Checklist.objects.filter(organization__in=organizations)


def visible_plans(viewer: Viewer) -> QuerySet[MaintenancePlan]:
    organizations = organization_ids_granting(viewer, Permission.VIEW_NETWORK)
    return MaintenancePlan.objects.filter(organization__in=organizations).select_related("site", "checklist")
