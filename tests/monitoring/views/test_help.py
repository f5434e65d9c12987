"""Help for drivers, without an account."""

from io import BytesIO
from uuid import uuid4

import pytest
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from PIL import Image

from monitoring.models import SupportPolicy, Ticket, TicketAttachment
from monitoring.services import ticket_tokens, tickets
from stations.domain.status import ConnectorStatus
from tests import factories
from tests.monitoring.tickets import report

ONCE = "5b0f9f2e-7f7a-4d4e-9d38-6f9ac1a5a001"
CODE = "K7M4PQ9R"


@pytest.fixture(autouse=True)
def forgotten():
    """How often somebody wrote before."""
    cache.clear()


@pytest.fixture
def evse(station):
    found = station.evses.first()
    found.public_code = CODE
    found.save()
    station.sessions.all().delete()
    return found


@pytest.fixture
def driver_page():
    """Somebody in a browser, known to nobody."""
    return Client(headers={"Accept-Language": "en"})


def say(page, url="/help/", **more):
    return page.post(url, {"category": "start", "once": ONCE, **more})


def status(evse, status, *, connected=True):
    evse.connectors.update(status=status)
    if connected:
        factories.connect(evse.station)


def text(response):
    return response.content.decode()


def test_the_qr_code_leads_to_help_at_this_charger(driver_page, evse):
    answer = driver_page.get(reverse("stations:code", args=[CODE]), follow=True)
    assert reverse("monitoring:help-charger", args=[CODE]) in text(answer)


def test_the_public_page_of_a_site_leads_to_help(driver_page, site):
    page = driver_page.get(reverse("stations:map-site", args=[site.pk]))
    assert reverse("monitoring:help-site", args=[site.pk]) in text(page)


def test_a_report_needs_one_tap(driver_page, evse):
    answer = say(driver_page, f"/help/c/{CODE}/")
    ticket = Ticket.objects.get()
    assert answer.url == reverse("monitoring:help-ticket", args=[ticket_tokens.token_of(ticket)])
    assert (ticket.evse, ticket.source, ticket.category) == (evse, "qr", "start")
    assert ticket.snapshot.data["identity"] == evse.station.identity
    assert "It does not start" in text(driver_page.get(answer.url))


def test_what_is_sent_twice_is_one_report(driver_page, evse):
    assert say(driver_page, f"/help/c/{CODE}/").url == say(driver_page, f"/help/c/{CODE}/").url
    assert Ticket.objects.count() == 1


@pytest.mark.parametrize(
    ("contact", "kept"),
    [("ada@example.com", ("ada@example.com", "")), ("+44 20 7946-0000", ("", "+44 20 7946-0000"))],
)
def test_email_or_phone_stands_in_one_field(driver_page, evse, contact, kept):
    say(driver_page, f"/help/c/{CODE}/", contact=contact)
    ticket = Ticket.objects.get()
    assert (ticket.contact_email, ticket.contact_phone) == kept
    assert ticket.messages.filter(letter="waiting").count() == bool(kept[0])


def test_what_is_neither_is_asked_for_again(driver_page, evse):
    assert "neither an email address nor a phone number" in text(say(driver_page, f"/help/c/{CODE}/", contact="me"))
    assert not Ticket.objects.exists()


def test_the_general_form_finds_the_place(driver_page, site, evse, elsewhere):
    say(driver_page, where="k7m4 pq9r")
    say(driver_page, where=site.name, once=ONCE[:-1] + "2")
    assert [ticket.site for ticket in Ticket.objects.order_by("id")] == [site, site]
    assert "We do not know this place" in text(say(driver_page, where="nowhere", once=ONCE[:-1] + "3"))


def test_a_picture_comes_along(driver_page, evse):
    picture = BytesIO()
    Image.new("RGB", (20, 20)).save(picture, "JPEG")
    photo = SimpleUploadedFile("plug.jpg", picture.getvalue(), "image/jpeg")
    answer = say(driver_page, f"/help/c/{CODE}/", photo=photo)
    file = TicketAttachment.objects.get()
    shown = driver_page.get(f"{answer.url}files/{file.pk}/")
    assert (shown.status_code, shown["Content-Type"]) == (200, "image/jpeg")


def test_programs_report_nothing(driver_page, evse):
    assert say(driver_page, f"/help/c/{CODE}/", website="https://spam.example").status_code == 302
    assert not Ticket.objects.exists()


def reports(page, count, **more):
    """How many of so many reports were taken."""
    answers = [
        say(page, f"/help/c/{CODE}/", once=str(uuid4()), **{key: value.format(n=n) for key, value in more.items()})
        for n in range(count)
    ]
    return sum("Many reports came" not in text(answer) for answer in answers)


def test_nobody_reports_without_end(driver_page, evse):
    assert reports(driver_page, 9, contact="ada@example.com") == 8
    assert reports(driver_page, 13) == 12


