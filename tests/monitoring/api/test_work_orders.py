"""/work-orders/"""

from datetime import timedelta

import pytest
from django.utils import timezone

from tests.monitoring.alert_rows import IncidentFactory
from tests.monitoring.maintenance_rows import WorkOrderFactory

URL = "/api/v1/work-orders/"


@pytest.fixture
def order(station):
    return WorkOrderFactory(site=station.site, station=station)


def test_work_orders_are_found(api, technician, station, order, elsewhere):
    late = WorkOrderFactory(site=station.site, priority=1, due_at=timezone.now() - timedelta(hours=1))
    WorkOrderFactory(site=station.site, state="done", assigned_to=technician)
    WorkOrderFactory(site=elsewhere.site)
    client = api(technician)

    def found(query):
        return [row["id"] for row in client.get(f"{URL}?{query}").json()["results"]]

    assert len(found("")) == 3
    assert found("open=true") == [late.pk, order.pk]
    assert found("overdue=true") == found("priority=urgent") == [late.pk]
    assert found(f"station={station.identity}") == [order.pk]
    assert len(found(f"assigned_to={technician.email.upper()}")) == 1
    assert client.get(f"{URL}?priority=now").status_code == 400


def test_a_work_order_is_made_for_an_incident(api, operator, technician, station):
    incident = IncidentFactory(site=station.site)
    asked = {
        "site": station.site_id,
        "station": station.identity,
        "incident": incident.pk,
        "title": "Look at the modem",
        "priority": "high",
        "assigned_to": technician.email,
    }
    answer = api(operator).post(URL, asked)
    row = answer.json()
    assert (answer.status_code, row["origin"], row["state"], row["priority"]) == (201, "incident", "assigned", "high")
    assert row["assigned_to"] == technician.email


def test_nobody_is_assigned_who_may_not_work_there(api, operator, viewer, station):
    asked = {"site": station.site_id, "title": "Look at it", "assigned_to": viewer.email}
    assert api(operator).post(URL, asked).json()["errors"][0]["pointer"] == "#/assigned_to"


def test_a_work_order_is_worked_on_to_its_end(api, technician, order):
    client, at = api(technician), f"{URL}{order.pk}/"
    assert client.patch(at, {"priority": "urgent", "title": "At once"}).json()["priority"] == "urgent"
    assert client.post(f"{at}assign/", {"to": technician.email}).json()["state"] == "assigned"
    assert client.post(f"{at}start/").json()["state"] == "in_progress"
    (part,) = client.post(f"{at}parts/", {"name": "Cable", "quantity": 2}).json()["parts"]
    assert client.delete(f"{at}parts/{part['id']}/").json()["parts"] == []
    assert client.post(f"{at}outcome/", {"found": "connector"}).json()["found"] == "connector"
    assert client.post(f"{at}note/", {"text": "The old one was cut."}).status_code == 200
    done = client.post(f"{at}finish/", {"cured": "replaced", "spent_minutes": 45, "cost_minor": 12050}).json()
    assert (done["state"], done["found"], done["cost_minor"], done["currency"]) == ("done", "connector", 12050, "EUR")
    kinds = [line["kind"] for line in client.get(f"{at}entries/").json()]
    assert kinds == ["changed", "assigned", "started", "part", "part", "report", "note", "done"]


def test_what_cannot_be_done_with_it_as_it_is_is_a_conflict(api, technician, order):
    client, at = api(technician), f"{URL}{order.pk}/"
    client.post(f"{at}cancel/", {"reason": "Already done."})
    assert client.post(f"{at}start/").status_code == 409
    assert client.post(f"{at}reopen/").json()["state"] == "open"
    assert client.post(f"{at}finish/", {"cost_minor": -1}).status_code == 400


def test_who_only_reads_changes_nothing(api, viewer, order):
    client, at = api(viewer), f"{URL}{order.pk}/"
    assert client.get(at).status_code == 200
    assert client.post(f"{at}start/").status_code == client.patch(at, {"title": "No"}).status_code == 403
    assert client.post(URL, {"site": order.site_id, "title": "Mine"}).status_code == 403
