"""What people do: look at the network, find a station, reset it, read a session, find a place to charge."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import sign_in, violations

REFETCH = """() => new Promise(done => {
  document.addEventListener("htmx:afterSettle", () => done(), {once: true});
  htmx.trigger("#results", "live");
})"""
NUMBER = re.compile(r"[0-9]")


def _free_and_connected(page):
    """The address of a connected station."""
    page.goto("/console/stations/?connected=true")
    return page.locator("a.row-link").first.get_attribute("href")


def test_a_driver_lands_on_the_map_and_an_operator_in_the_console(open_page):
    with open_page(visitor=True) as page:
        sign_in(page, "driver@demo.example")
        expect(page.get_by_role("region", name="Map of charging sites")).to_be_visible()
        page.get_by_role("button", name="Sign out").click()
        sign_in(page)
        expect(page.get_by_role("heading", name="Stations by status")).to_be_visible()


def test_a_wrong_password_is_said_in_words(open_page):
    with open_page(visitor=True) as page:
        page.goto("/accounts/login/")
        page.get_by_label("Email").fill("operator@demo.example")
        page.get_by_label("Password", exact=True).fill("wrong")
        page.get_by_role("button", name="Sign in", exact=True).click()
        expect(page.get_by_role("alert")).to_contain_text("not correct")


def test_the_overview_is_live(open_page):
    with open_page() as page:
        page.goto("/console/")
        expect(page.locator("[data-live-state=live]")).to_be_visible()
        # The demo's vehicles come to charge within half a minute: the number appears without a reload.
        expect(page.locator("[data-figure=sessions-now]")).not_to_have_text("0", timeout=120_000)
        energy = page.locator("[data-figure=energy-today]")
        expect(energy).not_to_have_text(energy.inner_text(), timeout=120_000)


def test_a_station_is_found_by_typing_and_the_address_keeps_it(open_page):
    with open_page() as page:
        page.goto("/console/stations/")
        identity = page.locator("a.row-link").last.inner_text()
        # Once it searches everywhere, twice this list.
        page.keyboard.press("/")
        expect(page.get_by_role("dialog", name="Search everywhere")).to_be_visible()
        page.keyboard.press("/")
        expect(page.locator("main input[type=search]:focus")).to_have_count(1)
        page.keyboard.type(identity)
        expect(page.locator("a.row-link")).to_have_count(1)
        expect(page).to_have_url(re.compile(f"text={identity}$"))
        page.reload()
        expect(page.locator("a.row-link")).to_have_text(identity)
        page.locator("a.row-link").click()
        expect(page.get_by_role("heading", level=1)).to_have_text(identity)


def test_a_reset_is_confirmed_sent_and_its_outcome_appears(open_page):
    with open_page() as page:
        page.goto(_free_and_connected(page))
        expect(page.locator("[data-live-state=live]")).to_be_visible()
        page.locator(".page-head").get_by_role("link", name="Reset").click()
        dialog = page.get_by_role("dialog", name="Reset")
        expect(dialog).to_contain_text("Restarts the station")
        dialog.get_by_role("button", name="Reset the station").click()
        expect(dialog).to_be_hidden()
        expect(page.get_by_role("status")).to_contain_text("on its way")
        outcome = page.locator("section", has=page.get_by_role("heading", name="Commands")).locator(".badge").first
        expect(outcome).to_have_text("Accepted", timeout=120_000)


def test_the_dialog_is_for_the_keyboard_too(open_page):
    with open_page() as page:
        page.goto(_free_and_connected(page))
        page.locator(".page-head").get_by_role("link", name="Reset").focus()
        page.keyboard.press("Enter")
        dialog = page.get_by_role("dialog", name="Reset")
        expect(dialog).to_be_visible()
        assert page.evaluate("document.activeElement.closest('dialog') !== null")
        page.keyboard.press("Escape")
        expect(dialog).to_be_hidden()
        expect(page.locator(".page-head").get_by_role("link", name="Reset")).to_be_focused()


def test_the_skip_link_leads_to_the_content(open_page):
    with open_page() as page:
        page.goto("/console/stations/")
        page.keyboard.press("Tab")
        expect(page.get_by_role("link", name="Skip to content")).to_be_focused()
        page.keyboard.press("Enter")
        expect(page.locator("#main")).to_be_focused()


def test_a_session_has_its_curve_its_words_and_its_table(open_page):
    with open_page() as page:
        page.goto("/console/sessions/")
        page.locator("tr", has_text=re.compile(r"[1-9][0-9.]*\s*kWh")).locator("a.row-link").first.click()
        expect(page.locator("[data-chart][data-drawn] canvas")).to_be_visible()
        expect(page.locator("#curve-words")).to_contain_text("Power peaked at")
        page.locator("#readings summary").click()
        expect(page.locator("#readings td", has_text="kW").first).to_be_visible()


def test_the_map_shows_every_site_and_opens_one(open_page):
    with open_page(visitor=True) as page:
        page.goto("/")
        page.locator("[data-map][data-ready][data-sites]").wait_for()
        sites = page.locator(".map-card")
        assert sites.count() == int(page.locator("[data-map]").get_attribute("data-sites"))
        assert page.locator(".leaflet-marker-icon").count() >= 1
        name = sites.first.locator("strong").inner_text()
        sites.first.click()
        expect(page.get_by_role("heading", name=name)).to_be_visible()
        expect(page.locator(".map-evse", has_text="kW").first).to_be_visible()
        assert violations(page) == []


def test_the_map_list_is_searched_while_typing(open_page):
    with open_page(visitor=True) as page:
        page.goto("/")
        everything = page.locator(".map-card").count()
        page.get_by_label("Search by place or name").fill("amsterdam")
        expect(page.locator(".map-card")).not_to_have_count(everything)
        expect(page.locator(".map-card").first).to_contain_text("Amsterdam")


def test_dark_is_remembered(open_page):
    with open_page(color_scheme="light") as page:
        page.goto("/console/")
        background = "getComputedStyle(document.body).backgroundColor"
        light = page.evaluate(background)
        page.get_by_role("button", name="Olga").click()
        page.get_by_role("button", name="Light or dark").click()
        dark = page.evaluate(background)
        assert dark != light
        page.goto("/console/stations/")
        assert page.evaluate(background) == dark


@pytest.mark.parametrize("width", [360, 390])
def test_a_technician_reaches_everything_on_a_phone(open_page, width):
    with open_page(viewport={"width": width, "height": 740}) as page:
        page.goto("/console/")
        bar = page.get_by_role("navigation", name="Main")
        bar.get_by_role("link", name="Stations").click()
        page.locator("a.row-link").first.click()
        expect(page.get_by_role("heading", level=1)).to_have_text(NUMBER)
        bar.get_by_role("button", name="More").click()
        page.get_by_role("link", name="Refused connections").click()
        expect(page.get_by_role("heading", name="Refused connections")).to_be_visible()


def test_sessions_are_filtered_and_exported(open_page):
    with open_page(accept_downloads=True) as page:
        page.goto("/console/sessions/")
        page.get_by_role("combobox", name="State").select_option(label="Ended")
        expect(page).to_have_url(re.compile("is_open=false$"))
        page.get_by_role("button", name="Columns").click()
        page.get_by_role("group", name="Columns").get_by_label("Power").uncheck()
        expect(page.get_by_role("columnheader", name="Power")).to_have_count(0)
        page.keyboard.press("Escape")
        with page.expect_download() as download:
            page.get_by_role("link", name="CSV").click()
        assert re.match(r"sessions-\d{4}-\d\d-\d\d\.csv", download.value.suggested_filename)
        head, *rows = download.value.path().read_text(encoding="utf-8-sig").splitlines()
        assert "energy_kwh" in head
        assert "power_kw" not in head
        assert rows
        assert all(",ended," in row for row in rows)


def test_a_view_is_kept_and_come_back_to(open_page):
    with open_page() as page:
        page.goto("/console/stations/")
        page.get_by_role("combobox", name="Status").select_option(label="Available")
        page.get_by_role("link", name="Save view").click()
        dialog = page.get_by_role("dialog", name="Save this view")
        dialog.get_by_label("Name").fill("Free ones")
        dialog.get_by_role("button", name="Save").click()
        views = page.get_by_role("navigation", name="Views")
        expect(views.get_by_role("link", name="Free ones")).to_have_attribute("aria-current", "page")
        views.get_by_role("link", name="All").click()
        views.get_by_role("link", name="Free ones").click()
        expect(page).to_have_url(re.compile("glance=available$"))


def test_stations_are_ticked_by_keyboard_and_stay_so_while_the_list_is_live(open_page):
    with open_page() as page:
        page.goto("/console/stations/")
        expect(page.locator("[data-live-state=live]")).to_be_visible()
        boxes = page.locator("[data-select]")
        boxes.first.focus()
        page.keyboard.press("Space")
        boxes.nth(2).click(modifiers=["Shift"])
        expect(page.get_by_text("3 stations", exact=True)).to_be_visible()
        # The list fetches itself again, as it does when a charger says something.
        page.evaluate(REFETCH)
        expect(page.locator("[data-select]:checked")).to_have_count(3)
        assert violations(page) == []
        page.get_by_role("button", name="Send a command").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("Send a command to 3 stations")
