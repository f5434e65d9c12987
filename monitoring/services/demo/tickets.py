"""Ninety days of tickets of the demo network, made by the services that make those of today."""

import random
import threading
from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone

from drivers import clock
from drivers.models import Organization, User
from monitoring.models import CannedAnswer, Ticket, TicketMessage
from monitoring.selectors.tickets import suggested_incidents
from monitoring.services import refunds, support, tickets
from monitoring.services.demo.ticket_stories import CANNED, NAMES, STORIES, Story
from stations.domain import opening_hours, opening_hours_text
from stations.models import Session, Station

DAYS = 90
PER_DAY = 1.3
_BREATH_S = 0.05
_HOURS = "Mo-Fr 07:00-21:00; Sa 09:00-18:00; Su 09:00-18:00"
_SOURCES = (
    *(Ticket.Source.QR,) * 4,
    *(Ticket.Source.SESSION,) * 3,
    *(Ticket.Source.FORM,) * 2,
    *(Ticket.Source.EMAIL,) * 2,
    *(Ticket.Source.PHONE,) * 3,
)


def make(organization: Organization, stop: threading.Event) -> int:
    """Write the tickets of a network that has none of its past; returns how many."""
    if Ticket.objects.filter(organization=organization, key__startswith="demo-").exists():
        return 0
    people = {person.email: person for person in User.objects.filter(memberships__organization=organization)}
    helper, lead = people.get("support@demo.example"), people.get("operator@demo.example")
    stations = list(Station.objects.filter(site__organization=organization, quarantined_at=None).select_related("site"))
    if helper is None or lead is None or not stations:
        return 0
    _settings(organization)
    now = timezone.now()
    for number, opened in enumerate(_moments(now)):
        # A breath between two lets the chargers' messages through.
        if stop.wait(_BREATH_S):
            return number
        _Telling(organization, helper, lead, number, opened).tell(stations, now)
    _letters_have_left(organization, now)
    return number + 1


def _settings(organization: Organization) -> None:
    hours = opening_hours.to_json(opening_hours_text.read(_HOURS))
    support.set_policy(
        organization=organization,
        timezone="Europe/Berlin",
        opening_hours=hours,
        targets={},
        helpline="+49 800 000 0123",
        address="support@demo.example",
    )
    for title, body, category in CANNED:
        if not CannedAnswer.objects.filter(organization=organization, title=title).exists():
            support.save_canned(
                answer=CannedAnswer(organization=organization, title=title, body=body, category=category)
            )


def _moments(now: datetime) -> list[datetime]:
    """When something was reported, in order: more by day than by night."""
    rng = random.Random("tickets")  # noqa: S311
    found, at = [], now - timedelta(days=DAYS)
    while (at := at + timedelta(days=rng.expovariate(PER_DAY))) < now - timedelta(minutes=10):
        hour = min(23.0, max(0.0, rng.gauss(14, 4.5)))
        moment = at.replace(hour=int(hour), minute=rng.randrange(60), second=rng.randrange(60), microsecond=0)
        if moment < now - timedelta(minutes=10):
            found.append(moment)
    # Some that wait right now.
    return sorted([*found, *(now - timedelta(minutes=minutes) for minutes in (13, 34, 52))])


