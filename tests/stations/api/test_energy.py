"""/sites/{id}/energy/ and /evses/{id}/energy/."""

from datetime import UTC, datetime, timedelta

import pytest

from stations.models import EvseRollup, SiteRollup

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)


@pytest.fixture
def rollups(session, site):
    """Three quarters and a day of the session's EVSE and its site."""
    for i in range(3):
        quarter = {"interval": "15m", "start": NOON + i * timedelta(minutes=15), "energy_wh": 1_000 * (i + 1)}
        EvseRollup.objects.create(evse=session.evse, site=site, **quarter)
        SiteRollup.objects.create(site=site, **quarter)
    day = {"interval": "day", "start": NOON.replace(hour=0), "energy_wh": 6_000, "sessions": 1}
    EvseRollup.objects.create(evse=session.evse, site=site, **day)
    SiteRollup.objects.create(site=site, **day)


def results(client, address, **query):
    answer = client.get(f"/api/v1/{address}/energy/", query)
    assert answer.status_code == 200, answer.content
    return answer.json()["results"]


@pytest.mark.usefixtures("rollups")
def test_quarters_come_first_and_days_where_asked(api, viewer, session, site):
    client = api(viewer)
    for address in (f"evses/{session.evse_id}", f"sites/{site.pk}"):
        quarters = results(client, address)
        assert [row["energy_wh"] for row in quarters] == [1_000, 2_000, 3_000]
        assert quarters[0]["start"] == "2026-11-20T12:00:00Z"
        assert quarters[0]["mean_power_w"] == 4_000
        (day,) = results(client, address, interval="day")
        assert (day["energy_wh"], day["mean_power_w"], day["sessions"]) == (6_000, 250, 1)


@pytest.mark.usefixtures("rollups")
def test_a_stretch_of_time(api, viewer, site):
    since, until = "2026-11-20T12:15:00Z", "2026-11-20T12:30:00Z"
    found = results(api(viewer), f"sites/{site.pk}", since=since, until=until)
    assert [row["energy_wh"] for row in found] == [2_000]


@pytest.mark.usefixtures("rollups")
def test_a_page_at_a_time(api, viewer, site):
    client = api(viewer)
    first = client.get(f"/api/v1/sites/{site.pk}/energy/", {"page_size": 2}).json()
    assert [row["energy_wh"] for row in first["results"]] == [1_000, 2_000]
    assert [row["energy_wh"] for row in client.get(first["next"]).json()["results"]] == [3_000]


@pytest.mark.usefixtures("rollups")
def test_nothing_of_others(api, stranger, session, site):
    client = api(stranger)
    assert client.get(f"/api/v1/sites/{site.pk}/energy/").status_code == 404
    assert client.get(f"/api/v1/evses/{session.evse_id}/energy/").status_code == 404


def test_an_interval_that_is_none_is_refused(api, viewer, site):
    assert api(viewer).get(f"/api/v1/sites/{site.pk}/energy/", {"interval": "hour"}).status_code == 400
