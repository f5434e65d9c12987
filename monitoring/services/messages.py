"""What a notification says: to people in their language, to programs as JSON."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.conf import settings
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from drivers.reread import reread
from monitoring.models import Alert, Incident, Notification, Severity
from monitoring.notifiers.base import Message
from monitoring.rules.base import rules

Change = Notification.Change
# Alerts that are named in a message; of a storm it is enough to know how many.
MOST_ALERTS = 8
MOST_IN_DIGEST = 50


def compose(notification: Notification) -> Message:
    """The message, in the language of the person, or in that of the installation for a channel of many."""
    person = notification.person
    with translation.override((person.language if person else "") or settings.LANGUAGE_CODE):
        if notification.change == Change.TEST:
            return _test(notification)
        if notification.change == Change.DIGEST:
            return _digest(notification)
        if notification.change == Change.TICKET_DUE:
            return _ticket(notification)
        return _about(notification)


def link_to(path: str) -> str:
    """An address of the console, as it stands in a message."""
    return f"{settings.PORTAL_URL}{path}"


def _about(notification: Notification) -> Message:
    incident = notification.incident
    if incident is None:
        raise ValueError("a notification about no incident")
    alerts = list(incident.alerts.filter(resolved_at=None).select_related("station").order_by("severity", "id"))
    context = {
        "heading": heading(notification),
        "title": reread(incident.title),
        "incident": incident,
        "severity": Severity(incident.severity).label,
        "alerts": [(alert.station, reread(alert.said)) for alert in alerts[:MOST_ALERTS]],
        "more": max(0, len(alerts) - MOST_ALERTS),
        "about": _about_rule(alerts),
        "reason": reread(notification.reason),
        "link": link_to(_page(incident)),
        "acknowledge": _acknowledge(notification),
    }
    return Message(
        key=notification.key,
        subject=_subject(notification),
        text=render_to_string("monitoring/mail/incident.txt", context).strip() + "\n",
        html=render_to_string("monitoring/mail/incident.html", context),
        thread=f"incident.{incident.pk}",
        data={
            **_data(notification),
            "alerts": [_alert(alert) for alert in alerts[:MOST_ALERTS]],
        },
    )


def _about_rule(alerts: Sequence[Alert]) -> str:
    """What the first of them, the gravest, means and what to do about it; empty when nothing is wrong any more."""
    rule = rules().get(alerts[0].rule) if alerts else None
    return str(rule.about) if rule else ""


def _title(notification: Notification) -> str:
    if notification.ticket is not None:
        return f"{notification.ticket.reference} {notification.ticket.subject}"
    return reread(notification.incident.title) if notification.incident else ""


def _ticket(notification: Notification) -> Message:
    ticket = notification.ticket
    if ticket is None:
        raise ValueError("a notification about no ticket")
    due = ticket.first_answer_due_at or ticket.resolution_due_at
    context = {
        "heading": heading(notification),
        "ticket": ticket,
        "due": due,
        "is_answer": ticket.first_answer_due_at is not None,
        "reason": reread(notification.reason),
        "link": link_to(reverse("monitoring:ticket", args=[ticket.reference])),
    }
    return Message(
        key=notification.key,
        subject=f"{heading(notification)}: {ticket.reference} {ticket.subject}"[:200],
        text=render_to_string("monitoring/mail/ticket_due.txt", context).strip() + "\n",
        html=render_to_string("monitoring/mail/ticket_due.html", context),
        thread=f"ticket.{ticket.pk}",
        data=_ticket_data(notification, due),
    )


def _ticket_data(notification: Notification, due: datetime | None) -> dict[str, Any]:
    ticket = notification.ticket
    if ticket is None:
        return {}
    return {
        "kind": "ticket.due",
        "organization": notification.organization.slug,
        "at": notification.created_at.isoformat(),
        "ticket": {
            "reference": ticket.reference,
            "subject": ticket.subject,
            "priority": ticket.get_priority_display(),
            "due_at": due.isoformat() if due else None,
            "url": link_to(reverse("monitoring:ticket", args=[ticket.reference])),
        },
    }


def _digest(notification: Notification) -> Message:
    contents = list(notification.contents.select_related("incident__site", "ticket__site").order_by("id"))
    open_ones = {n.incident_id for n in contents if n.incident and n.incident.is_open}
    subject = _digest_subject(contents)
    lines = [(heading(n), _title(n), n.incident or n.ticket, n.created_at) for n in contents]
    context = {
        "subject": subject,
        "open": len(open_ones) if any(n.incident_id for n in contents) else None,
        "lines": lines[:MOST_IN_DIGEST],
        "more": max(0, len(lines) - MOST_IN_DIGEST),
        "link": link_to(reverse("monitoring:my-notifications")),
    }
    return Message(
        key=notification.key,
        subject=f"Busbar: {subject}",
        text=render_to_string("monitoring/mail/digest.txt", context).strip() + "\n",
        html=render_to_string("monitoring/mail/digest.html", context),
        data={
            "kind": "digest",
            "organization": notification.organization.slug,
            "at": notification.created_at.isoformat(),
            "messages": [_data(n) or _ticket_data(n, None) for n in contents[:MOST_IN_DIGEST]],
        },
    )


def _digest_subject(contents: Sequence[Notification]) -> str:
    about_tickets = sum(n.ticket_id is not None for n in contents)
    if not about_tickets:
        said = ngettext("%(count)d message about incidents", "%(count)d messages about incidents", len(contents))
    elif about_tickets == len(contents):
        said = ngettext("%(count)d message about tickets", "%(count)d messages about tickets", len(contents))
    else:
        # One of each at least.
        said = _("%(count)d messages about incidents and tickets")
    return said % {"count": len(contents)}


def _test(notification: Notification) -> Message:
    context = {"organization": notification.organization, "link": link_to(reverse("monitoring:my-notifications"))}
    return Message(
        key=notification.key,
        subject=_("Busbar: this is a test"),
        text=render_to_string("monitoring/mail/test.txt", context).strip() + "\n",
        html=render_to_string("monitoring/mail/test.html", context),
        data={
            "kind": "test",
            "organization": notification.organization.slug,
            "at": notification.created_at.isoformat(),
        },
    )


def heading(notification: Notification) -> str:
    """What happened, in a few words."""
    severity = Severity(notification.severity).label
    said: Mapping[str, str] = {
        Change.OPENED: _("%(severity)s incident"),
        Change.REOPENED: _("%(severity)s incident again"),
        Change.GRAVER: _("Now a %(severity)s incident"),
        Change.ESCALATED: _("%(severity)s incident that nobody has acknowledged"),
        Change.ASSIGNED: _("%(severity)s incident, assigned to you"),
        Change.ACKNOWLEDGED: _("Acknowledged"),
        Change.RESOLVED: _("Resolved"),
        Change.TICKET_DUE: _("Ticket soon due"),
    }
    return said.get(notification.change, "") % {"severity": severity}


def _subject(notification: Notification) -> str:
    """One line, whatever somebody has called a site."""
    incident = notification.incident
    if incident is None:
        return ""
    where = f" ({incident.site})" if incident.site else ""
    return " ".join(f"{heading(notification)}: {reread(incident.title)}{where}".split())[:200]


def _page(incident: Incident) -> str:
    return f"/console/incidents/{incident.pk}/"


def _acknowledge(notification: Notification) -> str:
    """Where somebody who is signed in acknowledges; empty where there is nothing to acknowledge."""
    incident = notification.incident
    is_asked = incident is not None and incident.is_open and incident.acknowledged_at is None
    if not is_asked or notification.change in (Change.ACKNOWLEDGED, Change.RESOLVED):
        return ""
    return link_to(reverse("monitoring:acknowledge", args=[notification.incident_id]))


def _alert(alert: Alert) -> dict[str, Any]:
    station = alert.station.identity if alert.station else None
    return {"rule": alert.rule, "subject": alert.subject, "station": station, "said": alert.said}


def _data(notification: Notification) -> dict[str, Any]:
    incident = notification.incident
    if incident is None:
        return {}
    return {
        "kind": f"incident.{notification.change}",
        "organization": notification.organization.slug,
        "at": notification.created_at.isoformat(),
        "incident": {
            "id": incident.pk,
            "title": incident.title,
            "severity": Severity(incident.severity).name.lower(),
            "site": {"id": incident.site.pk, "name": incident.site.name} if incident.site else None,
            "opened_at": incident.opened_at.isoformat(),
            "acknowledged_at": incident.acknowledged_at.isoformat() if incident.acknowledged_at else None,
            "resolved_at": incident.resolved_at.isoformat() if incident.resolved_at else None,
            "url": link_to(_page(incident)),
        },
    }
