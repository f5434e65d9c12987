"""Whom an incident concerns, and by which ways they are told."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar
from zoneinfo import ZoneInfo

from django.db.models import Prefetch, Q, QuerySet

from drivers.domain.roles import Permission, roles_granting
from drivers.models import Membership, User
from monitoring.domain.quiet_hours import QuietHours
from monitoring.models import Channel, Incident, Notification, NotificationPreference, Severity

Row = TypeVar("Row", Channel, NotificationPreference)
Wants = NotificationPreference.Wants
Change = Notification.Change
# What tells of an incident that is open.
OPENING = (Change.OPENED, Change.REOPENED, Change.GRAVER, Change.ESCALATED, Change.ASSIGNED)


@dataclass(frozen=True, slots=True)
class Way:
    """To a person by one of their channels (None: by email), or to an organization's channel."""

    person: User | None
    channel: Channel | None

    @property
    def suffix(self) -> str:
        """Its part of a notification's key."""
        person = f"p{self.person.pk}" if self.person else "o"
        return f"{person}c{self.channel.pk}" if self.channel else f"{person}m"


def preference_of(person: User) -> NotificationPreference:
    """What they said, or what holds for those who said nothing."""
    try:
        return person.notification_preference
    except NotificationPreference.DoesNotExist:
        return NotificationPreference(person=person)


def ways_to(person: User, severity: int) -> list[Way]:
    """Those a person has switched on for incidents as grave as this; by email where there is no other."""
    preference = preference_of(person)
    if not person.is_active or preference.wants == Wants.NOTHING:
        return []
    channels = [c for c in person.notification_channels.all() if c.is_active and severity <= c.least_severity]
    found = [Way(person, channel) for channel in channels]
    return [Way(person, None), *found] if preference.by_email or not found else found


def subscribed(incident: Incident) -> list[Way]:
    """The organization's channels, and the people who want to be told of everything at their sites."""
    found = [way for person in _subscribers(incident) for way in ways_to(person, incident.severity)]
    return [*(Way(None, channel) for channel in _shared(incident)), *found]


def fallback(incident: Incident) -> list[Way]:
    """Those who decide who is told, where they have decided nothing: better than nobody."""
    roles = roles_granting(Permission.MANAGE_MONITORING)
    found = who_may_see(incident).filter(
        memberships__role__in=roles, memberships__organization=incident.organization_id
    )
    return [way for person in found.distinct() for way in ways_to(person, incident.severity)]


def _shared(incident: Incident) -> Iterable[Channel]:
    channels = Channel.objects.filter(
        organization=incident.organization_id,
        is_active=True,
        is_subscribed=True,
        least_severity__gte=incident.severity,
    )
    return _of_site(channels, incident).distinct()


def _of_site(rows: QuerySet[Row], incident: Incident) -> QuerySet[Row]:
    """Those of `rows` whose sites are all, or include the incident's; one without a site is everybody's."""
    return rows.filter(Q(sites=None) | Q(sites=incident.site_id)) if incident.site_id else rows


def _subscribers(incident: Incident) -> Iterable[User]:
    wanting = NotificationPreference.objects.filter(wants=Wants.ALL, least_severity__gte=incident.severity)
    return who_may_see(incident).filter(pk__in=_of_site(wanting, incident).values("pk"))


def who_may_see(incident: Incident) -> QuerySet[User]:
    """Who may see the incident."""
    members = Membership.objects.filter(
        organization=incident.organization_id, role__in=roles_granting(Permission.VIEW_NETWORK)
    )
    reach = Q(site_scopes=None)
    if incident.site_id:
        reach |= Q(site_scopes__site=incident.site_id)
    return people().filter(pk__in=members.filter(reach).values("user"), is_active=True)


def people() -> QuerySet[User]:
    """People with what says how they are told."""
    channels = Prefetch("notification_channels", Channel.objects.order_by("id"))
    return User.objects.select_related("notification_preference").prefetch_related(channels)


def told(incident: Incident) -> list[Way]:
    """Who was told of it since it was last opened, or is just being told."""
    states = (Notification.State.SENT, Notification.State.SENDING, Notification.State.IN_DIGEST)
    found = incident.notifications.filter(change__in=OPENING, state__in=states)
    # With what says how they are told: a message to them asks for that again.
    known = people().in_bulk({n.person_id for n in found if n.person_id})
    pairs = {(n.person_id, n.channel_id): n for n in found.select_related("channel")}
    return [Way(known.get(n.person_id) if n.person_id else None, n.channel) for n in pairs.values()]


def notify(
    incident: Incident,
    ways: Sequence[Way],
    *,
    change: Notification.Change,
    base: str,
    reason: str,
    now: datetime,
    is_on_call: bool = False,
) -> int:
    """Write down one message for each way, unless it stands there already (`base` and the way); how many are new."""
    rows = []
    for way in ways:
        until = quiet_until(way, incident.severity, now=now, is_on_call=is_on_call)
        rows.append(
            Notification(
                organization_id=incident.organization_id,
                incident=incident,
                key=f"{base}.{way.suffix}",
                change=change,
                severity=incident.severity,
                person=way.person,
                channel=way.channel,
                reason=reason[:160],
                is_on_call=is_on_call,
                state=Notification.State.HELD if until else Notification.State.WAITING,
                created_at=now,
                due_at=until or now,
            )
        )
    known = set(Notification.objects.filter(key__in=[row.key for row in rows]).values_list("key", flat=True))
    fresh = [row for row in rows if row.key not in known]
    Notification.objects.bulk_create(fresh, ignore_conflicts=True)
    return len(fresh)


def quiet_until(way: Way, severity: int, *, now: datetime, is_on_call: bool) -> datetime | None:
    """Until when a message is held back for a person's quiet hours; None: it leaves now."""
    if way.person is None:
        return None
    preference = preference_of(way.person)
    if preference.quiet_from is None or preference.quiet_until is None:
        return None
    wakes = (preference.critical_wakes and severity == Severity.CRITICAL) or (preference.on_call_wakes and is_on_call)
    if wakes:
        return None
    return QuietHours(preference.quiet_from, preference.quiet_until, ZoneInfo(preference.timezone)).until(now)
