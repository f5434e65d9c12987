from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from monitoring.models import SupportPolicy, Ticket
from monitoring.services import ticket_tokens, tickets
from stations.models import Fact
from tests import factories
from tests.monitoring.tickets import report

State = Ticket.State


@pytest.fixture
def ticket(network):
    return report(network)


def test_a_session_names_the_evse_the_station_and_the_site(network):
    ticket = report(network, station=None, session=network.session)
    assert (ticket.evse, ticket.station, ticket.site) == (network.session.evse, network.station, network.site)


def test_the_same_report_twice_is_one_ticket(network):
    assert report(network, key="form-1") == report(network, key="form-1", subject="Again")
    assert report(network) != report(network)


def test_a_charger_of_another_network_is_refused(network, elsewhere):
    with pytest.raises(ValidationError):
        report(network, station=elsewhere.station)
    with pytest.raises(ValidationError):
        report(network, session=elsewhere.session)


def test_the_state_the_session_and_the_last_frames_are_attached_by_themselves(network):
    factories.FrameFactory(
        station=network.station, action="StatusNotification", body=b'[2,"1","StatusNotification",{}]'
    )
    snapshot = report(network).snapshot.data
    assert snapshot["identity"] == network.station.identity
    assert snapshot["session"]["id"] == network.session.pk
    assert [frame["action"] for frame in snapshot["frames"]] == ["StatusNotification"]
    assert len(snapshot["plugs"]) == 1


def test_a_ticket_about_no_charger_has_no_snapshot(network):
    ticket = report(network, station=None)
    assert not hasattr(Ticket.objects.get(pk=ticket.pk), "snapshot")


def test_the_token_finds_the_ticket_and_is_nowhere_in_the_row(ticket):
    token = ticket_tokens.token_of(ticket)
    assert ticket_tokens.find(token) == ticket
    assert ticket_tokens.find(token + "x") is None
    assert token not in str(Ticket.objects.filter(pk=ticket.pk).values().get())


def test_a_policy_says_how_fast_it_is_to_be(network):
    SupportPolicy.objects.create(organization=network.organization, targets={"3": [10, 100]})
    ticket = report(network)
    assert ticket.first_answer_due_at == ticket.opened_at + timedelta(minutes=10)
    assert ticket.resolution_due_at == ticket.opened_at + timedelta(minutes=100)


def test_an_answer_leaves_as_a_letter_and_the_clock_stands(ticket, operator):
    at = ticket.opened_at + timedelta(minutes=30)
    message = tickets.answer(ticket=ticket, text="Try the other plug.", by=operator, at=at)
    ticket.refresh_from_db()
    assert (message.letter, message.letter_due_at) == ("waiting", at)
    assert (ticket.state, ticket.first_answer_s, ticket.first_answer_due_at) == (State.WAITING, 1800, None)
    assert (ticket.spent_s, ticket.resolution_due_at) == (1800, None)


def test_where_there_is_no_address_nothing_can_be_written_but_a_call_can_be_noted(network, operator):
    ticket = report(network, contact_email="")
    with pytest.raises(ValidationError, match="no email address"):
        tickets.answer(ticket=ticket, text="Hello", by=operator)
    tickets.note_call(ticket=ticket, text="Told to use the other plug.", by=operator)
    ticket.refresh_from_db()
    assert ticket.first_answered_at is not None


def test_who_calls_has_the_first_answer_at_once(network, operator):
    ticket = report(network, source=Ticket.Source.PHONE, by=operator)
    assert ticket.first_answer_s == 0


def test_a_note_is_for_staff_and_no_answer(ticket, operator):
    message = tickets.note(ticket=ticket, text="Third one this week.", by=operator)
    ticket.refresh_from_db()
    assert message.is_internal
    assert message.letter == ""
    assert ticket.first_answered_at is None


def test_the_driver_replies_and_the_clock_goes_on(ticket, operator):
    opened = ticket.opened_at
    tickets.answer(ticket=ticket, text="Try again.", by=operator, at=opened + timedelta(hours=1))
    tickets.take_in_reply(ticket=ticket, text="No.", at=opened + timedelta(days=2))
    ticket.refresh_from_db()
    assert ticket.state == State.OPEN
    assert ticket.resolution_due_at == opened + timedelta(days=2, hours=23)


def test_the_same_email_twice_is_taken_in_once(ticket):
    assert tickets.take_in_reply(ticket=ticket, text="Hello?", message_id="<1@example.com>") is not None
    assert tickets.take_in_reply(ticket=ticket, text="Hello?", message_id="<1@example.com>") is None


def test_what_is_resolved_is_opened_again_by_a_reply(ticket, operator):
    tickets.resolve(ticket=ticket, by=operator, text="Mended.")
    ticket.refresh_from_db()
    assert ticket.state == State.RESOLVED
    assert ticket.resolved_at is not None
    tickets.take_in_reply(ticket=ticket, text="It is not.")
    ticket.refresh_from_db()
    assert (ticket.state, ticket.reopened, ticket.resolved_at) == (State.OPEN, 1, None)


def test_resolved_twice_is_resolved_once(ticket, operator):
    first = tickets.resolve(ticket=ticket, by=operator)
    again = tickets.resolve(ticket=ticket, by=operator, at=timezone.now() + timedelta(hours=1))
    assert first.resolved_at == again.resolved_at


def test_a_new_priority_has_new_targets(ticket, operator):
    tickets.change(ticket=ticket, by=operator, priority=Ticket.Priority.URGENT)
    ticket.refresh_from_db()
    assert ticket.first_answer_due_at == ticket.opened_at + timedelta(minutes=15)


def test_each_step_is_a_fact(ticket, operator):
    tickets.assign(ticket=ticket, to=operator, by=operator)
    tickets.answer(ticket=ticket, text="Hello", by=operator)
    tickets.resolve(ticket=ticket, by=operator)
    kinds = (
        Fact.objects.filter(subject_type="ticket", subject_id=ticket.pk).order_by("id").values_list("kind", flat=True)
    )
    assert list(kinds) == ["ticket.opened", "ticket.assigned", "ticket.answered", "ticket.resolved"]
