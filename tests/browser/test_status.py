"""A visitor of a status page: letters are asked for, come once, and end with one click, while a charger breaks."""

import asyncio
import threading
from contextlib import contextmanager
from datetime import timedelta
from urllib.request import urlopen

import pytest
from django.core.cache import cache
from django.utils import timezone
from playwright.sync_api import expect

from monitoring.services import alerting, publication, status_letters
from stations import journal
from stations.models import EdgeProcess
from stations.simulator.charger import VirtualCharger
from stations.simulator.profile import Profile
from tests.browser.conftest import page_at, violations
from tests.monitoring import status_rows

PHONE = {"width": 360, "height": 740}


@pytest.fixture
def visit(server):
    """`with visit(path) as page`: a visitor's phone."""

    @contextmanager
    def opened(path):
        cache.clear()
        with page_at(server.http, viewport=PHONE, locale="en-GB") as page:
            page.goto(path)
            yield page

    return opened


@contextmanager
def on_a_loop():
    """`run(coroutine)`: what a charger does, beside the test."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    try:
        yield lambda work: asyncio.run_coroutine_threadsafe(work, loop).result(timeout=60)
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join(timeout=60)


@contextmanager
def connected(run, identity, url):
    """A charger that has booted."""
    charger = VirtualCharger(Profile(identity=identity, protocol="ocpp2.0.1"), url=url)
    run(charger.link.connect())
    try:
        run(charger.boot())
        yield charger
    finally:
        run(charger.close())


def time_passes(minutes=0):
    """What the periodic tasks do; twice, since each may run twice."""
    for _ in range(2):
        while journal.deliver():
            pass
        now = timezone.now()
        EdgeProcess.objects.update(started_at=now - timedelta(days=1), lease_until=now + timedelta(hours=1))
        alerting.sweep(now=now + timedelta(minutes=minutes))
        publication.sweep(now=now + timedelta(minutes=minutes))
        status_letters.tell()
        status_letters.deliver()


def subjects(mail):
    return [letter["Subject"].partition(": ")[2] for letter in mail.letters]


def test_a_subscriber_is_told_once_what_breaks_and_once_that_it_is_over(server, make_station, depot, visit, mail):
    status_rows.publish_page(depot.organization, after_minutes=0)
    home = f"/status/{depot.organization.slug}/"
    make_station("CP-1")
    with on_a_loop() as run, connected(run, "CP-1", server.ocpp) as charger:
        with visit(home) as page:
            expect(page.get_by_role("heading", name="All charging points work")).to_be_visible()
            page.get_by_role("link", name="Subscribe").click()
            page.get_by_label("Email address").fill("reader@example.com")
            page.get_by_role("button", name="Subscribe").click()
            expect(page.get_by_role("heading", name="Look into your mailbox")).to_be_visible()
        status_letters.deliver()
        assert subjects(mail) == ["Confirm your subscription"]
        [path] = status_rows.paths_in(mail.letters[0].get_body(("plain",)).get_content())
        with visit(path) as page:
            page.get_by_role("button", name="Confirm").click()
            expect(page.get_by_role("heading", name="You are subscribed")).to_be_visible()

        run(charger.fault(1, "GroundFailure"))
        time_passes()
        broken = f"1 of 1 charging points at {depot.name} out of service"
        assert subjects(mail)[1:] == [f"Investigating: {broken}"]
        with visit(home) as page:
            expect(page.get_by_role("heading", name="No charging point works")).to_be_visible()
            expect(page.get_by_role("heading", name=broken)).to_be_visible()
            assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
            assert violations(page) == []

        run(charger.clear_fault(1))
        time_passes()
        time_passes(minutes=2)
        assert subjects(mail)[2:] == [f"Resolved: {broken}"]
        with visit(home) as page:
            expect(page.get_by_role("heading", name="All charging points work")).to_be_visible()
            expect(page.get_by_text("It is over.")).to_be_visible()

        [path] = status_rows.paths_in(mail.letters[2]["List-Unsubscribe"])
        with urlopen(f"{server.http}{path}", data=b"List-Unsubscribe=One-Click", timeout=30) as answer:  # noqa: S310 - our own server
            assert answer.status == 200
        run(charger.fault(1, "GroundFailure"))
        time_passes()
        assert len(mail.letters) == 3
