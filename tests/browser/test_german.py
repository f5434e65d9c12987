"""The console in German: chosen by the person, whole, with its numbers and times, and nothing breaks on a phone."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import sign_in, violations

PAGES = ["/console/", "/console/sites/", "/console/stations/", "/console/sessions/", "/console/commands/"]
STATION = ["", "power/", "security/", "checks/", "commands/reset/"]
PUBLIC = ["/", "/accounts/login/"]
DECIMAL_COMMA = re.compile(r"\d,\d")


@pytest.fixture
def german(open_page):
    """A page of a person who reads German, in a browser that asks for English."""
    with open_page(visitor=True, locale="en-GB") as page:
        sign_in(page)
        page.get_by_role("button", name="Owner").click()
        page.get_by_role("button", name="Deutsch").click()
        expect(page.get_by_role("heading", name="Ladestationen nach Zustand")).to_be_visible()
        yield page
        page.goto("/console/")
        page.locator(".side-foot button").click()
        page.get_by_role("button", name="English").click()
        expect(page.get_by_role("heading", name="Stations by status")).to_be_visible()


def fits(page):
    """Accessible, wide and on a phone."""
    assert page.locator("html").get_attribute("lang") == "de"
    assert violations(page) == []
    page.set_viewport_size({"width": 360, "height": 740})
    assert page.evaluate("document.documentElement.scrollWidth") <= 360, page.url
    assert violations(page) == []
    page.set_viewport_size({"width": 1280, "height": 900})


def test_the_console_is_german_for_who_chose_it(german):
    for path in PAGES:
        german.goto(path)
        fits(german)
    expect(
        german.get_by_role("navigation", name="Konsole").get_by_role("link", name="Ladestationen", exact=True)
    ).to_be_visible()
    german.goto("/console/stations/")
    station = german.locator("a.row-link").first.get_attribute("href")
    for path in STATION:
        german.goto(station + path)
        fits(german)


def test_numbers_times_and_charts_are_written_in_german(german):
    german.goto("/console/sessions/")
    expect(german.get_by_role("main")).to_contain_text(DECIMAL_COMMA)
    german.goto(german.locator("a.row-link").first.get_attribute("href"))
    expect(german.get_by_role("main")).to_contain_text(re.compile(r"\d\d:\d\d\s(MEZ|MESZ)"))
    german.locator("[data-chart][data-drawn]").wait_for()
    german.locator("[data-chart] .u-over").hover()
    expect(german.locator("[data-chart] .u-legend")).to_contain_text(re.compile(r"\d,\d kW"))


@pytest.mark.parametrize("path", PUBLIC)
def test_a_visitor_whose_browser_asks_for_german_reads_it_and_may_choose_english(open_page, path):
    with open_page(visitor=True, locale="de-DE") as page:
        page.goto(path)
        fits(page)
        page.get_by_role("button", name="English").click()
        expect(page.locator("html")).to_have_attribute("lang", "en")
