"""The words of alerts and incidents."""

from dataclasses import dataclass
from datetime import datetime

from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from drivers.reread import reread
from monitoring.domain.incidents import EntryKind
from monitoring.models import Alert, Incident, IncidentEntry, Severity
from monitoring.rules.base import rules
from stations.views.wording import Text, Word

SEVERITIES = {
    Severity.CRITICAL: Word(gettext_lazy("Critical"), "alert", "faulted"),
    Severity.MAJOR: Word(gettext_lazy("Major"), "alert", "occupied"),
    Severity.MINOR: Word(gettext_lazy("Minor"), "minus", "reserved"),
}
NEW = Word(gettext_lazy("Nobody yet"), "alert", "faulted")
ACKNOWLEDGED = Word(gettext_lazy("Acknowledged"), "user", "charging")
SNOOZED = Word(gettext_lazy("Snoozed"), "clock", "unavailable")
RESOLVED = Word(gettext_lazy("Resolved"), "check", "available")
STANDS = Word(gettext_lazy("Still so"), "alert", "faulted")
CLEARING = Word(gettext_lazy("Just over"), "clock", "reserved")
FLAPPING = Word(gettext_lazy("Comes and goes"), "reset", "occupied")
MUTED = Word(gettext_lazy("Held back: maintenance"), "clock", "unavailable")

LINES: dict[EntryKind, tuple[Text, str, str]] = {
    EntryKind.OPENED: (gettext_lazy("Opened"), "alert", "faulted"),
    EntryKind.ALERT: (gettext_lazy("More alerts"), "alert", "occupied"),
    EntryKind.OVER: (gettext_lazy("Alerts over"), "check", "available"),
    EntryKind.SEVERITY: (gettext_lazy("Severity"), "gauge", "occupied"),
    EntryKind.FLAPPING: (gettext_lazy("Comes and goes"), "reset", "occupied"),
    EntryKind.ACKNOWLEDGED: (gettext_lazy("Acknowledged"), "user", "charging"),
    EntryKind.ASSIGNED: (gettext_lazy("Assigned"), "user", "charging"),
    EntryKind.COMMENT: (gettext_lazy("Comment"), "note", "unavailable"),
    EntryKind.SNOOZED: (gettext_lazy("Snoozed"), "clock", "unavailable"),
    EntryKind.AWAKE: (gettext_lazy("No longer snoozed"), "clock", "reserved"),
    EntryKind.RESOLVED: (gettext_lazy("Resolved"), "check", "available"),
    EntryKind.REOPENED: (gettext_lazy("Open again"), "alert", "faulted"),
    EntryKind.REPAIR: (gettext_lazy("Self-repair"), "reset", "charging"),
    EntryKind.NOTIFIED: (gettext_lazy("Told"), "send", "unavailable"),
}


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a timeline as it is shown; `until`: of a snooze."""

    entry: IncidentEntry
    what: Text
    icon: str
    tone: str
    text: str
    until: datetime | None = None


def line(entry: IncidentEntry) -> Line:
    """What a line says; kinds that nobody has heard of are shown by their name."""
    kind = EntryKind(entry.kind) if entry.kind in set(EntryKind) else None
    what, icon, tone = LINES[kind] if kind else (entry.kind, "note", "unavailable")
    # A person's own words stay as they are.
    text = entry.text if entry.by_id else reread(entry.text)
    if kind is EntryKind.SEVERITY:
        text = _severity_change(entry)
    if kind is EntryKind.ASSIGNED:
        text = str(entry.data.get("name") or _("To nobody"))
    until = parse_datetime(str(entry.data.get("until", ""))) if kind is EntryKind.SNOOZED else None
    return Line(entry, what, icon, tone, text, until)


def _severity_change(entry: IncidentEntry) -> str:
    named = {value: word.label for value, word in SEVERITIES.items()}
    before, after = (named.get(entry.data.get(key, 0), "?") for key in ("from", "to"))
    return _("From “%(before)s” to “%(after)s”") % {"before": before, "after": after}


def state_of(incident: Incident) -> Word:
    """Where an incident stands, for people."""
    if not incident.is_open:
        return RESOLVED
    if incident.snoozed_until is not None:
        return SNOOZED
    return NEW if incident.acknowledged_at is None else ACKNOWLEDGED


def state_of_alert(alert: Alert) -> Word:
    if alert.resolved_at is not None:
        return RESOLVED
    if alert.is_flapping:
        return FLAPPING
    return STANDS if alert.cleared_at is None else CLEARING


def rule_title(name: str) -> Text:
    """What a rule is called; one that is gone by its name."""
    rule = rules().get(name)
    return rule.title if rule else name
