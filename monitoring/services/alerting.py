"""The engine: has rules look, and brings their alerts on.

A look compares all that a rule finds wrong among some stations with its open alerts there. It writes only where
something changes, and then with the rows of the organizations concerned locked, so that two looks at once cannot tell
of one thing twice. Rules look at all stations when they are due, at one station when something happened there, and
again at those whose alert only time brings on.
"""

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import structlog
from django.db import connection, transaction
from django.db.models import QuerySet, Value
from django.db.models.functions import Coalesce
from django.utils import timezone

from drivers.models import Organization
from monitoring.domain import alerting
from monitoring.domain.alerting import Course, Hysteresis
from monitoring.models import Alert, RuleRun
from monitoring.rules.base import Finding, Rule, Scope, rules
from monitoring.selectors.maintenance import under_maintenance
from monitoring.services import joining
from monitoring.services.rule_settings import Settings, settings_of
from stations.models import Fact, Station

log = structlog.get_logger(__name__)

CHUNK = 500
# Alerts that time brings on, in one go.
MOST_DUE = 2000
# After a rule failed at them.
AGAIN_AFTER = timedelta(minutes=1)
CHANGING = (
    *("raised_at", "cleared_at", "resolved_at", "due_at", "returns", "is_muted", "is_flapping"),
    *("said", "evidence", "severity"),
)


@dataclass(slots=True)
class Change:
    """What a look makes of one alert."""

    alert: Alert
    before: Course
    after: Course
    is_new: bool = False
    begins_to_flap: bool = False

    @property
    def is_raised(self) -> bool:
        return self.before.raised_at is None and self.after.raised_at is not None

    @property
    def is_resolved(self) -> bool:
        return self.before.resolved_at is None and self.after.resolved_at is not None


@dataclass(slots=True)
class Look:
    """One rule's look at some stations, or at all (`stations` None)."""

    rule: Rule
    settings: Settings
    now: datetime
    stations: Collection[int] | None = None
    findings: dict[str, Finding] = field(default_factory=dict)
    places: dict[tuple[int, int | None], Hysteresis] = field(default_factory=dict)

    def find(self) -> None:
        """Ask the rule. Raises whatever the rule raises."""
        watched = Station.objects.filter(quarantined_at=None)
        if self.stations is not None:
            watched = watched.filter(pk__in=self.stations)
        scope = Scope(self.settings.where_on(watched), self.settings.threshold, is_whole=self.stations is None)
        for finding in self.rule.findings(scope, now=self.now):
            if self.settings.is_on(finding.organization_id, finding.site_id):
                self.findings[finding.subject[:80]] = finding

    def hysteresis(self, organization_id: int, site_id: int | None) -> Hysteresis:
        """What counts there; of thousands of alerts at few places it is looked up once for each place."""
        place = organization_id, site_id
        if place not in self.places:
            self.places[place] = self.settings.hysteresis(*place)
        return self.places[place]

    def open(self) -> QuerySet[Alert]:
        """The open alerts that the look tells of; what was noticed later is none of it."""
        rows = Alert.objects.filter(rule=self.rule.name, resolved_at=None, noticed_at__lte=self.now)
        return rows if self.stations is None else rows.filter(station__in=self.stations)


def look(rule: Rule, settings: Settings, *, now: datetime, stations: Collection[int] | None = None) -> int:
    """Have a rule look, and write what changes; returns how many alerts did. Raises whatever the rule raises."""
    this = Look(rule, settings, now, stations)
    this.find()
    return bring_on(this)


def bring_on(this: Look) -> int:
    """Write what changes by what a look found; returns how many alerts did."""
    concerned = {change.alert.organization_id for change in _changes(this, this.open())}
    if not concerned:
        return 0
    with transaction.atomic():
        # Always before the alerts and in one order: nobody waits for each other.
        locked = Organization.objects.select_for_update(no_key=True).filter(pk__in=concerned).order_by("pk")
        still = set(locked.values_list("pk", flat=True))
        changes = [c for c in _changes(this, this.open()) if c.alert.organization_id in still]
        _write(changes)
        joining.take_in(changes, now=this.now)
    return len(changes)


