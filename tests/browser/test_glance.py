"""The network at a glance: the overview's numbers and map, the search that acts, the board on a wall that tells when
it may be wrong."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.chargers import Chargers
from tests.browser.conftest import violations


@pytest.fixture(scope="module")
def chargers(installation):
    with Chargers(installation) as found:
        yield found


def _on_the_map(page, marker):
    """Where a marker stands, in pixels from the map's corner."""
    box, corner = marker.bounding_box(), page.locator("[data-map]").bounding_box()
    return round(box["x"] - corner["x"]), round(box["y"] - corner["y"])


def test_a_fault_is_seen_on_the_overview_and_leads_to_its_station(open_page, chargers):
    with chargers.connected("GLANCE-FAULT") as [charger], open_page() as page:
        page.goto("/console/")
        main = page.get_by_role("main")
        expect(page.locator("[data-live-state=live]")).to_be_visible()
        chargers.run(charger.fault(1))
        expect(main.get_by_role("link", name=re.compile("^Faulted 1$")).first).to_be_visible()
        expect(page.get_by_role("button", name=re.compile("Faulted, 1 of")).first).to_be_visible()
        main.get_by_role("link", name=re.compile("^Faulted 1$")).first.click()
        expect(page.locator("a.row-link")).to_have_count(1)
        page.get_by_role("link", name="GLANCE-FAULT").click()
        expect(page.locator(".page-head")).to_contain_text("Faulted")
        chargers.run(charger.clear_fault(1))


def test_sites_drawn_as_one_say_in_their_name_what_is_broken_there(open_page, chargers):
    with chargers.connected("GLANCE-GROUP") as [charger], open_page(viewport={"width": 360, "height": 740}) as page:
        chargers.run(charger.fault(1))
        page.goto("/console/wall/")
        expect(page.locator(".cluster > [data-count]").first).to_be_visible()
        assert violations(page) == []
        chargers.run(charger.clear_fault(1))


def test_the_map_keeps_its_view_and_the_keyboard_while_it_lives(open_page):
    with open_page() as page:
        page.goto("/console/")
        page.locator("[data-map][data-ready][data-sites]").wait_for()
        with page.expect_response("**/sites.geojson*"):
            page.get_by_role("button", name="Zoom out").click()
        marker = page.locator(".leaflet-marker-icon").first
        marker.focus()
        places = []
        for _ in range(2):
            with page.expect_response("**/sites.geojson*"):
                page.evaluate("document.dispatchEvent(new CustomEvent('busbar:changed'))")
            places.append(_on_the_map(page, marker))
        expect(marker).to_be_focused()
        assert places[0] == places[1]


def test_a_station_is_reset_from_anywhere_by_saying_so(open_page, chargers):
    with chargers.connected("GLANCE-0042"), open_page() as page:
        page.goto("/console/commands/")
        page.keyboard.press("/")
        field = page.get_by_role("combobox", name="Search everywhere")
        expect(field).to_be_focused()
        page.keyboard.type("glance42")
        expect(page.get_by_role("option", name=re.compile("GLANCE-0042"))).to_have_attribute("aria-selected", "true")
        expect(page.locator("#search-told")).to_contain_text("1 result")
        assert violations(page) == []
        page.keyboard.press("ControlOrMeta+a")
        # What is typed at once is waited for.
        page.keyboard.type("reset glance42")
        page.keyboard.press("Enter")
        dialog = page.get_by_role("dialog", name="Reset")
        expect(dialog).to_contain_text("GLANCE-0042")
        dialog.get_by_role("button", name="Reset the station").click()
        expect(page.get_by_role("status").filter(has_text="on its way")).to_be_visible()
        expect(page.get_by_role("main")).to_contain_text("GLANCE-0042")


def test_arrows_choose_and_what_was_opened_lately_is_offered_again(open_page):
    with open_page() as page:
        page.goto("/console/")
        page.keyboard.press("ControlOrMeta+k")
        page.keyboard.type("ams")
        expect(page.get_by_role("option").nth(1)).to_be_visible()
        page.keyboard.press("ArrowDown")
        chosen = page.locator("[role=option][aria-selected=true] .hit-label").inner_text()
        page.keyboard.press("Enter")
        expect(page.get_by_role("heading", level=1)).to_have_text(chosen)
        page.keyboard.press("/")
        expect(page.get_by_role("option", name=chosen)).to_be_visible()
        page.keyboard.press("Escape")
        expect(page.get_by_role("dialog")).to_be_hidden()


def test_the_key_can_be_switched_off(open_page):
    with open_page() as page:
        page.goto("/console/stations/")
        page.get_by_role("link", name="Search").click()
        page.get_by_label("The key “/” opens this").uncheck()
        page.keyboard.press("Escape")
        page.reload()
        page.keyboard.press("/")
        page.keyboard.press("ControlOrMeta+k")
        expect(page.get_by_role("dialog", name="Search everywhere")).to_be_visible()
        expect(page.get_by_role("combobox", name="Search everywhere")).to_have_value("")


def test_a_phone_searches_too(open_page):
    with open_page(viewport={"width": 360, "height": 740}) as page:
        page.goto("/console/")
        page.get_by_role("link", name="Search").click()
        page.get_by_role("combobox").fill("ams-01")
        page.get_by_role("option", name=re.compile("^AMS-01")).click()
        expect(page.get_by_role("heading", level=1)).to_have_text("AMS-01")


def test_the_wall_says_when_live_updates_are_lost(open_page):
    with open_page(viewport={"width": 1920, "height": 1080}) as page:
        page.route_web_socket("**/live/", lambda socket: socket.close())
        page.goto("/console/wall/")
        alarm = page.get_by_role("alert")
        expect(alarm).to_contain_text("Live updates are lost")
        assert violations(page) == []


def test_the_wall_does_not_let_what_is_old_look_fresh(open_page):
    with open_page(complaint="503", viewport={"width": 1920, "height": 1080}) as page:
        page.clock.install()
        page.goto("/console/wall/")
        expect(page.locator("[data-live-state=live]")).to_be_visible()
        expect(page.get_by_role("alert")).to_be_hidden()
        page.route("**/console/**", lambda route: route.fulfill(status=503))
        page.clock.run_for(90_000)
        expect(page.get_by_role("alert")).to_contain_text("No connection since")
        page.unroute("**/console/**")
        page.clock.run_for(45_000)
        expect(page.get_by_role("alert")).to_be_hidden()


def test_the_wall_says_when_its_sign_in_has_ended(open_page):
    with open_page(complaint="401", viewport={"width": 1080, "height": 1920}) as page:
        page.goto("/console/wall/")
        expect(page.locator("[data-live-state=live]")).to_be_visible()
        page.context.clear_cookies()
        page.evaluate("htmx.trigger('#wall', 'live')")
        expect(page.get_by_role("alert")).to_contain_text("Signed out")
        expect(page.get_by_role("region", name="Last events")).to_be_visible()
