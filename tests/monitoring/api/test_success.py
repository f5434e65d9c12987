"""/charging-success/"""

from datetime import timedelta

import pytest
from django.utils import timezone

from monitoring.services import success
from tests.monitoring.charging import charged, failed

pytestmark = pytest.mark.django_db


@pytest.fixture
def day(station):
    """Yesterday at noon, with a failure and two charges."""
    noon = (timezone.now() - timedelta(days=1)).replace(hour=12, minute=0, second=0, microsecond=0)
    failed(station, noon)
    charged(station, noon + timedelta(minutes=4))
    charged(station, noon + timedelta(hours=3))
    success.take_in()
    success.sweep()
    return noon


def test_rates_come_with_their_counts_and_intervals(api, viewer, day):
    told = api(viewer).get("/api/v1/charging-success/", {"by": "station"}).json()
    rate = told["figures"]["start"]
    assert (rate["good"], rate["total"]) == (2, 3)
    assert rate["low"] < rate["share"] < rate["high"]
    assert told["figures"]["first_try"]["good"] == 1
    (line,) = told["lines"]
    assert (line["station"], line["evse"]) == ("DE*VLT*E01", None)


def test_counts_by_day_and_attempts_can_be_listed(api, operator, day):
    (row,) = api(operator).get("/api/v1/charging-success/days/", {"station": "DE*VLT*E01"}).json()["results"]
    assert (row["attempts"], row["no_energy"], row["visits"]) == (3, 1, 2)
    told = api(operator).get("/api/v1/charging-success/attempts/", {"outcome": "no_energy"}).json()["results"]
    assert [attempt["began_at"][:10] for attempt in told] == [day.date().isoformat()]


def test_a_stranger_sees_nothing_of_it(api, stranger, network, day):
    client = api(stranger)
    assert client.get("/api/v1/charging-success/").json()["lines"] == []
    assert client.get("/api/v1/charging-success/", {"site": network.site.pk}).status_code == 404
    assert client.get("/api/v1/charging-success/days/").json()["results"] == []
    assert client.get("/api/v1/charging-success/attempts/").json()["results"] == []


def test_who_may_not_see_sessions_sees_no_attempts(api, viewer, day):
    assert api(viewer).get("/api/v1/charging-success/attempts/").json()["results"] == []


def test_nonsense_is_said_to_be(api, viewer, network):
    assert api(viewer).get("/api/v1/charging-success/", {"by": "moon"}).status_code == 400