def _changes(this: Look, rows: QuerySet[Alert]) -> list[Change]:
    """What the look makes of open alerts, and of what has none yet."""
    known = {alert.subject: alert for alert in rows}
    new = [finding for subject, finding in this.findings.items() if subject not in known]
    alerts = [*known.values(), *_begun(this, new)]
    waiting = {a.station_id for a in alerts if a.raised_at is None and a.station_id and a.subject in this.findings}
    muted = under_maintenance(waiting, this.now) if waiting else set()
    changes = (_change(this, alert, is_muted=alert.station_id in muted) for alert in alerts)
    return [change for change in changes if change is not None]


def _begun(this: Look, findings: Sequence[Finding]) -> list[Alert]:
    """Unsaved alerts for what was found; each goes on with the comebacks of its last one."""
    last: dict[str, Alert] = {}
    for chunk in _chunks([finding.subject for finding in findings]):
        recent = Alert.objects.filter(
            rule=this.rule.name, subject__in=chunk, resolved_at__gt=this.now - alerting.MEMORY, raised_at__isnull=False
        )
        last |= {alert.subject: alert for alert in recent.order_by("resolved_at")}
    return [_alert(this, finding, last.get(finding.subject)) for finding in findings]


def _alert(this: Look, finding: Finding, last: Alert | None) -> Alert:
    course = alerting.begin(
        now=this.now, last_resolved_at=last.resolved_at if last else None, last_returns=last.returns if last else 0
    )
    return Alert(
        organization_id=finding.organization_id,
        site_id=finding.site_id,
        station_id=finding.station_id,
        evse_id=finding.evse_id,
        rule=this.rule.name,
        subject=finding.subject[:80],
        severity=finding.severity or this.rule.severity,
        said=finding.said.english[:300],
        evidence=dict(finding.evidence),
        causes=list(finding.causes),
        began_at=finding.began_at,
        noticed_at=course.noticed_at,
        returns=course.returns,
        is_flapping=this.hysteresis(finding.organization_id, finding.site_id).is_flapping(course),
    )


def course_of(alert: Alert) -> Course:
    return Course(alert.noticed_at, alert.raised_at, alert.cleared_at, alert.resolved_at, alert.returns, alert.is_muted)


def _change(this: Look, alert: Alert, *, is_muted: bool) -> Change | None:
    """What becomes of an alert; None where nothing does."""
    finding = this.findings.get(alert.subject)
    hysteresis = this.hysteresis(alert.organization_id, alert.site_id)
    before = course_of(alert)
    after = alerting.step(before, is_wrong=finding is not None, is_muted=is_muted, now=this.now, hysteresis=hysteresis)
    is_flapping = hysteresis.is_flapping(after)
    change = Change(alert, before, after, is_new=alert.pk is None, begins_to_flap=is_flapping and not alert.is_flapping)
    due_at = alerting.due_at(after, now=this.now, hysteresis=hysteresis)
    is_retold = finding is not None and _retell(this.rule, alert, finding)
    if not (change.is_new or is_retold or after != before or due_at != alert.due_at):
        return None
    alert.raised_at, alert.cleared_at, alert.resolved_at = after.raised_at, after.cleared_at, after.resolved_at
    alert.returns, alert.is_muted, alert.due_at = after.returns, after.is_muted, due_at
    alert.is_flapping = is_flapping
    return change


def _retell(rule: Rule, alert: Alert, finding: Finding) -> bool:
    """Take over what is said of it now; whether that is something else. Its evidence goes along with the words."""
    severity, said = finding.severity or rule.severity, finding.said.english[:300]
    if (alert.severity, alert.said) == (severity, said):
        return False
    alert.severity, alert.said, alert.evidence = severity, said, dict(finding.evidence)
    return True


def _write(changes: Sequence[Change]) -> None:
    Alert.objects.bulk_create([change.alert for change in changes if change.is_new], batch_size=CHUNK)
    Alert.objects.bulk_update([c.alert for c in changes if not c.is_new], CHANGING, batch_size=CHUNK)


# --- Who looks when ---


def heard(facts: Sequence[Fact]) -> None:
    """The rules that listen to facts look at their stations at once, each rule once for all of them; one that fails
    is left to its next look."""
    listening = _listening(facts)
    if not listening:
        return
    settings = settings_of([rules()[name] for name in listening])
    now = timezone.now()
    with transaction.atomic():
        _lock_organizations(set[int]().union(*listening.values()))
        for name, stations in listening.items():
            rule = rules()[name]
            if not _try(rule, settings[name], now, stations) and len(stations) > 1:
                # One of them is to blame, and the others are not to wait for it.
                for station in sorted(stations):
                    _try(rule, settings[name], now, [station])


