"""A technician at the charger, on a phone: an inspection without a connection, and a work order from start to done."""

from functools import partial
from io import BytesIO

import pytest
from django.test import Client
from PIL import Image
from playwright.sync_api import expect

from drivers.domain.roles import Role
from monitoring.models import Checklist, Inspection, WorkOrder
from tests import factories
from tests.browser.conftest import page_at
from tests.monitoring.maintenance_rows import ChecklistFactory, WorkOrderFactory

PHONE = {"width": 360, "height": 740}


@pytest.fixture
def cookie(make_station, depot):
    """A technician's, who is signed in; their depot has a station CP-1 with a work order, and a checklist."""
    person = factories.MembershipFactory(organization=depot.organization, role=Role.TECHNICIAN).user
    station = make_station("CP-1")
    ChecklistFactory(organization=depot.organization)
    WorkOrderFactory(site=depot, station=station)
    client = Client()
    client.force_login(person)
    return client.cookies["sessionid"].value


@pytest.fixture
def on_phone(server, cookie):
    """`with on_phone() as page`: signed in, 360 px wide."""
    return partial(page_at, server.http, cookie, viewport=PHONE, has_touch=True)


def _photo():
    out = BytesIO()
    Image.new("RGB", (640, 480), "teal").save(out, "JPEG")
    return {"name": "crack.jpg", "mimeType": "image/jpeg", "buffer": out.getvalue()}


def _sign(page):
    canvas = page.locator("canvas.inspection-signature")
    canvas.scroll_into_view_if_needed()
    box = canvas.bounding_box()
    page.mouse.move(box["x"] + 30, box["y"] + 30)
    page.mouse.down()
    page.mouse.move(box["x"] + 150, box["y"] + 60, steps=8)
    page.mouse.up()


def test_an_inspection_without_a_connection_is_kept_over_a_reload_and_sent_once(on_phone, database):
    with on_phone() as page:
        page.goto("/console/inspections/at/CP-1/")
        expect(page.get_by_text("works without a connection from now on")).to_be_visible(timeout=30_000)
        page.context.set_offline(True)
        page.reload()
        page.get_by_role("button", name="Yearly inspection").click()
        page.get_by_label("No", exact=True).check()
        page.get_by_role("textbox", name="RCD trip time").fill("22")
        page.locator("#photo-housing").set_input_files(_photo())
        expect(page.locator(".inspection-photo canvas")).to_have_count(1)
        _sign(page)
        expect(page.get_by_text("Kept on this device.")).to_be_visible()
        page.reload()
        expect(page.get_by_role("textbox", name="RCD trip time")).to_have_value("22")
        expect(page.locator(".inspection-photo canvas")).to_have_count(1)
        page.get_by_role("button", name="Finish").click()
        expect(page.get_by_text("waits for a connection")).to_be_visible()
        page.context.set_offline(False)
        expect(page.get_by_text("Sent.")).to_be_visible(timeout=60_000)
        expect(page.get_by_text("waits for a connection")).to_be_hidden()
    row = database.at_once(Inspection.objects.get)
    assert (row.failed, bool(row.signature), row.answers["rcd"]["value"]) == (1, True, "22")
    assert database.at_once(row.photos.count) == 1


def _begin(page):
    page.goto("/console/inspections/at/CP-1/")
    expect(page.get_by_text("works without a connection from now on")).to_be_visible(timeout=30_000)
    page.get_by_role("button", name="Yearly inspection").click()


def _answer(page, value):
    page.get_by_label("Yes", exact=True).check()
    page.get_by_role("textbox", name="RCD trip time").fill(value)
    expect(page.get_by_text("Kept on this device.")).to_be_visible()


def test_a_second_tab_waits_and_goes_on_where_the_first_was_closed(on_phone, database):
    with on_phone() as page:
        _begin(page)
        _answer(page, "22")
        other = page.context.new_page()
        other.goto("/console/inspections/at/CP-1/")
        expect(other.get_by_text("open in another tab")).to_be_visible()
        expect(other.get_by_role("textbox", name="RCD trip time")).to_have_count(0)
        page.close()
        expect(other.get_by_role("textbox", name="RCD trip time")).to_have_value("22")
        other.get_by_role("button", name="Finish").click()
        expect(other.get_by_text("Sent.")).to_be_visible(timeout=60_000)
    assert database.at_once(Inspection.objects.get).answers["rcd"]["value"] == "22"


def test_on_a_full_device_nothing_is_lost_and_that_is_said(on_phone, database):
    with on_phone() as page:
        _begin(page)
        _answer(page, "22")
        page.evaluate(
            "() => { IDBObjectStore.prototype.put = () => { throw new DOMException('', 'QuotaExceededError'); }; }"
        )
        page.locator("#photo-housing").set_input_files(_photo())
        expect(page.get_by_text("do not close the page")).to_be_visible(timeout=30_000)
        page.context.set_offline(True)
        page.get_by_role("button", name="Finish").click()
        expect(page.get_by_text("There is no connection either")).to_be_visible()
        expect(page.get_by_role("textbox", name="RCD trip time")).to_have_value("22")
        page.context.set_offline(False)
        page.get_by_role("button", name="Finish").click()
        expect(page.get_by_text("Sent.")).to_be_visible(timeout=60_000)
    row = database.at_once(Inspection.objects.get)
    assert database.at_once(row.photos.count) == 1


def test_who_is_signed_out_meanwhile_is_told_and_loses_nothing(on_phone, cookie, database):
    with on_phone() as page:
        _begin(page)
        page.context.set_offline(True)
        _answer(page, "22")
        page.get_by_role("button", name="Finish").click()
        expect(page.get_by_text("waits for a connection")).to_be_visible()
        page.context.clear_cookies()
        page.context.set_offline(False)
        expect(page.get_by_text("Sign in again")).to_be_visible(timeout=60_000)
        # The checklist asks something else by now; this inspection answers what it asked then.
        database.at_once(lambda: Checklist.objects.update(items=[], version=2))
        url = page.evaluate("location.origin")
        page.context.add_cookies([{"name": "sessionid", "value": cookie, "url": url}])
        page.reload()
        expect(page.get_by_text("Sent.")).to_be_visible(timeout=60_000)
    row = database.at_once(Inspection.objects.get)
    assert [item["key"] for item in row.items] == ["housing", "rcd"]


def test_a_work_order_from_start_to_done_with_a_thumb(on_phone, database):
    with on_phone() as page:
        page.goto("/console/work-orders/")
        page.get_by_role("link", name="Replace the cable").click()
        assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
        start = page.get_by_role("button", name="Start")
        assert start.bounding_box()["height"] >= 44
        start.click()
        page.locator("#outcome-found").select_option("connector")
        page.locator("#outcome-cured").select_option("replaced")
        page.get_by_role("button", name="Save, and done").click()
        expect(page.get_by_role("button", name="Open again")).to_be_visible()
    order = database.at_once(WorkOrder.objects.get)
    assert (order.state, order.found, order.cured) == ("done", "connector", "replaced")
