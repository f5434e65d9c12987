"""/connectivity/ and /network-tests/."""

import pytest
from django.utils import timezone

from monitoring.models import Drop, LinkDay, NetworkTestRun, StationLink
from tests import factories

NOW = timezone.now()


@pytest.fixture
def known(station, organization):
    StationLink.objects.create(station=station, organization=organization, score=42, rank=42, rtt_ms=120.0)
    Drop.objects.create(
        organization=organization, station=station, connection=1, at=NOW, heard_at=NOW, opened_at=NOW, culprit="router"
    )
    LinkDay.objects.create(station=station, day=NOW.date(), score=42)
    return station


def test_links_and_drops_are_read(api, viewer, known):
    client = api(viewer)
    link = client.get("/api/v1/connectivity/").json()["results"][0]
    assert (link["station"], link["score"], link["ping_ms"]) == (known.identity, 42, 120)
    assert client.get("/api/v1/connectivity/?score__lt=40").json()["results"] == []
    drop = client.get("/api/v1/connectivity/drops/?culprit=router").json()["results"][0]
    assert (drop["station"], drop["culprit"]) == (known.identity, "router")
    days = client.get(f"/api/v1/stations/{known.identity}/link-days/").json()["results"]
    assert [day["score"] for day in days] == [42]


def test_strangers_read_nothing(api, stranger, known):
    client = api(stranger)
    for path in ("connectivity/", "connectivity/drops/", "network-tests/"):
        assert client.get(f"/api/v1/{path}").json()["results"] == []
    assert client.get(f"/api/v1/stations/{known.identity}/link-days/").status_code == 404


def test_a_test_is_begun_and_followed(api, operator, station):
    client = api(operator)
    answer = client.post("/api/v1/network-tests/", {"name": "Now", "site": station.site_id}, format="json")
    assert answer.status_code == 201
    run = answer.json()
    assert (run["total"], run["left"]) == (1, 1)
    results = client.get(f"/api/v1/network-tests/{run['id']}/results/").json()["results"]
    assert [(result["station"], result["state"], result["change"]) for result in results] == [
        (station.identity, "waiting", "")
    ]


def test_who_may_send_nothing_begins_no_test(api, viewer, station):
    assert api(viewer).post("/api/v1/network-tests/", {"name": "Now"}, format="json").status_code == 403
    assert not NetworkTestRun.objects.exists()


def test_a_choice_of_nobody_is_said(api, operator, station):
    answer = api(operator).post("/api/v1/network-tests/", {"name": "Now", "vendor": "Nobody"}, format="json")
    assert answer.status_code == 400


def test_results_are_compared_with_those_before_in_as_many_queries_however_many_there_are(
    api, viewer, site, organization, django_assert_max_num_queries
):
    before = NetworkTestRun.objects.create(organization=organization, name="Before", started_at=NOW, finished_at=NOW)
    after = NetworkTestRun.objects.create(organization=organization, name="After", started_at=NOW, previous=before)
    for number in range(12):
        station = factories.StationFactory(site=site, identity=f"CP-{number}")
        before.results.create(station=station, state="failed")
        after.results.create(station=station, state="passed")
    client = api(viewer)
    with django_assert_max_num_queries(10):
        results = client.get(f"/api/v1/network-tests/{after.pk}/results/").json()["results"]
    assert [result["change"] for result in results] == ["fixed"] * 12
