"""Saved views of lists: one's own, and those that one's organizations share."""

from django.db.models import Q, QuerySet

from drivers.domain.roles import Permission
from drivers.permissions import Viewer
from stations.models import SavedView
from stations.permissions import organization_ids_granting, organizations_granting


def visible_views(viewer: Viewer) -> QuerySet[SavedView]:
    """By name."""
    shared = Q(organization__in=organization_ids_granting(viewer, Permission.VIEW_NETWORK))
    return SavedView.objects.filter(shared | Q(owner=viewer.pk)).order_by("name", "id")


def changeable_views(viewer: Viewer) -> QuerySet[SavedView]:
    """Those the viewer may rename and delete: their own, and what the organizations share whose network they manage."""
    managed = organizations_granting(viewer, Permission.MANAGE_NETWORK)
    return SavedView.objects.filter(Q(organization__in=managed) | Q(owner=viewer.pk))
