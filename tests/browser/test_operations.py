"""What operators do all day, on chargers that answer: find trouble, mend it from afar, help a driver, read what was."""

import re

import pytest
from playwright.sync_api import expect

from stations.simulator.vehicle import Vehicle
from tests.browser.chargers import Chargers


@pytest.fixture(scope="module")
def chargers(installation):
    with Chargers(installation) as found:
        yield found


def _send(page, command, button, **choices):
    """Send one of the station's commands at hand through its dialog."""
    page.locator(".page-head").get_by_role("link", name=command).click()
    dialog = page.get_by_role("dialog", name=command)
    for label, value in choices.items():
        dialog.get_by_label(label).fill(value)
    dialog.get_by_role("button", name=button).click()
    expect(dialog).to_be_hidden()


def test_a_faulted_charger_is_found_reset_and_watched_as_it_comes_back(open_page, chargers):
    with chargers.connected("TRIP-FAULT", reboot_s=4) as [charger], open_page() as page:
        chargers.run(charger.fault(1))
        page.goto("/console/")
        page.get_by_role("main").get_by_role("link", name=re.compile("^Faulted")).first.click()
        page.get_by_role("link", name="TRIP-FAULT").click()
        head = page.locator(".page-head")
        expect(head).to_contain_text("Faulted")
        _send(page, "Reset", "Reset the station")
        expect(head.get_by_text("Offline")).to_be_visible()
        # What was wrong was gone once it started again.
        chargers.run(charger.clear_fault(1))
        expect(head.get_by_text("Available")).to_be_visible()


def test_a_session_is_started_and_stopped_from_afar_and_read_afterwards(open_page, chargers):
    with chargers.connected("TRIP-START", max_power_w=22_000) as [charger], open_page() as page:
        chargers.run(charger.plug_in(1, Vehicle(max_power_w=11_000)))
        page.goto("/console/stations/TRIP-START/")
        _send(page, "Start", "Start", **{"Id token": "TRIPTAG"})
        evse = page.get_by_role("region", name="EVSE 1")
        expect(evse).to_contain_text("TRIPTAG")
        chargers.run(charger.meter(1, seconds=600))
        expect(evse).to_contain_text("11.0kW")
        evse.get_by_role("link", name="Stop").click()
        page.get_by_role("dialog").get_by_role("button", name=re.compile("Stop")).click()
        expect(evse).not_to_contain_text("TRIPTAG")
        page.get_by_role("region", name="Sessions").locator("a.row-link").first.click()
        expect(page.get_by_role("heading", name="Session")).to_be_visible()
        happened = page.locator("#timeline")
        for words in ("asked for: remote start", "The session started for TRIPTAG", "asked for: remote stop"):
            expect(happened).to_contain_text(words)
        expect(happened).to_contain_text("Stopped remotely; the session ended after 10 min and 1.83 kWh")
