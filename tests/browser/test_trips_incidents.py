"""An incident from the fault to its end: by the letter to whoever is on call, and live on the console."""

import re
from datetime import timedelta
from urllib.parse import urlsplit

import pytest
from django.test import Client
from django.utils import timezone
from playwright.sync_api import expect

from drivers import clock
from drivers.domain.roles import Role
from monitoring.models import EscalationPolicy, EscalationStep, Incident
from monitoring.services import notifying
from tests import factories
from tests.browser.chargers import Chargers
from tests.browser.conftest import page_at
from tests.monitoring import on_call
from tests.monitoring.alert_rows import AlertFactory, IncidentFactory

# --- By letter ---


@pytest.fixture
def mail(mail, settings, server):
    """What links in letters begin with leads to the server."""
    settings.PORTAL_URL = server.http
    return mail


@pytest.fixture
def technician(depot):
    """Has the turn; whoever is next is told ten minutes later."""
    found, following = (
        factories.MembershipFactory(organization=depot.organization, role=role).user
        for role in (Role.TECHNICIAN, Role.OPERATOR)
    )
    policy = EscalationPolicy.objects.create(organization=depot.organization, name="All", repeats=0)
    EscalationStep.objects.create(policy=policy, order=0, rota=on_call.rota(depot.organization, found))
    EscalationStep.objects.create(policy=policy, order=1, person=following, after_minutes=10)
    return found


@pytest.fixture
def incident(depot, make_station, technician):
    """CP-1 has just failed."""
    made = IncidentFactory(site=depot, title="CP-1 is down.", opened_at=timezone.now())
    AlertFactory(incident=made, station=make_station("CP-1"), site=depot)
    made.entries.create(kind="opened", at=timezone.now())
    return made


def _acknowledged_in_the_browser(link, person):
    """Open the letter's link, signed in, and confirm."""
    client = Client()
    client.force_login(person)
    origin = "{0.scheme}://{0.netloc}".format(urlsplit(link))
    with page_at(origin, client.cookies["sessionid"].value) as page:
        page.goto(link)
        expect(page.get_by_role("heading", name="Acknowledge “CP-1 is down.”?").last).to_be_visible()
        page.get_by_role("button", name="Acknowledge").click()
        expect(page.get_by_text("Acknowledged: nobody else is woken.")).to_be_visible()
        expect(page.locator(".page-head")).to_contain_text("Acknowledged")


def _link_to_acknowledge(letter):
    text = letter.get_body(("plain",)).get_content()
    [link] = [line for line in text.splitlines() if urlsplit(line).path.endswith("/acknowledge-now/")]
    return link


def test_whoever_is_on_call_acknowledges_by_the_letter_and_nobody_further_is_told(mail, incident, technician):
    notifying.tell()
    assert [letter["To"] for letter in mail.letters] == [technician.email]
    _acknowledged_in_the_browser(_link_to_acknowledge(mail.letters[0]), technician)
    assert Incident.objects.get().acknowledged_by == technician
    with clock.at(timezone.now() + timedelta(minutes=11)):
        notifying.tell()
    assert len(mail.letters) == 1


def test_unless_somebody_acknowledges_the_next_one_is_told(mail, incident, technician):
    notifying.tell()
    with clock.at(timezone.now() + timedelta(minutes=11)):
        notifying.tell()
    assert len(mail.letters) == 2


# --- On the console ---


@pytest.fixture(scope="module")
def chargers(installation):
    with Chargers(installation) as found:
        yield found


@pytest.fixture
def own_site(installation, chargers):
    """A site where nothing else happens, and where a fault that is over counts as over at once."""
    new = {"name": "Trip yard", "country": "DE", "latitude": "52.52", "longitude": "13.4"}
    made, site = chargers.call("POST", "sites/", new)
    assert made == 201, site
    change = {"site": site["id"], "values": {"clear_after_minutes": 0}}
    changed, answer = chargers.call("PATCH", "alert-rules/faulted/", change)
    assert changed == 200, answer
    return site["id"]


def test_an_incident_appears_is_taken_care_of_and_resolves_by_itself(open_page, chargers, own_site):
    with chargers.connected("TRIP-INCIDENT", site=own_site) as [charger], open_page() as page:
        page.goto("/console/incidents/")
        expect(page.locator("[data-live-state=live]")).to_be_visible()
        expect(page.get_by_role("link", name=re.compile("TRIP-INCIDENT"))).to_have_count(0)
        chargers.run(charger.fault(1))
        page.get_by_role("link", name=re.compile("TRIP-INCIDENT")).click()
        page.get_by_role("button", name="Acknowledge").click()
        head = page.locator(".page-head")
        expect(head.get_by_text("Acknowledged")).to_be_visible()
        page.get_by_label("Comment").get_by_role("textbox").fill("I drive there.")
        page.get_by_role("button", name="Comment").click()
        expect(page.get_by_text("I drive there.")).to_be_visible()
        drawn = page.locator("#site-map .leaflet-map-pane").element_handle()
        chargers.run(charger.clear_fault(1))
        expect(head.get_by_text("Resolved")).to_be_visible()
        # What came live left the map as it was drawn.
        assert drawn.evaluate("node => node.isConnected")
        what = page.get_by_role("region", name="What happened").locator("li strong")
        expect(page.get_by_text("All of its alerts are over.")).to_be_visible()
        named = [text for text in what.all_inner_texts() if text in {"Opened", "Acknowledged", "Comment", "Resolved"}]
        assert named == ["Resolved", "Comment", "Acknowledged", "Opened"]
