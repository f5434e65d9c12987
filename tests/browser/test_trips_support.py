"""A driver at a broken charger and support, through a browser and by real letters, to the end."""

import asyncio
from email.message import EmailMessage

from django.test import Client
from playwright.sync_api import expect

from drivers.domain.roles import Role
from monitoring.models import SupportPolicy, Ticket
from monitoring.services import fetching_letters, ticket_letters
from monitoring.services.incoming_letters import take_in
from stations.services.labels import give_codes
from tests import factories
from tests.browser.conftest import page_at

PHONE = {"width": 360, "height": 740}


def _answer(letter, text, number):
    found = EmailMessage()
    found["From"], found["To"] = "Ada <ada@example.com>", letter["Reply-To"]
    found["Message-ID"], found["In-Reply-To"] = f"<{number}@example.com>", letter["Message-ID"]
    quoted = "\n".join(f"> {line}" for line in letter.get_body(("plain",)).get_content().splitlines())
    found.set_content(f"{text}\n\nOn Monday Volta wrote:\n{quoted}\n")
    return found


def _prepare(depot):
    SupportPolicy.objects.create(
        organization=depot.organization, address="support@volta.example", helpline="+44 800 123"
    )
    station = depot.stations.get()
    give_codes(evses=list(station.evses.all()))
    person = factories.MembershipFactory(organization=depot.organization, role=Role.SUPPORT).user
    client = Client()
    client.force_login(person)
    return station.evses.get(number=1).public_code, client.cookies["sessionid"].value


async def test_a_fault_is_reported_answered_by_letter_and_solved(connect, server, depot, database, mail, mailbox):
    charger = connect("ocpp1.6")
    async with charger:
        await charger.boot()
        await charger.fault(1, "ConnectorLockFailure")
        await database.until(lambda: depot.stations.get().connectors.get().status == "faulted", "the fault is known")
        code, cookie = await database(lambda: _prepare(depot))
        page_url = await asyncio.to_thread(_report, server, code)
    ticket = await database(Ticket.objects.select_related("snapshot").get)
    assert (ticket.source, ticket.contact_email) == ("qr", "ada@example.com")
    kept = ticket.snapshot.data
    assert kept["plugs"][0]["error_code"] == "ConnectorLockFailure"
    assert "StatusNotification" in {frame["action"] for frame in kept["frames"]}
    await asyncio.to_thread(_answer_at_desk, server, cookie)
    await database(ticket_letters.send_due)
    confirmation, letter = mail.letters
    assert ticket.reference in confirmation["Subject"]
    assert "We send somebody" in letter.get_body(("plain",)).get_content()
    await database(lambda: take_in(_answer(letter, "Thank you, I am waiting.", 1).as_bytes()))
    mailbox.put(_answer(letter, "They came. It works.", 2))
    assert await database(fetching_letters.fetch) == 1
    await asyncio.to_thread(_read_on, server, page_url)
    assert await database(lambda: Ticket.objects.get().state) == "resolved"


def _report(server, code):
    with page_at(server.http, viewport=PHONE, has_touch=True) as page:
        page.goto(f"/c/{code}")
        page.get_by_role("link", name="Help with this charger").click()
        expect(page.get_by_text("out of order")).to_be_visible()
        expect(page.get_by_role("link", name="Call +44 800 123")).to_be_visible()
        assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
        page.get_by_text("I cannot unplug").click()
        page.get_by_label("Email or phone").fill("ada@example.com")
        page.get_by_role("button", name="Send").click()
        expect(page.get_by_text("We are on it")).to_be_visible()
        return page.url


def _answer_at_desk(server, cookie):
    with page_at(server.http, cookie, viewport={"width": 1280, "height": 900}) as page:
        page.goto("/console/tickets/")
        page.get_by_role("link", name="I cannot unplug").click()
        expect(page.get_by_text("ConnectorLockFailure").first).to_be_visible()
        page.locator("#composer textarea").fill("We send somebody with a key.")
        page.get_by_role("button", name="Send", exact=True).click()
        expect(page.locator("#talk").get_by_text("We send somebody with a key.")).to_be_visible()


def _read_on(server, page_url):
    with page_at(server.http, viewport=PHONE) as page:
        page.goto(page_url)
        expect(page.get_by_text("Thank you, I am waiting.")).to_be_visible()
        expect(page.get_by_text("They came. It works.")).to_be_visible()
        page.get_by_role("button", name="It is solved").click()
        expect(page.get_by_text("If it is not solved after all")).to_be_visible()
        page.goto(page_url[:-3] + "xx/")
        expect(page.get_by_text("We are on it")).to_have_count(0)
