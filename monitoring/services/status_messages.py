"""What the letters of a status page say, in the language of who reads them."""

from typing import Any

from django.conf import settings
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from monitoring.models import PublicIncident, StatusLetter, StatusSubscriber
from monitoring.notifiers.base import Message
from monitoring.selectors import status_words as words
from monitoring.selectors.status_page import Update, shown_sites, told_of
from monitoring.services import subscriptions

State = PublicIncident.State


def compose(letter: StatusLetter) -> Message:
    """The letter, with how to end the subscription in a header that mail programs make a button of (RFC 8058)."""
    subscriber = letter.subscriber
    with translation.override(subscriber.language):
        subject, body = _content(letter)
        end = _link("monitoring:status-end", subscriptions.end_token(subscriber))
        context = {"what": subscriber.about, **body}
        is_asking = letter.update is None and letter.window is None
        context |= {"page": page_link(subscriber), "end": "" if is_asking else end}
        return Message(
            key=f"status.{letter.pk}.{letter.key}",
            subject=f"{subscriber.organization.name}: {subject}",
            text=render_to_string("monitoring/mail/status.txt", context).strip() + "\n",
            html=render_to_string("monitoring/mail/status.html", context),
            thread=f"status.{subscriber.pk}.{letter.update.published_id}" if letter.update else "",
            headers={} if is_asking else _one_click(end),
        )


def _one_click(end: str) -> dict[str, str]:
    return {"List-Unsubscribe": f"<{end}>", "List-Unsubscribe-Post": "List-Unsubscribe=One-Click"}


def page_link(subscriber: StatusSubscriber) -> str:
    """The page that a subscription is about."""
    slug = subscriber.organization.slug
    if subscriber.site_id is None:
        return _link("monitoring:status-network", slug)
    return _link("monitoring:status-site", slug, subscriber.site_id)


def _link(name: str, *arguments: object) -> str:
    return f"{settings.PORTAL_URL}{reverse(name, args=arguments)}"


def _about_work(letter: StatusLetter) -> str:
    if letter.says_it_is_off:
        return _("Planned maintenance at %(site)s is called off")
    if letter.says_it_moved:
        return _("Planned maintenance at %(site)s: new time")
    return _("Planned maintenance at %(site)s")


def _content(letter: StatusLetter) -> tuple[str, dict[str, Any]]:
    """Subject, and what the templates say."""
    subscriber = letter.subscriber
    if letter.window is not None:
        window = letter.window
        zone = window.site.zone
        heading = _about_work(letter) % {"site": window.site.name}
        when = f"{words.moment(window.starts_at, zone)} – {words.moment(window.ends_at, zone)}"
        lines = [window.title, when]
        if not letter.says_it_is_off:
            lines.append(_("Charging points there may be out of service in this time."))
        return heading, {"heading": heading, "lines": lines, "confirm": ""}
    if letter.update is None:
        heading = _("Confirm your subscription")
        text = _(
            "This address was entered to be told of incidents and planned maintenance: %(what)s. If it was you, confirm"
            " it within three days. If it was not, do nothing, and you will hear no more of it."
        ) % {"what": subscriber.about}
        confirm = _link("monitoring:status-confirm", subscriptions.confirm_token(subscriber))
        return heading, {"heading": heading, "lines": [text], "confirm": confirm}
    row = letter.update
    shown = shown_sites([subscriber.organization_id])
    incident = told_of(
        row.published, set(shown.filter(public_incidents__published=row.published_id).values_list("pk", flat=True))
    )
    if incident is None:
        raise ValueError("an update about sites that are not shown")
    state = State(row.state)
    heading = words.title(incident, network=subscriber.organization.name)
    text = words.said(Update(row.pk, state, row.at, row.text, row.texts))
    began = words.moment(incident.began_at, incident.zone)
    since = (
        f"{began} – {words.moment(row.at, incident.zone)}"
        if state is State.RESOLVED
        else _("Since %(moment)s") % {"moment": began}
    )
    subject = f"{state.label}: {heading}"
    return subject, {"heading": heading, "lines": [f"{state.label}: {text}", since], "confirm": ""}
