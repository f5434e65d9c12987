from datetime import timedelta

import pytest
from django.core import mail

from monitoring.models import Notification, Ticket
from monitoring.services import sending, ticket_sweep, tickets
from tests.monitoring.tickets import report


@pytest.fixture
def ticket(network, operator):
    ticket = report(network)
    return tickets.assign(ticket=ticket, to=operator, by=operator)


def due():
    return Notification.objects.filter(change=Notification.Change.TICKET_DUE)


def test_whose_ticket_it_is_is_warned_once_before_the_first_answer_is_due(ticket, operator):
    assert ticket_sweep.sweep(now=ticket.opened_at + timedelta(hours=2)) == 0
    assert ticket_sweep.sweep(now=ticket.opened_at + timedelta(hours=3)) == 1
    assert ticket_sweep.sweep(now=ticket.opened_at + timedelta(hours=3)) == 0
    assert [row.person for row in due()] == [operator]


def test_and_once_again_before_the_solution_is(ticket):
    ticket_sweep.sweep(now=ticket.opened_at + timedelta(hours=3))
    assert ticket_sweep.sweep(now=ticket.opened_at + timedelta(hours=18)) == 1
    assert ticket_sweep.sweep(now=ticket.opened_at + timedelta(days=3)) == 0
    assert due().count() == 2


def test_nobody_is_warned_while_the_driver_is_waited_for(ticket, operator):
    tickets.answer(ticket=ticket, text="Try again.", by=operator)
    assert ticket_sweep.sweep(now=ticket.opened_at + timedelta(days=9)) == 0


def test_what_is_nobodys_is_told_to_those_who_answer_drivers(network, operator, viewer):
    ticket = report(network)
    ticket_sweep.sweep(now=ticket.opened_at + timedelta(hours=3))
    told = {row.person for row in due()}
    assert operator in told
    assert viewer not in told


def test_the_letter_names_the_ticket_and_leads_to_it(ticket, operator):
    ticket_sweep.sweep(now=ticket.opened_at + timedelta(hours=3))
    sending.deliver()
    Notification.objects.update(due_at=ticket.opened_at)
    sending.deliver()
    (letter,) = mail.outbox
    assert letter.to == [operator.email]
    assert ticket.reference in letter.subject
    assert f"/console/tickets/{ticket.reference}/" in letter.body


def test_what_was_resolved_a_fortnight_ago_closes(ticket, operator):
    tickets.resolve(ticket=ticket, by=operator, at=ticket.opened_at)
    assert ticket_sweep.sweep(now=ticket.opened_at + timedelta(days=13)) == 0
    assert ticket_sweep.sweep(now=ticket.opened_at + timedelta(days=14)) == 1
    ticket.refresh_from_db()
    assert ticket.state == Ticket.State.CLOSED
