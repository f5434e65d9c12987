"""Raised alerts join incidents; one whose alerts are over resolves by itself, and opens again if they come back.

Called inside the engine's transaction, which holds the rows of the organizations concerned: nobody else opens or closes
their incidents meanwhile but by hand, which locks the incident.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import Q
from django.utils import translation

from drivers.domain.phrases import english
from monitoring.domain import incidents as domain
from monitoring.domain.incidents import EntryKind, Group, Known, Raised
from monitoring.models import Alert, Incident, IncidentEntry
from monitoring.rules.base import rules
from monitoring.services import timeline

if TYPE_CHECKING:
    from monitoring.services.alerting import Change

MOST_IDS = 50


@dataclass(slots=True)
class Joining:
    """One look's doings: the incidents it touched by id, and the lines to write."""

    now: datetime
    touched: dict[int, Incident] = field(default_factory=dict)
    grown: set[int] = field(default_factory=set)
    lines: list[IncidentEntry] = field(default_factory=list)

    def say(self, incident: Incident, kind: EntryKind, *, text: str = "", alerts: Iterable[Alert] = ()) -> None:
        told = list(alerts)
        data = {"count": len(told), "alerts": [alert.pk for alert in told[:MOST_IDS]]} if told else {}
        self.lines.append(timeline.entry(incident, kind, at=self.now, text=text, data=data))


def take_in(changes: "Sequence[Change]", *, now: datetime) -> None:
    """Carry what a look changed to incidents."""
    this = Joining(now)
    _join(this, [change.alert for change in changes if change.is_raised])
    rest = [c for c in changes if not c.is_raised and c.alert.incident_id and c.after.raised_at]
    ids = {c.alert.incident_id for c in rest if c.alert.incident_id} - this.touched.keys()
    held = Incident.objects.select_for_update(no_key=True).filter(pk__in=ids, resolved_at=None).order_by("pk")
    this.touched |= {incident.pk: incident for incident in held}
    for incident, alerts in _by_incident(this, [c.alert for c in rest if c.begins_to_flap]):
        this.say(incident, EntryKind.FLAPPING, text=_comes_and_goes(alerts[0]), alerts=alerts)
    for incident, alerts in _by_incident(this, [c.alert for c in rest if c.is_resolved]):
        this.say(incident, EntryKind.OVER, text=_over(alerts), alerts=alerts)
    _settle(this)
    # Only after the incidents are as they will stay: whoever reads a line finds them so.
    IncidentEntry.objects.bulk_create(this.lines, batch_size=500)
    told = [change.alert for change in changes if change.after.raised_at]
    if told:
        timeline.nudge((a.organization_id for a in told), (a.station_id for a in told if a.station_id))


def _by_incident(this: Joining, alerts: Sequence[Alert]) -> list[tuple[Incident, list[Alert]]]:
    found: dict[int, list[Alert]] = {}
    for alert in alerts:
        pk = alert.incident_id
        if pk is not None and pk in this.touched:
            found.setdefault(pk, []).append(alert)
    return [(this.touched[pk], of_one) for pk, of_one in found.items()]


# --- Joining ---


def _join(this: Joining, alerts: Sequence[Alert]) -> None:
    if not alerts:
        return
    by_id = {alert.pk: alert for alert in alerts}
    incidents = _joinable({alert.organization_id for alert in alerts}, this.now)
    for found in domain.group([_raised(alert) for alert in alerts], [_known(i) for i in incidents.values()]):
        members = [by_id[alert.id] for alert in found.alerts]
        known = incidents[found.known.id] if found.known and found.known.id else None
        incident = _opened(this, found, members) if known is None else _grown(this, known, found, members)
        this.touched[incident.pk] = incident
        this.grown.add(incident.pk)
        for alert in members:
            alert.incident = incident
        Alert.objects.filter(pk__in=[alert.pk for alert in members]).update(incident=incident)


def _joinable(organizations: Collection[int], now: datetime) -> dict[int, Incident]:
    """Open incidents, then those that have just resolved and whose cause no open one has, newest first."""
    recent = Q(resolved_at__gt=now - domain.REOPENS_WITHIN, resolved_at__lte=now)
    rows = Incident.objects.select_for_update(no_key=True).filter(Q(resolved_at=None) | recent)
    found = list(rows.filter(organization__in=organizations, opened_at__lte=now).order_by("pk"))
    taken = {(i.organization_id, i.cause) for i in found if i.is_open}
    over = []
    for incident in reversed([i for i in found if not i.is_open]):
        if (incident.organization_id, incident.cause) not in taken:
            taken.add((incident.organization_id, incident.cause))
            over.append(incident)
    return {incident.pk: incident for incident in [*(i for i in found if i.is_open), *over]}


def _raised(alert: Alert) -> Raised:
    rule = rules().get(alert.rule)
    return Raised(
        alert.pk,
        alert.organization_id,
        alert.site_id,
        alert.station_id,
        alert.rule,
        alert.subject,
        alert.raised_at or alert.noticed_at,
        tuple(alert.causes or ()),
        rule.is_slow if rule else False,
    )


def _known(incident: Incident) -> Known:
    keys = frozenset([incident.cause, *(incident.keys or ())])
    return Known(incident.pk, incident.organization_id, incident.cause, keys, incident.joined_at or incident.opened_at)


