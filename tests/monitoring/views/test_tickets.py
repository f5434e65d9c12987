"""The support desk's pages."""

import pytest
from django.urls import reverse

from drivers.domain.roles import Role
from monitoring.models import CannedAnswer, RefundRequest, SupportPolicy, Ticket
from monitoring.services import tickets
from tests import factories
from tests.monitoring.alert_rows import AlertFactory, IncidentFactory
from tests.monitoring.tickets import report


@pytest.fixture
def ticket(network):
    return report(network)


@pytest.fixture
def finance(organization):
    return factories.MembershipFactory(organization=organization, role=Role.FINANCE).user


def page(ticket, name="ticket", *more):
    return reverse(f"monitoring:{name}", args=[ticket.reference, *more])


def said(response):
    return response.content.decode()


def test_the_list_has_what_waits_and_filters_find_the_rest(browser, operator, network, ticket):
    other = report(network, subject="Where is my invoice?")
    tickets.resolve(ticket=other, by=operator)
    shown = said(browser(operator).get(reverse("monitoring:ticket-list")))
    assert ticket.reference in shown
    assert other.reference not in shown
    assert other.reference in said(browser(operator).get(reverse("monitoring:ticket-list") + "?state=resolved"))
    mine = said(browser(operator).get(reverse("monitoring:ticket-list") + "?who=me"))
    assert ticket.reference not in mine


def test_who_only_looks_at_the_network_sees_no_tickets(browser, viewer, ticket):
    assert browser(viewer).get(reverse("monitoring:ticket-list")).status_code == 403
    assert browser(viewer).get(page(ticket)).status_code == 404


def test_the_page_shows_the_charger_as_it_was_and_as_it_is(browser, operator, network):
    factories.FrameFactory(
        station=network.station, action="StatusNotification", body=b'[2,"1","StatusNotification",{}]'
    )
    ticket = report(network)
    shown = said(browser(operator).get(page(ticket)))
    assert "The charger, then and now" in shown
    assert "StatusNotification" in shown
    assert "I tried three times." in shown


def test_an_answer_is_written_to_the_driver(browser, operator, ticket):
    browser(operator).post(page(ticket, "ticket-say"), {"text": "Try the other plug.", "do": "answer"})
    ticket.refresh_from_db()
    assert ticket.state == Ticket.State.WAITING
    assert ticket.messages.filter(body="Try the other plug.", letter="waiting").exists()


def test_a_note_stays_inside(browser, operator, ticket):
    browser(operator).post(page(ticket, "ticket-say"), {"text": "Odd.", "do": "note"})
    assert ticket.messages.get(body="Odd.").is_internal


def test_a_canned_answer_stands_in_the_field_with_its_places_filled(browser, operator, organization, ticket):
    text = "Hello {name}, {reference} about {station}. {support}"
    canned = CannedAnswer.objects.create(organization=organization, title="Restarted", body=text)
    shown = said(browser(operator).get(page(ticket) + f"?canned={canned.pk}"))
    assert f"Hello Ada, {ticket.reference} about DE*VLT*E01. {operator}" in shown


def test_a_call_becomes_a_ticket_with_the_charger_of_the_label(browser, operator, network):
    evse = network.session.evse
    evse.public_code = "ABCD2345"
    evse.save(update_fields=["public_code"])
    form = {
        "source": "phone",
        "charger": "abcd 2345",
        "subject": "It hums",
        "body": "Loudly.",
        "category": "other",
        "priority": "3",
        "contact_phone": "+49 30 1",
    }
    browser(operator).post(reverse("monitoring:ticket-new"), form)
    ticket = Ticket.objects.get()
    assert (ticket.evse, ticket.site, ticket.opened_by) == (evse, network.site, operator)


def test_a_charger_of_another_network_is_unknown(browser, operator, elsewhere):
    form = {"source": "phone", "charger": elsewhere.station.identity, "subject": "x", "body": "y"}
    shown = said(browser(operator).post(reverse("monitoring:ticket-new"), form))
    assert "No charger of yours" in shown
    assert Ticket.objects.count() == 0


def test_an_incident_of_the_same_charger_is_one_click_away(browser, operator, network):
    incident = IncidentFactory(site=network.site)
    AlertFactory(incident=incident, station=network.station, site=network.site)
    ticket = report(network)
    assert "DE*VLT*E01 is offline." in said(browser(operator).get(page(ticket)))
    browser(operator).post(page(ticket, "ticket-link"), {"incident": incident.pk})
    ticket.refresh_from_db()
    assert ticket.incident == incident


