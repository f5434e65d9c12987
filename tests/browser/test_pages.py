"""Every main page: accessible in light and dark, no wider than a phone, quiet in the browser's console."""

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import violations

PUBLIC = ["/", "/accounts/login/", "/accounts/signup/", "/accounts/password/reset/"]
CONSOLE = [
    "/console/",
    "/console/sites/",
    "/console/stations/",
    "/console/sessions/",
    "/console/commands/",
    "/console/refused/",
    "/accounts/2fa/",
    "/accounts/email/",
    "/accounts/logout/",
]
DETAILS = ["site", "station", "messages", "configuration", "session", "dialog"]


def _open(page, where):
    """Go to a path, or to the page of the first site, station or session there is."""
    if where.startswith("/"):
        page.goto(where)
    else:
        lists = {"site": "sites", "session": "sessions"}
        page.goto(f"/console/{lists.get(where, 'stations')}/")
        page.locator("a.row-link").first.click()
        page.wait_for_selector("h1")
        if where in ("messages", "configuration"):
            page.get_by_role("link", name=where.capitalize(), exact=True).click()
        if where == "dialog":
            page.locator(".page-head").get_by_role("link", name="Reset").click()
            expect(page.get_by_role("dialog")).to_be_visible()
    if page.locator("[data-chart]").count():
        page.locator("[data-chart][data-drawn]").wait_for()
    if page.locator("[data-map]").count():
        page.locator("[data-map][data-ready][data-sites]").wait_for()
    page.evaluate("document.fonts.ready")


@pytest.mark.parametrize("where", [*PUBLIC, *CONSOLE, *DETAILS])
def test_a_page_is_accessible_in_light_and_dark_and_fits_a_phone(open_page, where):
    with open_page(visitor=where in PUBLIC, color_scheme="light") as page:
        _open(page, where)
        assert violations(page) == []
        page.emulate_media(color_scheme="dark")
        assert violations(page) == []
        page.set_viewport_size({"width": 360, "height": 740})
        assert page.evaluate("document.documentElement.scrollWidth") <= 360
        assert violations(page) == []


def test_error_pages_are_pages(open_page):
    with open_page(visitor=True, complaint="404") as page:
        page.goto("/nowhere/")
        expect(page.get_by_role("heading", name="There is nothing here")).to_be_visible()
        assert violations(page) == []
