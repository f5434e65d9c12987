"""Channels, policies and messages a viewer may see."""

from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet

from drivers.domain.roles import Permission
from drivers.models import Organization, User
from drivers.permissions import Viewer
from monitoring.models import Channel, EscalationPolicy, Incident, Notification
from stations.models import Site
from stations.permissions import granted, organization_ids_granting, organizations_granting


def managed(viewer: Viewer) -> QuerySet[Organization]:
    """The organizations whose channels, rotas and policies the viewer sets up."""
    return organizations_granting(viewer, Permission.MANAGE_MONITORING).order_by("name")


def visible_channels(viewer: Viewer) -> QuerySet[Channel]:
    """The organizations' channels that the viewer manages, and their own."""
    mine = Q(person=viewer.pk) if isinstance(viewer, User) else Q(pk=None)
    return Channel.objects.filter(Q(organization__in=managed(viewer)) | mine).select_related("organization", "person")


def visible_policies(viewer: Viewer) -> QuerySet[EscalationPolicy]:
    """Those of the organizations the viewer works for."""
    organizations = organization_ids_granting(viewer, Permission.VIEW_NETWORK)
    found = EscalationPolicy.objects.filter(organization__in=organizations).select_related("organization")
    return found.prefetch_related("sites", "steps__rota", "steps__person", "steps__channel")


def visible_notifications(viewer: Viewer) -> QuerySet[Notification]:
    """Messages about incidents at sites the viewer manages, and those to the viewer."""
    organizations, sites = granted(viewer, Permission.MANAGE_MONITORING)
    found = Q(organization__in=organizations)
    if sites:
        found |= Q(incident__site__in=sites)
    if isinstance(viewer, User):
        found |= Q(person=viewer)
    return Notification.objects.filter(found).select_related("incident__site", "person", "channel", "organization")


def told_of(incident: Incident) -> QuerySet[Notification]:
    """Who was told of an incident, and what became of it; whoever sees the incident may see that."""
    return incident.notifications.select_related("person", "channel", "digest").order_by("id")


def find_notifications(
    viewer: Viewer,
    *,
    text: str = "",
    state: str = "",
    change: str = "",
    since: datetime | None = None,
    until: datetime | None = None,
) -> QuerySet[Notification]:
    """The delivery log, latest first."""
    found = visible_notifications(viewer)
    if text:
        found = found.filter(
            Q(person__email__icontains=text) | Q(channel__name__icontains=text) | Q(incident__title__icontains=text)
        )
    given: dict[str, Any] = {"state": state, "change": change, "created_at__gte": since, "created_at__lte": until}
    return found.filter(**{name: value for name, value in given.items() if value}).order_by("-id")


def sites_to_choose(viewer: Viewer, permission: Permission) -> QuerySet[Site]:
    """For who narrows something down to some sites."""
    organizations, sites = granted(viewer, permission)
    return Site.objects.filter(Q(organization__in=organizations) | Q(pk__in=sites)).order_by("name")
