from datetime import UTC, datetime
from uuid import uuid4

import orjson
import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from monitoring.models import Checklist, Incident, Inspection, MaintenancePlan, MaintenanceWindow, WorkOrder
from monitoring.services import plan_sweep, work_order_letters, work_orders
from stations.templatetags.console import clock
from tests.monitoring.maintenance_rows import ChecklistFactory, PlanFactory, WindowFactory, WorkOrderFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def browser():
    """`browser(person)` is a client that is signed in as them."""

    def signed_in(person):
        client = Client()
        client.force_login(person)
        return client

    return signed_in


@pytest.fixture
def order(site, station):
    return WorkOrderFactory(site=site, station=station)


def url(name, *arguments):
    return reverse(f"monitoring:{name}", args=arguments)


@pytest.mark.parametrize(
    "name",
    [
        *("work-order-list", "work-order-new", "window-list", "window-new", "plan-list", "plan-new"),
        *("checklist-list", "checklist-new", "inspection-list", "repairs"),
    ],
)
def test_every_page_opens(browser, operator, order, name):
    assert browser(operator).get(url(name)).status_code == 200


def test_who_may_not_work_there_starts_nothing(browser, viewer, order):
    page = browser(viewer)
    assert page.get(url("work-order", order.pk)).status_code == 200
    assert page.post(url("work-order-start", order.pk)).status_code == 403


def test_a_technician_starts_and_ends_one_with_a_tap_each(browser, technician, order):
    page = browser(technician)
    assert "Start" in page.get(url("work-order", order.pk)).content.decode()
    page.post(url("work-order-start", order.pk))
    page.post(url("work-order-done", order.pk))
    order.refresh_from_db()
    assert (order.state, order.assigned_to) == ("done", technician)


def test_what_was_found_is_kept_with_its_cost(browser, technician, order):
    sent = {"found": "connector", "cured": "replaced", "report": "New cable", "spent_minutes": "30", "cost": "12.50"}
    browser(technician).post(url("work-order-done", order.pk), sent)
    order.refresh_from_db()
    assert (order.state, order.cost_minor, order.report) == ("done", 1250, "New cable")


def test_one_is_made_of_an_incident(browser, operator, site, organization):
    incident = Incident.objects.create(
        organization=organization, site=site, title="Faulted", cause="x", severity=1, opened_at=timezone.now()
    )
    sent = {"incident": incident.pk, "site": site.pk, "title": "Look at it", "priority": "2"}
    browser(operator).post(url("work-order-new"), sent)
    assert WorkOrder.objects.get().incident == incident
    assert "Look at it" in browser(operator).get(url("incident-work-orders", incident.pk)).content.decode()


def test_nobody_is_sent_to_an_incident_that_has_no_place(browser, operator, organization):
    incident = Incident.objects.create(
        organization=organization, title="No backup", cause="y", severity=1, opened_at=timezone.now()
    )
    page = browser(operator).get(url("incident-work-orders", incident.pk)).content.decode()
    assert "None yet." in page
    assert "Make a work order" not in page


def test_a_window_is_announced_in_the_time_of_its_site(browser, operator, site, client):
    site.timezone = "Europe/Berlin"
    site.save()
    sent = {"site": site.pk, "title": "Cables", "starts_at": "2099-07-01T10:00", "ends_at": "2099-07-01T12:00"}
    browser(operator).post(url("window-new"), sent)
    window = MaintenanceWindow.objects.get()
    assert window.starts_at.isoformat() == "2099-07-01T08:00:00+00:00"
    assert browser(operator).get(url("window", window.pk)).status_code == 200
    assert browser(operator).get(url("window-edit", window.pk)).status_code == 200


def test_drivers_are_told_without_an_account(client, site):
    WindowFactory(site=site)
    assert "Cables are replaced" in client.get(url("public-site-maintenance", site.pk)).content.decode()
    site.is_public = False
    site.save()
    assert "Cables" not in client.get(url("public-site-maintenance", site.pk)).content.decode()


