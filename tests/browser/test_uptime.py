"""An outage is seen, its exclusion is proposed by one person and approved by another, and the figure changes."""

import re

from playwright.sync_api import expect

from tests.browser.conftest import sign_in, violations


def minutes(page):
    """Of outage that is excluded, as the port's page says."""
    text = page.get_by_text(re.compile(r"min of it excluded")).first.inner_text()
    return int(re.sub(r"\D", "", text.split("min")[0]))


def test_an_outage_is_excluded_by_two_people(open_page):
    with open_page(visitor=True) as page:
        sign_in(page, "technician@demo.example")
        page.goto("/console/uptime/")
        page.locator("a.row-link").first.click()
        port = page.url
        before = minutes(page)
        assert violations(page) == []
        page.get_by_role("link", name="Exclude…").first.click()
        expect(page.get_by_text("This would exclude")).to_be_visible()
        page.get_by_label("What shows it").fill("The grid operator's notice.")
        page.get_by_label("Evidence").set_input_files(
            {"name": "notice.txt", "mimeType": "text/plain", "buffer": b"Power was off."}
        )
        assert violations(page) == []
        page.get_by_role("button", name="Propose").press("Enter")
        expect(page.get_by_text("You proposed this: somebody else reviews it.")).to_be_visible()
        exclusion = page.url
    with open_page() as page:
        page.goto(exclusion)
        assert violations(page) == []
        page.get_by_label("Note").fill("The notice is right.")
        page.get_by_role("button", name="Approve").press("Enter")
        expect(page.get_by_text("Approved: it counts now.")).to_be_visible()
        page.goto(port)
        assert minutes(page) > before
