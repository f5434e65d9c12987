"""What those do who keep places: make a site, bring stations from a file, keep a photo."""

from PIL import Image
from playwright.sync_api import expect

from tests.browser.conftest import violations
from tests.server import until


def test_a_site_is_made_step_by_step(open_page):
    with open_page() as page:
        page.goto("/console/sites/")
        page.get_by_role("link", name="New site").click()
        page.locator("[data-map][data-ready]").wait_for()
        page.get_by_label("Name").fill("Hafenkante")
        page.locator("[data-map]").click(position={"x": 120, "y": 120})
        expect(page.get_by_label("Latitude")).not_to_have_value("")
        page.get_by_role("button", name="Next").click()
        page.get_by_label("By the week").check()
        page.get_by_label("Monday").fill("8-18")
        page.get_by_role("button", name="Next").click()
        expect(page.locator(".field-error")).to_contain_text("is no time such as 08:30")
        page.get_by_label("Monday").fill("08:00-18:00")
        page.get_by_role("button", name="Next").click()
        page.get_by_role("button", name="Back").click()
        expect(page.get_by_label("Monday")).to_have_value("08:00-18:00")
        page.get_by_role("button", name="Next").click()
        page.get_by_label("Anybody").check()
        page.get_by_role("button", name="Next").click()
        page.get_by_label("Name").fill("Hanna Holt")
        page.get_by_role("button", name="Make the site").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("Hafenkante")
        expect(page.get_by_role("main")).to_contain_text("08:00–18:00")
        page.get_by_role("button", name="More", exact=True).first.click()
        page.get_by_role("link", name="Delete the site").click()
        page.get_by_role("dialog").get_by_role("button", name="Delete the site").click()
        expect(page.locator("#toasts")).to_contain_text("“Hafenkante” is deleted")


def test_stations_come_from_a_file_and_errors_are_told_by_row(open_page):
    with open_page() as page:
        page.goto("/console/stations/")
        page.get_by_role("link", name="Import and export").click()
        text = "identity;site;profile\nFILE-1;Alsterhafen;0\nFILE 2;Alsterhafen;0\nFILE-3;Nowhere;0\n"
        page.get_by_label("or its content").fill(text)
        page.get_by_role("button", name="Look at it").click()
        expect(page.locator("section", has=page.get_by_role("heading", name="What the file would do"))).to_contain_text(
            "1 new, 0 changed, 0 as they are, 2 with errors"
        )
        expect(page.locator("tr", has_text="FILE-3")).to_contain_text("There is no site “Nowhere”")
        assert violations(page) == []
        page.get_by_role("button", name="Store the good ones").click()
        expect(page.get_by_role("main")).to_contain_text("1 station was made, 0 were changed.")
        page.goto("/console/stations/FILE-1/delete/")
        page.get_by_role("button", name="Delete the station").click()
        expect(page.locator("#toasts")).to_contain_text("“FILE-1” is deleted")


def test_a_technician_keeps_a_photo_on_a_phone(open_page, tmp_path):
    picture = tmp_path / "fuse.png"
    Image.new("RGB", (3000, 2000), "teal").save(picture)
    with open_page(viewport={"width": 360, "height": 740}) as page:
        page.goto("/console/stations/")
        page.goto(page.locator("a.row-link").first.get_attribute("href") + "photos/")
        page.get_by_label("Take a photo").set_input_files(picture)
        page.get_by_label("What they show").fill("Fuse box")
        page.get_by_role("button", name="Keep them").click()
        shown = page.get_by_role("img", name="Fuse box")
        expect(shown).to_be_visible()
        until(lambda: shown.evaluate("image => image.complete && image.naturalWidth") == 320, "the thumbnail is there")
        assert page.evaluate("document.documentElement.scrollWidth") <= 360
        assert violations(page) == []
        page.get_by_role("button", name="Delete").click()
        expect(page.locator("#toasts")).to_contain_text("The photo is deleted")