def test_the_station_page_says_what_is_planned(browser, viewer, station, order, organization):
    PlanFactory(organization=organization, counted_from=timezone.now())
    plan_sweep.sweep()
    text = browser(viewer).get(url("station-maintenance", station.identity)).content.decode()
    assert "Replace the cable" in text
    assert "Half-yearly check" in text
    assert browser(viewer).get(url("site-maintenance", station.site_id)).status_code == 200
    assert browser(viewer).get(url("plan", MaintenancePlan.objects.get().pk)).status_code == 200


def test_a_plan_is_made_by_its_form(browser, operator, station):
    sent = {"title": "Filters", "every": "5000", "measure": "energy", "lead_days": "14", "counted_from": "2026-01-01"}
    browser(operator).post(url("plan-new"), {**sent, "stations": station.identity, "is_active": "on"})
    plan = MaintenancePlan.objects.get()
    assert (plan.measure, list(plan.stations.all())) == ("energy", [station])


def test_a_checklist_is_made_by_its_form(browser, operator):
    sent = {"title": "Yearly", "is_active": "on", "items": "1", "item-0-text": "Housing undamaged?"}
    browser(operator).post(url("checklist-new"), {**sent, "item-0-kind": "check", "item-0-severity": "2"})
    checklist = Checklist.objects.get()
    assert checklist.items[0]["key"] == "item-1"
    assert browser(operator).get(url("checklist-edit", checklist.pk)).status_code == 200


@pytest.fixture
def sent(organization, station, technician):
    checklist = ChecklistFactory(organization=organization)
    inspection = {
        **{"checklist": checklist.pk, "title": "Yearly", "items": checklist.items, "photos": [], "note": ""},
        **{"begun_at": "2026-11-20T10:00:00Z", "finished_at": "2026-11-20T10:20:00Z"},
        "answers": {"housing": {"value": "no"}, "rcd": {"value": "22"}},
    }
    return {"id": str(uuid4()), "station": station.identity, "person": technician.pk, "inspection": inspection}


def send(page, sent):
    return page.post(url("inspection-sync"), orjson.dumps(sent), content_type="application/json")


def test_an_inspection_is_taken_once_and_shown(browser, technician, sent):
    page = browser(technician)
    assert [send(page, sent).status_code for _time in range(2)] == [201, 200]
    row = Inspection.objects.get()
    assert "Housing undamaged?" in page.get(url("inspection", row.pk)).content.decode()
    assert page.get(url("inspection-pdf", row.pk)).content.startswith(b"%PDF")
    page.post(url("inspection-repair", row.pk))
    assert WorkOrder.objects.get().description == "Housing undamaged? no"


@pytest.mark.parametrize(("change", "status"), [({"person": 0}, 409), ({"station": "NOBODY"}, 409), ({"id": 1}, 400)])
def test_what_contradicts_is_refused_in_words(browser, technician, sent, change, status):
    answer = send(browser(technician), {**sent, **change})
    assert answer.status_code == status
    assert answer.json()["problem"]


def test_the_page_at_the_charger_and_its_worker_open(browser, technician, station, sent):
    page = browser(technician)
    assert "Yearly inspection" in page.get(url("inspection-new", station.identity)).content.decode()
    assert page.get(url("inspection-worker")).headers["Content-Type"].startswith("text/javascript")


def test_the_letter_is_plain_text_with_the_time_of_the_site(order, operator, technician, mailoutbox):
    order.due_at = datetime(2099, 7, 1, 10, tzinfo=UTC)
    order.save()
    work_orders.assign(order=order, to=technician, by=operator)
    work_order_letters.send_due()
    (letter,) = mailoutbox
    assert f"Due: {clock(order.due_at, order.site)}\n" in letter.body
    assert "<" not in letter.body
    assert "\n\n\n" not in letter.body


def test_the_letter_goes_to_whom_it_is_assigned(order, operator, technician, mailoutbox):
    work_orders.assign(order=order, to=technician, by=operator)
    assert work_order_letters.send_due() == 1
    assert work_order_letters.send_due() == 0
    assert [letter.to for letter in mailoutbox] == [[technician.email]]
