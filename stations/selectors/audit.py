"""What a viewer reads of the audit log: their organizations' entries, or those of the sites of a limited role."""

from datetime import datetime

from django.db.models import Q, QuerySet

from drivers.domain.roles import Permission
from drivers.models import AuditEntry, User
from drivers.permissions import Viewer
from stations.permissions import granted
from stations.selectors.search import containing


def visible_audit_entries(viewer: Viewer) -> QuerySet[AuditEntry]:
    """Entries, latest first. A role limited to sites reads of what belongs to them, and nothing of people."""
    organizations, sites = granted(viewer, Permission.VIEW_AUDIT)
    seen = Q(organization__in=organizations)
    entries: QuerySet[AuditEntry] = AuditEntry.objects.filter(seen | Q(site_id__in=sites) if sites else seen)
    return entries.select_related("organization", "actor", "content_type").order_by("-timestamp", "-id")


def find_audit_entries(
    viewer: Viewer,
    *,
    text: str = "",
    person: User | None = None,
    kind: int | None = None,
    since: datetime | None = None,
    until: datetime | None = None,
) -> QuerySet[AuditEntry]:
    """Entries, latest first; `text` is looked for in what was changed, who did it, and the values before and after;
    `kind` is a content type."""
    entries = visible_audit_entries(viewer)
    if text:
        named = containing(AuditEntry, ("object_repr", "actor_email"), text)
        entries = entries.filter(named | Q(changes__icontains=text))
    if person:
        entries = entries.filter(actor=person)
    if kind:
        entries = entries.filter(content_type=kind)
    if since:
        entries = entries.filter(timestamp__gte=since)
    if until:
        entries = entries.filter(timestamp__lt=until)
    return entries


def colleagues(viewer: Viewer) -> QuerySet[User]:
    """Who may stand in the log that `viewer` reads: the people of those organizations."""
    organizations, sites = granted(viewer, Permission.VIEW_AUDIT)
    found = Q(memberships__organization__in=organizations)
    if sites:
        found |= Q(memberships__organization__sites__in=sites)
    return User.objects.filter(found).distinct().order_by("email")