def _opened(this: Joining, found: Group, alerts: Sequence[Alert]) -> Incident:
    sites = {alert.site_id for alert in alerts}
    incident = Incident.objects.create(
        organization_id=found.organization,
        site_id=sites.pop() if len(sites) == 1 else None,
        title=alerts[0].said[:200],
        cause=found.cause[:120],
        keys=domain.kept(found.keys),
        joined_at=found.joined_at,
        severity=min(alert.severity for alert in alerts),
        opened_at=this.now,
    )
    this.say(incident, EntryKind.OPENED, text=_joined(alerts), alerts=alerts)
    return incident


def _grown(this: Joining, incident: Incident, found: Group, alerts: Sequence[Alert]) -> Incident:
    """More alerts for an incident; one that had resolved is open again, and nobody has acknowledged that."""
    incident.keys = domain.kept(found.keys)
    incident.joined_at = found.joined_at
    if {alert.site_id for alert in alerts} != {incident.site_id}:
        incident.site = None
    kind = EntryKind.ALERT
    if not incident.is_open:
        kind = EntryKind.REOPENED
        incident.resolved_at = incident.resolved_by = incident.acknowledged_at = incident.acknowledged_by = None
        incident.snoozed_until = None
        incident.severity = min(alert.severity for alert in alerts)
    incident.save()
    this.say(incident, kind, text=_joined(alerts), alerts=alerts)
    return incident


# --- What becomes of incidents ---


def _settle(this: Joining) -> None:
    """Severity and title of the incidents touched, by the alerts they have now; without any they resolve."""
    alive = Alert.objects.filter(incident__in=this.touched, resolved_at=None, raised_at__isnull=False)
    by_incident: dict[int, list[Alert]] = {}
    for alert in alive.select_related("site").order_by("pk"):
        by_incident.setdefault(alert.incident_id or 0, []).append(alert)
    for pk, incident in this.touched.items():
        if not incident.is_open:
            continue
        alerts = by_incident.get(pk, [])
        if not alerts:
            _resolve(this, incident)
            continue
        _weigh(this, incident, min(alert.severity for alert in alerts))
        if pk in this.grown:
            incident.title = _title(alerts)[:200]
        incident.save(update_fields=["severity", "title"])


def _resolve(this: Joining, incident: Incident) -> None:
    incident.resolved_at = this.now
    incident.snoozed_until = None
    incident.save(update_fields=["resolved_at", "snoozed_until"])
    this.say(incident, EntryKind.RESOLVED, text=english("All of its alerts are over."))


def _weigh(this: Joining, incident: Incident, severity: int) -> None:
    """An incident is as grave as its worst alert."""
    if incident.severity == severity:
        return
    line = timeline.entry(incident, EntryKind.SEVERITY, at=this.now, data={"from": incident.severity, "to": severity})
    this.lines.append(line)
    incident.severity = severity


def wake(*, now: datetime) -> int:
    """End snoozes whose time is over; returns how many."""
    with transaction.atomic():
        rows = Incident.objects.select_for_update(no_key=True).filter(snoozed_until__lte=now, resolved_at=None)
        woken = list(rows.order_by("pk"))
        for incident in woken:
            timeline.add(incident, EntryKind.AWAKE, at=now)
        if woken:
            Incident.objects.filter(pk__in=[i.pk for i in woken]).update(snoozed_until=None)
            timeline.nudge(incident.organization_id for incident in woken)
    return len(woken)


# --- In words ---


def problem(rule: str) -> str:
    """What a rule tells of, in English: it is kept in rows."""
    found = rules().get(rule)
    with translation.override("en"):
        return str(found.title) if found else rule


def _title(alerts: Sequence[Alert]) -> str:
    """What is wrong, and how far it reaches: begins with the worst."""
    if len(alerts) == 1:
        return alerts[0].said
    leading = min(alerts, key=lambda alert: (alert.severity, alert.pk))
    what = problem(leading.rule)
    stations = {alert.station_id for alert in alerts if alert.station_id}
    sites = {alert.site_id: alert.site for alert in alerts if alert.site_id}
    has_more = len({alert.rule for alert in alerts}) > 1
    if len(stations) < 2:
        return leading.said if not has_more else english("%(problem)s And more is wrong there.", problem=leading.said)
    if len(sites) == 1:
        (site,) = sites.values()
        if has_more:
            return english("%(count)s stations at %(site)s: %(problem)s, and more", **_at(stations, site, what))
        return english("%(count)s stations at %(site)s: %(problem)s", **_at(stations, site, what))
    return english(
        "%(count)s stations at %(sites)s sites: %(problem)s", count=len(stations), sites=len(sites), problem=what
    )


def _at(stations: Collection[object], site: object, what: str) -> dict[str, object]:
    return {"count": len(stations), "site": site, "problem": what}


def _joined(alerts: Sequence[Alert]) -> str:
    if len(alerts) == 1:
        return alerts[0].said
    return english("%(count)s alerts, the first of them: %(said)s", count=len(alerts), said=alerts[0].said)


def _over(alerts: Sequence[Alert]) -> str:
    if len(alerts) == 1:
        return english("No longer so: %(said)s", said=alerts[0].said)
    return english("%(count)s alerts are over, the first of them: %(said)s", count=len(alerts), said=alerts[0].said)


def _comes_and_goes(alert: Alert) -> str:
    return english("It comes and goes, so it stays open until it has been quiet for a while: %(said)s", said=alert.said)