def test_one_contact_is_counted_from_wherever_it_writes(evse):
    pages = [Client(REMOTE_ADDR=f"192.0.2.{n}") for n in range(9)]
    assert [reports(page, 1, contact="Ada@Example.com") for page in pages] == [1] * 8 + [0]


def test_many_people_behind_one_address_are_heard_and_no_more_than_that(driver_page, evse):
    assert reports(driver_page, 62, contact="driver{n}@example.com") == 60
    elsewhere = Client(REMOTE_ADDR="192.0.2.1", headers={"Accept-Language": "en"})
    assert reports(elsewhere, 1, contact="eve@example.com") == 1


def test_what_no_driver_sees_has_no_help_page(driver_page, evse, site):
    site.is_public = False
    site.save()
    assert driver_page.get(f"/help/c/{CODE}/").status_code == 404
    assert driver_page.get(f"/help/sites/{site.pk}/").status_code == 404


# --- What can be said at once ---


def test_who_stands_at_a_broken_charger_is_told_of_a_free_one_nearby(driver_page, evse, elsewhere):
    status(evse, ConnectorStatus.FAULTED)
    elsewhere.session.delete()
    status(elsewhere.session.evse, ConnectorStatus.AVAILABLE)
    page = text(driver_page.get(f"/help/c/{CODE}/"))
    assert "out of order" in page
    assert "Faraday depot" in page
    assert evse.station.identity not in page


def test_a_free_charger_beside_it_is_named_first(driver_page, evse):
    status(evse, ConnectorStatus.FAULTED)
    other = factories.ConnectorFactory(evse__station=evse.station, status=ConnectorStatus.AVAILABLE)
    page = text(driver_page.get(f"/help/c/{CODE}/"))
    assert f"· {other.evse.number} is free" in page


def test_who_cannot_unplug_is_told_how(driver_page, evse):
    status(evse, ConnectorStatus.FINISHING)
    assert "pull the plug straight out" in text(driver_page.get(f"/help/c/{CODE}/"))


def test_a_charger_that_is_away_says_so(driver_page, evse):
    status(evse, ConnectorStatus.AVAILABLE, connected=False)
    assert "lost its connection" in text(driver_page.get(f"/help/c/{CODE}/"))


def test_the_helplines_number_is_there_to_call(driver_page, evse, organization):
    SupportPolicy.objects.create(organization=organization, helpline="+44 800 123")
    assert 'href="tel:+44800123"' in text(driver_page.get(f"/help/c/{CODE}/"))


# --- The conversation ---


def test_a_driver_reads_what_was_answered_and_no_notes(driver_page, network, operator):
    ticket = report(network)
    tickets.answer(ticket=ticket, text="Try the other cable.", by=operator)
    tickets.note(ticket=ticket, text="This one calls every week.", by=operator)
    page = text(driver_page.get(f"/help/t/{ticket_tokens.token_of(ticket)}/"))
    assert "Try the other cable." in page
    assert "it is your turn" in page
    assert "every week" not in page
    assert operator.email not in page
    assert network.station.identity not in page


def test_a_driver_adds_something_and_says_that_it_is_solved(driver_page, network):
    ticket = report(network)
    url = f"/help/t/{ticket_tokens.token_of(ticket)}/"
    assert driver_page.post(url, {"text": "The light is red."}).status_code == 302
    assert "The light is red." in text(driver_page.get(url))
    driver_page.post(f"{url}solved/")
    ticket.refresh_from_db()
    assert ticket.state == "resolved"
    assert "Solved" in text(driver_page.get(url))


def test_nobody_reads_a_conversation_without_its_address(driver_page, network, elsewhere, stranger):
    ticket, other = report(network), report(elsewhere)
    assert driver_page.get(f"/help/t/{'x' * 32}/").status_code == 404
    assert driver_page.get(f"/help/t/{ticket.reference}{'x' * 20}/").status_code == 404
    row = TicketAttachment.objects.create(
        message=ticket.messages.first(), file="tickets/none", name="a.pdf", content_type="application/pdf"
    )
    assert driver_page.get(f"/help/t/{ticket_tokens.token_of(other)}/files/{row.pk}/").status_code == 404
    driver_page.force_login(stranger)
    assert driver_page.get(reverse("monitoring:ticket-file", args=[row.pk])).status_code == 404


def test_pages_of_conversations_are_kept_by_nobody(driver_page, network):
    answer = driver_page.get(f"/help/t/{ticket_tokens.token_of(report(network))}/")
    assert answer["Cache-Control"] == "private, no-store"
    assert answer["X-Robots-Tag"] == "noindex"
    # Not less: without a referrer a browser's own forms count as foreign.
    assert answer["Referrer-Policy"] == "same-origin"


def test_drivers_are_spoken_to_in_their_language(network, evse):
    page = Client(headers={"Accept-Language": "de"})
    assert "Was stimmt nicht?" in text(page.get(f"/help/c/{CODE}/"))
    say(page, f"/help/c/{CODE}/")
    assert Ticket.objects.get().language == "de"