class _Telling:
    """One ticket, from the report to its end; what lies in the future does not happen."""

    def __init__(self, organization: Organization, helper: User, lead: User, number: int, opened: datetime) -> None:
        self._organization, self._helper, self._lead = organization, helper, lead
        self._number, self._opened = number, opened
        self._rng = random.Random(f"ticket/{number}")  # noqa: S311

    def tell(self, stations: list[Station], now: datetime) -> None:
        story = self._rng.choices(STORIES, [story.weight for story in STORIES])[0]
        with clock.at(self._opened):
            ticket = self._open(story, self._rng.choice(stations))
        minutes = min(self._rng.lognormvariate(3.6, 1.1), 1500)
        answered = self._opened + timedelta(minutes=minutes / (4 if story.priority < Ticket.Priority.NORMAL else 1))
        if answered > now:
            return
        with clock.at(answered):
            tickets.assign(ticket=ticket, to=self._helper, by=self._helper)
            self._look_for_incident(ticket)
            tickets.answer(ticket=ticket, text=story.answer, by=self._helper, waits=bool(story.reply))
        self._go_on(ticket, story, answered, now)

    def _open(self, story: Story, station: Station) -> Ticket:
        source = self._rng.choice(_SOURCES)
        name = self._rng.choice(NAMES)
        evse = station.evses.order_by("number").first()
        before = Session.objects.filter(station=station, started_at__lt=self._opened).order_by("-started_at")
        session = before.filter(started_at__gt=self._opened - timedelta(hours=12)).first()
        return tickets.open_ticket(
            organization=self._organization,
            key=f"demo-{self._number}",
            subject=story.subject,
            body=story.body,
            source=source,
            category=story.category,
            priority=story.priority,
            station=station,
            evse=session.evse if session else evse,
            session=session,
            by=self._helper if source == Ticket.Source.PHONE else None,
            contact_name=name,
            contact_email=f"{name.split()[0].lower()}@drivers.example".replace("é", "e").replace("è", "e"),
            language="en",
        )

    def _look_for_incident(self, ticket: Ticket) -> None:
        about_charger = (Ticket.Category.START, Ticket.Category.STOP, Ticket.Category.DAMAGE)
        incident = suggested_incidents(ticket).first() if ticket.category in about_charger else None
        if incident is not None and (incident.resolved_at is None or incident.resolved_at > ticket.opened_at):
            tickets.link_incident(ticket=ticket, incident=incident, by=self._helper)

    def _go_on(self, ticket: Ticket, story: Story, answered: datetime, now: datetime) -> None:
        at = answered
        if story.refund and ticket.session and ticket.session.cost_minor:
            self._refund(ticket, story, at + timedelta(minutes=4), now)
        if story.reply:
            at += timedelta(minutes=self._rng.uniform(3, 600))
            if at > now:
                return
            with clock.at(at):
                tickets.take_in_reply(ticket=ticket, text=story.reply)
        at += timedelta(hours=story.hours * self._rng.lognormvariate(-0.4, 0.8))
        if at > now:
            return
        with clock.at(at):
            tickets.resolve(ticket=ticket, by=self._helper, text=story.solved)
        again = at + timedelta(hours=self._rng.uniform(2, 30))
        if self._rng.random() < 0.06 and again < now:
            with clock.at(again):
                tickets.take_in_reply(ticket=ticket, text="I am sorry, today it is the same again.")
            solved = again + timedelta(hours=story.hours)
            if solved < now:
                with clock.at(solved):
                    tickets.resolve(ticket=ticket, by=self._lead, text="We have had it repaired.")

    def _refund(self, ticket: Ticket, story: Story, at: datetime, now: datetime) -> None:
        cost = ticket.session.cost_minor if ticket.session else None
        if not cost or at > now:
            return
        with clock.at(at):
            amount = max(1, cost * story.refund // 100)
            refund = refunds.request_refund(ticket=ticket, amount_minor=amount, reason=story.subject, by=self._helper)
        decided = at + timedelta(hours=self._rng.uniform(1, 40))
        if decided < now - timedelta(days=2):
            with clock.at(decided):
                refunds.decide_refund(refund=refund, approved=self._rng.random() < 0.8, by=self._lead)


def _letters_have_left(organization: Organization, now: datetime) -> None:
    """Nobody reads them, and nobody is to be written to of what was weeks ago."""
    waiting = TicketMessage.objects.filter(
        ticket__organization=organization, ticket__key__startswith="demo-", letter=TicketMessage.Letter.WAITING
    )
    with transaction.atomic():
        for message in waiting.only("at"):
            TicketMessage.objects.filter(pk=message.pk).update(
                letter=TicketMessage.Letter.SENT, letter_due_at=None, sent_at=message.at + timedelta(seconds=8)
            )
