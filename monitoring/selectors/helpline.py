"""Contacts with the helpline, and a quarter of them in figures."""

from datetime import datetime

from django.db.models import Q, QuerySet

from drivers.domain.roles import Permission
from drivers.permissions import Viewer
from monitoring.domain.evchart import Quarter
from monitoring.domain.helpline import Contact, Report, report
from monitoring.models import HelplineContact
from stations.models import Site
from stations.permissions import granted
from stations.selectors.search import containing


def visible_contacts(viewer: Viewer) -> QuerySet[HelplineContact]:
    """Those at the viewer's sites; those of no site only where the viewer sees all of the organization."""
    organizations, sites = granted(viewer, Permission.RESPOND)
    return HelplineContact.objects.filter(Q(organization__in=organizations) | Q(site__in=sites))


def find_contacts(
    viewer: Viewer,
    *,
    text: str = "",
    category: str = "",
    channel: str = "",
    outcome: str = "",
    site: Site | None = None,
    since: datetime | None = None,
    until: datetime | None = None,
) -> QuerySet[HelplineContact]:
    """The latest first; `text` is looked for in notes, sites and identities."""
    rows = visible_contacts(viewer).select_related("site", "station", "taken_by", "ticket")
    if text:
        rows = rows.filter(containing(HelplineContact, ("note", "site__name", "station__identity"), text))
    given = {"category": category, "channel": channel, "outcome": outcome, "site": site}
    given |= {"at__gte": since, "at__lte": until}  # type: ignore[dict-item]
    return rows.filter(**{name: value for name, value in given.items() if value}).order_by("-at", "-id")


def quarter_report(viewer: Viewer, *, organization_id: int, quarter: Quarter) -> Report:
    """What is reported of a quarter, whose bounds are those of UTC, as far as the viewer sees it."""
    rows = visible_contacts(viewer).filter(organization=organization_id, at__gte=quarter.start, at__lt=quarter.end)
    contacts = [_contact(row) for row in rows.select_related("site", "ticket").iterator(chunk_size=2000)]
    return report(contacts, [start.month for start, _end in quarter.months])


def _contact(row: HelplineContact) -> Contact:
    at_once = row.outcome == HelplineContact.Outcome.SOLVED
    return Contact(
        month=row.at.month,
        category=row.category,
        channel=row.channel,
        site=row.site.name if row.site else "",
        minutes=row.minutes,
        waited_s=row.waited_s,
        is_solved_at_once=at_once,
        at=row.at,
        solved_at=row.ended_at if at_once else row.ticket.resolved_at if row.ticket else None,
    )