def test_all_who_reported_the_same_are_linked_from_the_incident(browser, operator, network):
    incident = IncidentFactory(site=network.site)
    AlertFactory(incident=incident, station=network.station, site=network.site)
    both = [report(network), report(network)]
    address = reverse("monitoring:incident-tickets", args=[incident.pk])
    assert both[0].reference in said(browser(operator).get(address))
    browser(operator).post(reverse("monitoring:incident-tickets-link", args=[incident.pk]))
    assert Ticket.objects.filter(incident=incident).count() == 2


def test_who_asks_for_a_refund_does_not_decide_and_finance_does(browser, operator, finance, ticket):
    browser(operator).post(page(ticket, "ticket-refund"), {"amount": "4.50", "reason": "It stopped."})
    refund = RefundRequest.objects.get()
    assert (refund.amount_minor, refund.currency) == (450, "EUR")
    decide = page(ticket, "ticket-refund-decide", refund.pk)
    assert browser(operator).post(decide, {"decision": "approve"}).status_code == 403
    assert "Approve" in said(browser(finance).get(page(ticket)))
    browser(finance).post(decide, {"decision": "approve", "note": "Fine"})
    refund.refresh_from_db()
    assert (refund.state, refund.decided_by) == ("approved", finance)


def test_finance_reads_and_answers_nobody(browser, finance, ticket):
    assert browser(finance).post(page(ticket, "ticket-say"), {"text": "x", "do": "answer"}).status_code == 403


def test_it_is_taken_given_and_closed(browser, operator, technician, ticket):
    browser(operator).post(page(ticket, "ticket-state"), {"to": "mine"})
    browser(operator).post(page(ticket, "ticket-assign"), {"to": technician.pk})
    browser(operator).post(page(ticket, "ticket-state"), {"to": "closed"})
    ticket.refresh_from_db()
    assert (ticket.assigned_to, ticket.state) == (technician, Ticket.State.CLOSED)


def test_what_it_is_about_is_put_right(browser, operator, ticket):
    form = {"subject": "The plug is stuck", "category": "plug", "priority": "1"}
    browser(operator).post(page(ticket, "ticket-edit"), form)
    ticket.refresh_from_db()
    assert (ticket.subject, ticket.category, ticket.priority) == ("The plug is stuck", "plug", 1)


def test_a_canned_answer_names_no_place_that_nobody_knows(browser, operator, organization):
    new = reverse("monitoring:canned-new", args=[organization.pk])
    shown = said(browser(operator).post(new, {"title": "A", "body": "Hello {nmae}"}))
    assert "{nmae}" in shown
    browser(operator).post(new, {"title": "A", "body": "Hello {name}"})
    answer = CannedAnswer.objects.get()
    browser(operator).post(reverse("monitoring:canned-delete", args=[answer.pk]))
    assert CannedAnswer.objects.count() == 0


def test_support_hours_and_targets_hold_from_then_on(browser, operator, network):
    address = reverse("monitoring:support-policy")
    shown = browser(operator).get(address)
    form = {**shown.context["form"].initial, "hours": "Mo-Fr 08:00-18:00", "timezone": "Europe/Berlin", "first_3": 30}
    browser(operator).post(address, form)
    policy = SupportPolicy.objects.get()
    assert policy.targets["3"][0] == 30
    assert report(network).first_answer_target_s == 1800
    assert "no hours" in said(browser(operator).post(address, form | {"hours": "sometimes"}))


def test_figures_are_drawn_from_what_was_answered(browser, operator, network, ticket):
    tickets.resolve(ticket=ticket, by=operator)
    shown = said(browser(operator).get(reverse("monitoring:support-figures")))
    assert "Support in figures" in shown
    assert network.site.name in shown
    assert "1 of 1 ticket" in shown


@pytest.mark.parametrize("name", ["station", "site", "session", "incident", "overview"])
def test_tickets_stand_on_the_pages_they_belong_to(browser, operator, network, name):
    incident = IncidentFactory(site=network.site)
    ticket = report(network, session=network.session)
    tickets.link_incident(ticket=ticket, incident=incident, by=operator)
    arguments = {
        "station": [network.station.identity],
        "site": [network.site.pk],
        "session": [network.session.pk],
        "incident": [incident.pk],
        "overview": [],
    }
    shown = said(browser(operator).get(reverse(f"monitoring:{name}-tickets", args=arguments[name])))
    assert ticket.reference in shown
