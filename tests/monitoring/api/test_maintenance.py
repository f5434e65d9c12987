"""/maintenance-windows/ and /maintenance-plans/"""

from datetime import timedelta

import pytest
from django.utils import timezone

from tests.monitoring.maintenance_rows import PlanFactory, WindowFactory

URL = "/api/v1/maintenance-windows/"


@pytest.fixture
def tomorrow():
    return timezone.now() + timedelta(days=1)


def test_a_window_is_announced_changed_and_called_off(api, technician, station, tomorrow):
    client = api(technician)
    asked = {
        "site": station.site_id,
        "stations": [station.identity],
        "title": "Cables are replaced",
        "starts_at": tomorrow,
        "ends_at": tomorrow + timedelta(hours=2),
    }
    answer = client.post(URL, asked)
    row = answer.json()
    assert (answer.status_code, row["stations"], row["takes_out_of_service"]) == (201, [station.identity], True)
    at = f"{URL}{row['id']}/"
    assert client.patch(at, {"title": "Cables"}).json()["title"] == "Cables"
    assert client.post(f"{at}end/").json()["cancelled_at"]
    assert client.patch(at, {"title": "Too late"}).status_code == 409
    assert client.get(f"{at}evses/").json()["results"] == []


def test_a_window_has_to_end_after_it_begins(api, technician, station, tomorrow):
    asked = {"site": station.site_id, "title": "Cables", "starts_at": tomorrow, "ends_at": tomorrow}
    assert api(technician).post(URL, asked).json()["errors"][0]["pointer"] == "#/ends_at"


def test_windows_are_found(api, viewer, station, elsewhere, tomorrow):
    coming = WindowFactory(site=station.site, starts_at=tomorrow)
    past = WindowFactory(site=station.site, starts_at=tomorrow - timedelta(days=9))
    WindowFactory(site=elsewhere.site)
    past.stations.add(station)
    client = api(viewer)

    def found(query):
        return [row["id"] for row in client.get(f"{URL}?{query}").json()["results"]]

    assert found(f"station={station.identity}") == [past.pk, coming.pk]
    assert (found("over=true"), found("over=false")) == ([past.pk], [coming.pk])
    assert client.post(f"{URL}{coming.pk}/end/").status_code == 403


def test_what_became_of_each_evse_is_told(api, viewer, station):
    window = WindowFactory(site=station.site)
    evse = station.evses.get()
    window.rows.create(station=station, evse=evse, state="waiting", problem="A session runs.")
    (row,) = api(viewer).get(f"{URL}{window.pk}/evses/").json()["results"]
    assert (row["station"], row["evse"], row["problem"]) == (station.identity, evse.pk, "A session runs.")


def test_plans_are_read_with_how_far_stations_are(api, viewer, station):
    plan = PlanFactory(organization=station.site.organization)
    now = timezone.now()
    plan.rows.create(station=station, counted_from=now, reckoned_at=now, share=0.5)
    (row,) = api(viewer).get("/api/v1/maintenance-plans/").json()["results"]
    assert (row["id"], row["measure"], row["every"]) == (plan.pk, "months", 6)
    (reached,) = api(viewer).get(f"/api/v1/maintenance-plans/{plan.pk}/stations/").json()["results"]
    assert (reached["station"], reached["share"]) == (station.identity, 0.5)
