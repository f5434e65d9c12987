import pytest
from django.core.exceptions import ValidationError

from monitoring.models import Ticket, TicketMessage
from monitoring.selectors.tickets import suggested_incidents, suggested_tickets
from monitoring.services import incidents, refunds, ticket_incidents, tickets
from tests.monitoring.alert_rows import AlertFactory, IncidentFactory
from tests.monitoring.tickets import report

State = Ticket.State


@pytest.fixture
def incident(site):
    return IncidentFactory(site=site)


def letters(ticket):
    return ticket.messages.filter(author=TicketMessage.Author.SYSTEM, is_internal=False)


def linked(network, incident, operator, **more):
    ticket = report(network, **more)
    return tickets.link_incident(ticket=ticket, incident=incident, by=operator)


def test_every_driver_is_told_once_when_it_is_over(network, incident, operator):
    both = [linked(network, incident, operator), linked(network, incident, operator)]
    assert ticket_incidents.tell_drivers() == 0
    incidents.resolve(incident_id=incident.pk, text="A fuse.", by=operator)
    assert ticket_incidents.tell_drivers() == 2
    assert ticket_incidents.tell_drivers() == 0
    for ticket in both:
        ticket.refresh_from_db()
        assert ticket.state == State.RESOLVED
        assert [letter.letter for letter in letters(ticket)] == ["waiting"]


def test_they_are_told_in_their_language(network, incident, operator):
    ticket = linked(network, incident, operator, language="de")
    incidents.resolve(incident_id=incident.pk, text="A fuse.", by=operator)
    ticket_incidents.tell_drivers()
    assert "Danke" in letters(ticket).get().body


def test_who_has_no_address_is_to_be_called(network, incident, operator):
    ticket = linked(network, incident, operator, contact_email="", contact_phone="+49 30 1")
    incidents.resolve(incident_id=incident.pk, text="A fuse.", by=operator)
    ticket_incidents.tell_drivers()
    ticket.refresh_from_db()
    assert ticket.state == State.OPEN
    assert "by phone" in ticket.messages.last().body


def test_what_finance_has_to_decide_stays_open(network, incident, operator):
    ticket = linked(network, incident, operator)
    refunds.request_refund(ticket=ticket, amount_minor=100, reason="It stopped", by=operator)
    incidents.resolve(incident_id=incident.pk, text="A fuse.", by=operator)
    ticket_incidents.tell_drivers()
    ticket.refresh_from_db()
    assert (ticket.state, letters(ticket).count()) == (State.OPEN, 1)


def test_a_link_that_is_taken_away_tells_nobody(network, incident, operator):
    ticket = linked(network, incident, operator)
    tickets.link_incident(ticket=ticket, incident=None, by=operator)
    incidents.resolve(incident_id=incident.pk, text="A fuse.", by=operator)
    assert ticket_incidents.tell_drivers() == 0


def test_an_incident_of_another_network_is_refused(network, elsewhere, operator):
    with pytest.raises(ValidationError):
        linked(network, IncidentFactory(site=elsewhere.site), operator)


def test_a_fault_of_the_same_station_is_suggested_both_ways(network, incident, operator):
    AlertFactory(incident=incident, station=network.station, site=network.site)
    ticket = report(network)
    assert list(suggested_incidents(ticket)) == [incident]
    assert list(suggested_tickets(operator, incident)) == [ticket]
    tickets.link_incident(ticket=ticket, incident=incident, by=operator)
    ticket.refresh_from_db()
    assert list(suggested_incidents(ticket)) == []
    assert list(suggested_tickets(operator, incident)) == []


def test_a_fault_that_was_over_the_day_before_is_not(network, incident):
    ticket = report(network)
    day = ticket.opened_at.replace(year=ticket.opened_at.year - 1)
    AlertFactory(incident=incident, station=network.station, site=network.site, began_at=day, resolved_at=day)
    assert list(suggested_incidents(ticket)) == []
