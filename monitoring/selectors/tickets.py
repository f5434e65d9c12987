"""Tickets as a viewer sees them, and who may do what with them."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from django.db.models import Count, Q, QuerySet

from drivers.domain.roles import Permission, roles_granting
from drivers.models import Membership, User
from drivers.permissions import Viewer
from monitoring.models import Alert, CannedAnswer, Incident, RefundRequest, Ticket
from stations.models import Site
from stations.permissions import granted, may, organization_ids_granting
from stations.selectors.search import containing

OPEN = (Ticket.State.OPEN, Ticket.State.WAITING)
# An incident that was noticed so long after a report, or was over so long before, may be what it was about.
NEAR = timedelta(hours=2)


def visible_tickets(viewer: Viewer) -> QuerySet[Ticket]:
    """Those at the viewer's sites; those about no site take the whole organization."""
    organizations, sites = granted(viewer, Permission.VIEW_TICKETS)
    return Ticket.objects.filter(Q(organization__in=organizations) | Q(site__in=sites))


def with_parts(tickets: QuerySet[Ticket]) -> QuerySet[Ticket]:
    """With what a line about them names."""
    return tickets.select_related(
        "organization", "site", "station", "evse", "session", "driver", "assigned_to", "incident"
    )


def find_tickets(
    viewer: Viewer,
    *,
    now: datetime,
    text: str = "",
    state: str = "",
    who: str = "",
    site: Site | None = None,
    category: str = "",
    priority: str = "",
    source: str = "",
    refund: bool = False,
) -> QuerySet[Ticket]:
    """The most urgent first, else the newest. `state`: nothing (open and waiting), a state, overdue, all.
    `who`: me, nobody. `refund`: those of which a refund is to be decided."""
    rows = with_parts(visible_tickets(viewer))
    if text:
        columns = ("reference", "subject", "contact_name", "contact_email", "contact_phone", "station__identity")
        rows = rows.filter(containing(Ticket, columns, text))
    if state in ("", "overdue"):
        rows = rows.filter(state__in=OPEN)
    elif state != "all":
        rows = rows.filter(state=state)
    if state == "overdue":
        rows = rows.filter(Q(first_answer_due_at__lt=now) | Q(resolution_due_at__lt=now))
    if who:
        rows = rows.filter(assigned_to=viewer.pk if who == "me" else None)
    for name, value in {"category": category, "source": source, "priority": priority}.items():
        rows = rows.filter(**{name: value}) if value else rows
    if site is not None:
        rows = rows.filter(site=site)
    if refund:
        rows = rows.filter(pk__in=RefundRequest.objects.filter(state=RefundRequest.State.REQUESTED).values("ticket"))
    return rows.order_by("priority", "-id") if state in ("", "overdue") else rows.order_by("-id")


def may_on(viewer: Viewer, permission: Permission, ticket: Ticket) -> bool:
    """Whether the viewer holds `permission` for a ticket: one about no site takes the whole organization."""
    if ticket.site is not None:
        return may(viewer, permission, ticket.site)
    return ticket.organization_id in granted(viewer, permission)[0]


def people_for(ticket: Ticket) -> QuerySet[User]:
    """Who may be asked to answer it."""
    roles = roles_granting(Permission.RESPOND)
    members = Membership.objects.filter(organization=ticket.organization_id, role__in=roles, user__is_active=True)
    reach = Q(site_scopes=None)
    if ticket.site_id:
        reach |= Q(site_scopes__site=ticket.site_id)
    return User.objects.filter(pk__in=members.filter(reach).values("user")).order_by("name", "email")


def canned_answers(viewer: Viewer) -> QuerySet[CannedAnswer]:
    """Those of the organizations in which the viewer answers drivers."""
    found = CannedAnswer.objects.filter(organization__in=organization_ids_granting(viewer, Permission.RESPOND))
    return found.select_related("organization")


def suggested_incidents(ticket: Ticket) -> QuerySet[Incident]:
    """Incidents with an alert of the ticket's station while, or shortly before or after, it was opened."""
    if ticket.station_id is None:
        return Incident.objects.none()
    alerts = Alert.objects.filter(station=ticket.station_id, raised_at__isnull=False)
    during = alerts.filter(
        Q(resolved_at=None) | Q(resolved_at__gt=ticket.opened_at - NEAR), began_at__lt=ticket.opened_at + NEAR
    )
    found = Incident.objects.filter(organization=ticket.organization_id, pk__in=during.values("incident"))
    return found.exclude(pk=ticket.incident_id or 0).order_by("severity", "-id")


def suggested_tickets(viewer: Viewer, incident: Incident) -> QuerySet[Ticket]:
    """Open tickets about no incident yet, of stations with an alert of this one, from about its time."""
    stations = incident.alerts.filter(station__isnull=False).values("station")
    rows = with_parts(visible_tickets(viewer)).filter(state__in=OPEN, incident=None, station__in=stations)
    rows = rows.filter(organization=incident.organization_id, opened_at__gt=incident.opened_at - NEAR)
    if incident.resolved_at is not None:
        rows = rows.filter(opened_at__lt=incident.resolved_at + NEAR)
    return rows.order_by("-id")


def counts(viewer: Viewer, *, now: datetime) -> Mapping[str, int]:
    """Open tickets: all, those nobody has, those that are overdue, and the viewer's own."""
    found: dict[str, int] = (
        visible_tickets(viewer)
        .filter(state__in=OPEN)
        .aggregate(
            open=Count("pk"),
            nobodys=Count("pk", filter=Q(assigned_to=None)),
            overdue=Count("pk", filter=Q(first_answer_due_at__lt=now) | Q(resolution_due_at__lt=now)),
            mine=Count("pk", filter=Q(assigned_to=viewer.pk)),
        )
    )
    return found
