"""A driver calls from a charger that is down: from the call to the letter that says that it works again."""

from functools import partial

import pytest
from django.test import Client
from playwright.sync_api import expect

from drivers.domain.roles import Role
from monitoring.models import CannedAnswer, Ticket
from monitoring.services import ticket_incidents
from tests import factories
from tests.browser.conftest import page_at
from tests.monitoring.alert_rows import AlertFactory, IncidentFactory


@pytest.fixture
def cookie(make_station, depot):
    """Of somebody who runs the depot, where the station CP-1 is known to be down."""
    person = factories.MembershipFactory(organization=depot.organization, role=Role.OPERATOR).user
    incident = IncidentFactory(site=depot, title="CP-1 is down.")
    AlertFactory(incident=incident, station=make_station("CP-1"), site=depot)
    text = "Hello {name}, we are at it. {reference}"
    CannedAnswer.objects.create(organization=depot.organization, title="At it", body=text)
    client = Client()
    client.force_login(person)
    return client.cookies["sessionid"].value


@pytest.fixture
def at_desk(server, cookie):
    """`with at_desk() as page`: signed in."""
    return partial(page_at, server.http, cookie, viewport={"width": 1280, "height": 900})


def _take_the_call(page):
    page.goto("/console/stations/CP-1/")
    page.get_by_role("region", name="Tickets").get_by_role("link", name="Take a call").click()
    expect(page.get_by_label("Charger")).to_have_value("CP-1")
    page.get_by_label("What it is about").fill("Nothing happens")
    page.get_by_label("What the driver says").fill("I plugged in and the screen stays dark.")
    page.get_by_label("Name").fill("Ada")
    page.get_by_label("Email").fill("ada@drivers.example")
    page.get_by_role("button", name="Open the ticket").click()
    expect(page.get_by_role("heading", name="Nothing happens")).to_be_visible()


def _answer(page):
    page.get_by_label("Canned answer").select_option("At it")
    expect(page.get_by_label("Your answer")).to_have_value("Hello Ada, we are at it. " + page.url.split("/")[-2])
    page.get_by_role("button", name="Send", exact=True).click()
    expect(page.get_by_text("Letter leaves soon")).to_be_visible()


def _link_and_resolve_the_incident(page):
    incident = page.get_by_role("region", name="Incident")
    incident.get_by_role("button", name="Link").first.click()
    expect(page.get_by_text("The driver is told when it is over.")).to_be_visible()
    page.get_by_role("link", name="CP-1 is down.").click()
    expect(page.get_by_role("region", name="Tickets").get_by_role("link", name="Nothing happens")).to_be_visible()
    page.get_by_role("link", name="Resolve").click()
    page.get_by_label("What it was").fill("A fuse.")
    page.get_by_role("dialog").get_by_role("button", name="Resolve").click()
    expect(page.get_by_role("heading", name="CP-1 is down.")).to_be_visible()
    expect(page.get_by_role("link", name="Resolve")).to_have_count(0)


def test_from_the_call_to_the_letter_that_it_works_again(at_desk):
    with at_desk() as page:
        _take_the_call(page)
        _answer(page)
        _link_and_resolve_the_incident(page)
    assert ticket_incidents.tell_drivers() == 1
    ticket = Ticket.objects.get()
    assert ticket.state == Ticket.State.RESOLVED
    with at_desk() as page:
        page.goto(f"/console/tickets/{ticket.reference}/")
        expect(page.get_by_text("is solved. Thank you for your report.")).to_be_visible()
        expect(page.get_by_role("button", name="Open again")).to_be_visible()
