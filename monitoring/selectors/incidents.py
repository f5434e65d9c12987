"""What a viewer sees of incidents and alerts."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Q, QuerySet

from drivers.domain.roles import GRANTS, Permission, Role
from drivers.models import Membership, User
from drivers.permissions import Viewer
from monitoring.models import Alert, Incident
from stations.models import Site
from stations.permissions import granted, may


def visible_incidents(viewer: Viewer) -> QuerySet[Incident]:
    """Those of the viewer's organizations; whoever sees single sites: those with an alert there."""
    organizations, sites = granted(viewer, Permission.VIEW_NETWORK)
    found = Q(organization__in=organizations)
    if sites:
        found |= Q(site__in=sites) | Q(pk__in=Alert.objects.filter(site__in=sites).values("incident"))
    return Incident.objects.filter(found).select_related("organization", "site", "acknowledged_by", "assigned_to")


def visible_alerts(viewer: Viewer) -> QuerySet[Alert]:
    """Those that were raised: what never held long enough is nobody's news."""
    organizations, sites = granted(viewer, Permission.VIEW_NETWORK)
    found = Q(organization__in=organizations) | Q(site__in=sites)
    return Alert.objects.filter(found, raised_at__isnull=False).select_related("station", "site", "evse")


def may_respond(viewer: Viewer, incident: Incident) -> bool:
    """Whether the viewer may acknowledge, assign and resolve it: one of several sites takes the whole organization."""
    if incident.site is not None:
        return may(viewer, Permission.RESPOND, incident.site)
    return incident.organization_id in granted(viewer, Permission.RESPOND)[0]


def find_incidents(
    viewer: Viewer,
    *,
    text: str = "",
    state: str = "open",
    severity: str = "",
    site: Site | None = None,
    who: str = "",
    rule: str = "",
) -> QuerySet[Incident]:
    """Open ones by gravity, others newest first. `state`: open, new (open and nobody cares for it), resolved, all."""
    found = visible_incidents(viewer)
    if text:
        found = found.filter(Q(title__icontains=text) | Q(pk=int(text) if text.isdecimal() and len(text) < 18 else 0))
    if severity:
        found = found.filter(severity=int(severity))
    if site is not None:
        found = found.filter(Q(site=site) | Q(pk__in=Alert.objects.filter(site=site).values("incident")))
    if who:
        found = found.filter(assigned_to=viewer.pk if who == "me" else None)
    if rule:
        found = found.filter(pk__in=Alert.objects.filter(rule=rule).values("incident"))
    if state in ("open", "new"):
        found = found.filter(resolved_at=None)
        found = found.filter(acknowledged_at=None) if state == "new" else found
        return found.order_by("severity", "id")
    return (found.exclude(resolved_at=None) if state == "resolved" else found).order_by("-id")


@dataclass(frozen=True, slots=True)
class Extent:
    """How far an incident reaches now."""

    alerts: int = 0
    stations: int = 0


def extents(incidents: Collection[Incident]) -> dict[int, Extent]:
    """Of each incident the alerts that are still there, and their stations."""
    alive = Alert.objects.filter(incident__in=[i.pk for i in incidents], resolved_at=None, raised_at__isnull=False)
    rows = alive.values("incident").annotate(alerts=Count("pk"), stations=Count("station", distinct=True))
    return {row["incident"]: Extent(row["alerts"], row["stations"]) for row in rows.order_by()}


def sites_of(viewer: Viewer, incident: Incident) -> set[int]:
    """Ids of the sites that it has ever had an alert at, and that the viewer sees."""
    rows = visible_alerts(viewer).filter(incident=incident, site__isnull=False)
    return set(rows.order_by().values_list("site", flat=True).distinct())


def open_incidents_at(viewer: Viewer, identity: str) -> QuerySet[Incident]:
    """Those with an alert of the station that is still there, the gravest first."""
    alive = visible_alerts(viewer).filter(station__identity=identity, resolved_at=None)
    found = visible_incidents(viewer).filter(resolved_at=None, pk__in=alive.values("incident"))
    return found.order_by("severity", "id")


def counts(viewer: Viewer) -> Mapping[str, int]:
    """Open incidents, those of them that are critical, and those that nobody cares for yet."""
    found: dict[str, int] = (
        visible_incidents(viewer)
        .filter(resolved_at=None)
        .aggregate(
            open=Count("pk"),
            critical=Count("pk", filter=Q(severity=1)),
            new=Count("pk", filter=Q(acknowledged_at=None)),
        )
    )
    return found


def people_for(incident: Incident) -> Sequence[User]:
    """Who may be asked to take care of it: members who may respond where it is."""
    roles = [role for role in Role if Permission.RESPOND in GRANTS[role]]
    members = Membership.objects.filter(organization=incident.organization_id, role__in=roles, user__is_active=True)
    where: dict[str, Any] = {"site_scopes": None}
    found = Q(**where) | Q(site_scopes__site=incident.site_id) if incident.site_id else Q(**where)
    ids = members.filter(found).values("user")
    return list(User.objects.filter(pk__in=ids).order_by("name", "email"))
