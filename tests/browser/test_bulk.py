"""A configuration is changed at many stations: chosen, previewed, confirmed, followed, and taken back."""

import re

from playwright.sync_api import expect

from tests.browser.conftest import violations

LINES = "HeartbeatInterval = {0}\nOCPPCommCtrlr / HeartbeatInterval = {0}"


def _choose(page, command):
    """All stations that are connected, in the list, and what to send them."""
    page.goto("/console/stations/?connected=true")
    page.get_by_label("All on this page").check()
    page.get_by_role("button", name="Send a command…").click()
    page.get_by_role("link", name=command).click()


def _confirm(page):
    page.get_by_label(re.compile("the number of stations, to confirm")).fill(
        page.locator(".tile-value").first.inner_text()
    )
    page.get_by_role("button", name=re.compile("^Send to")).click()
    expect(page.get_by_role("heading", name="How far it has come")).to_be_visible()


def test_a_configuration_is_changed_at_many_stations_and_taken_back(open_page):
    with open_page() as page:
        _choose(page, "Read configuration")
        page.get_by_label("Variables").fill(LINES.format("").replace(" = ", ""))
        page.get_by_role("button", name="See what it will do").click()
        page.get_by_role("button", name=re.compile("^Send to")).click()
        # The bar fills and the outcome appears without a reload.
        expect(page.locator(".page-title .badge")).to_have_text("Done", timeout=120_000)
        _choose(page, "Change configuration")
        page.get_by_label("Values").fill(LINES.format(777))
        page.get_by_role("button", name="See what it will do").click()
        expect(page.locator("#results")).to_contain_text("→ 777")
        assert violations(page) == []
        _confirm(page)
        expect(page.locator(".page-title .badge")).to_have_text("Done", timeout=120_000)
        assert page.evaluate("(bar => bar.value === bar.max)(document.querySelector('progress'))")
        assert violations(page) == []
        page.get_by_role("button", name="Undo").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("Undo: Change configuration")
        expect(page.locator("#results")).to_contain_text("777 →")
        _confirm(page)
        expect(page.locator(".page-title .badge")).to_have_text("Done", timeout=120_000)
        page.locator("#bulk td.lead-end a").first.click()
        expect(page.get_by_role("heading", name="What it means")).to_be_visible()
        expect(page.locator("#command")).to_contain_text("The value is set.")
        assert violations(page) == []


def test_what_a_reset_does_to_sessions_follows_what_is_chosen(open_page):
    with open_page() as page:
        page.goto("/console/stations/?glance=charging&connected=true")
        page.locator("a.row-link").first.click()
        page.locator(".page-head").get_by_role("link", name="Reset").click()
        dialog = page.get_by_role("dialog", name="Reset")
        expect(dialog.locator("#session-effects .badge").first).to_be_visible()
        soft = dialog.locator("#session-effects").inner_text()
        dialog.get_by_label(re.compile("^Hard")).check()
        expect(dialog.locator("#session-effects")).not_to_have_text(soft)