def _listening(facts: Sequence[Fact]) -> dict[str, set[int]]:
    """The rules that have to look, by name, and where: of what is news every few minutes at healthy stations, none."""
    found: dict[str, set[int]] = defaultdict(set)
    ending: dict[str, set[int]] = defaultdict(set)
    for fact in facts:
        station = fact.subject_id if fact.subject_type == "station" else fact.data.get("station")
        if not isinstance(station, int):
            continue
        for name, rule in rules().items():
            if fact.kind in rule.facts and rule.concerns(fact):
                found[name].add(station)
            if fact.kind in rule.ending_facts:
                ending[name].add(station)
    if ending:
        stations = set[int]().union(*ending.values())
        there = Alert.objects.filter(station__in=stations, resolved_at=None, rule__in=ending)
        for name, at in there.values_list("rule", "station"):
            if at in ending[name]:
                found[name].add(at)
    return {name: found[name] for name in rules() if name in found}


def _lock_organizations(stations: Collection[int]) -> None:
    """Those of the stations, all at once: several rules that look in one transaction would take them in any order."""
    concerned = Organization.objects.filter(sites__stations__in=stations).values("pk")
    list(Organization.objects.select_for_update(no_key=True).filter(pk__in=concerned).order_by("pk").values_list("pk"))


def sweep(*, now: datetime) -> int:
    """Have the rules look that are due, and bring on what time does; returns how many looks there were."""
    looks = _sweep_due_alerts(now) + _sweep_due_rules(now)
    joining.wake(now=now)
    return looks


def _sweep_due_alerts(now: datetime) -> int:
    due = Alert.objects.filter(resolved_at=None, due_at__lte=now, station__isnull=False).order_by("due_at")
    by_rule: dict[str, set[int]] = {}
    for name, station in due.values_list("rule", "station")[:MOST_DUE]:
        by_rule.setdefault(name, set()).add(station)
    found = [rules()[name] for name in by_rule if name in rules()]
    settings = settings_of(found) if found else {}
    for rule in found:
        if not _try(rule, settings[rule.name], now, by_rule[rule.name]):
            with transaction.atomic():
                waiting = Alert.objects.filter(rule=rule.name, resolved_at=None, due_at__lte=now)
                waiting.update(due_at=now + AGAIN_AFTER)
    return len(found)


def _sweep_due_rules(now: datetime) -> int:
    known = {run.rule: run for run in RuleRun.objects.all()}
    if missing := rules().keys() - known.keys():
        with transaction.atomic():
            RuleRun.objects.bulk_create([RuleRun(rule=name, due_at=now) for name in missing], ignore_conflicts=True)
        known = {run.rule: run for run in RuleRun.objects.all()}
    due = [rule for name, rule in rules().items() if known[name].due_at <= now]
    settings = settings_of(due) if due else {}
    return sum(_run(rule, known[rule.name], settings[rule.name], now) for rule in due)


def _run(rule: Rule, run: RuleRun, settings: Settings, now: datetime) -> bool:
    """A whole look, claimed: of several workers one does it."""
    with transaction.atomic():
        claimed = RuleRun.objects.filter(pk=run.pk, due_at=run.due_at).update(due_at=now + rule.every, began_at=now)
    if claimed and _try(rule, settings, now, None):
        with transaction.atomic():
            RuleRun.objects.filter(pk=rule.name).update(ended_at=timezone.now(), failing_since=None, error="")
    return bool(claimed)


def _try(rule: Rule, settings: Settings, now: datetime, stations: Collection[int] | None) -> bool:
    """A look whose failure stops nobody else: it is noted, and the rule `storage_or_task_lag` tells of it."""
    try:
        with transaction.atomic() if connection.in_atomic_block else nullcontext():
            look(rule, settings, now=now, stations=stations)
    except Exception as error:
        log.exception("alerting.rule_failed", rule=rule.name)
        with transaction.atomic():
            runs = RuleRun.objects.filter(pk=rule.name)
            runs.update(failing_since=Coalesce("failing_since", Value(now)), error=repr(error)[:500])
        return False
    return True


def _chunks(subjects: Sequence[str]) -> Iterator[Sequence[str]]:
    return (subjects[start : start + CHUNK] for start in range(0, len(subjects), CHUNK))
