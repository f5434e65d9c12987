"""Work orders as a viewer sees them."""

from datetime import datetime

from django.db.models import Count, QuerySet

from drivers.domain.roles import Permission, roles_granting
from drivers.models import User
from drivers.permissions import Viewer
from monitoring.models import WorkOrder
from stations.models import Site
from stations.permissions import where_granted
from stations.selectors.search import containing

OPEN = (WorkOrder.State.OPEN, WorkOrder.State.ASSIGNED, WorkOrder.State.IN_PROGRESS)


def visible_work_orders(viewer: Viewer) -> QuerySet[WorkOrder]:
    return WorkOrder.objects.filter(site__in=where_granted(viewer, Permission.VIEW_NETWORK))


def find_work_orders(
    viewer: Viewer,
    *,
    now: datetime,
    text: str = "",
    state: str = "",
    who: str = "",
    site: Site | None = None,
    origin: str = "",
) -> QuerySet[WorkOrder]:
    """The most urgent first. `state`: one of WorkOrder.State, or open, overdue; nothing: the open ones; all: all.
    `who`: mine, nobody."""
    rows = visible_work_orders(viewer).select_related("site", "station", "assigned_to", "incident")
    if text:
        rows = rows.filter(containing(WorkOrder, ("title", "station__identity", "site__name", "site__city"), text))
    if state in ("", "open", "overdue"):
        rows = rows.filter(state__in=OPEN)
    elif state != "all":
        rows = rows.filter(state=state)
    if state == "overdue":
        rows = rows.filter(due_at__lt=now)
    if who == "mine":
        rows = rows.filter(assigned_to=viewer.pk)
    elif who == "nobody":
        rows = rows.filter(assigned_to=None)
    if site:
        rows = rows.filter(site=site)
    if origin:
        rows = rows.filter(origin=origin)
    return rows.order_by("priority", "-id")


def workers(site: Site) -> QuerySet[User]:
    """Who may work on the stations of a site."""
    members = User.objects.filter(
        is_active=True,
        memberships__organization=site.organization_id,
        memberships__role__in=roles_granting(Permission.MAINTAIN),
    )
    anywhere = members.annotate(scopes=Count("memberships__site_scopes")).filter(scopes=0).values("pk")
    here = members.filter(memberships__site_scopes__site=site).values("pk")
    return User.objects.filter(pk__in=anywhere.union(here)).order_by("name", "email")
