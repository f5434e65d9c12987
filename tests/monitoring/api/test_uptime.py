"""/uptime/ and /exclusions/."""

from datetime import UTC, datetime, timedelta
from urllib.parse import urlencode

import pytest
from django.utils import timezone

from monitoring.domain.uptime import Cause, State, connector
from monitoring.domain.uptime.signals import Word
from monitoring.models import Exclusion
from monitoring.services import ledger
from monitoring.services.ledger import Heard
from tests.monitoring.exclusion_rows import ExclusionFactory, letter
from tests.monitoring.ledger_rows import port_with_an_outage

pytestmark = pytest.mark.django_db

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
MID_MARCH = datetime(2026, 3, 20, tzinfo=UTC)


@pytest.fixture(autouse=True)
def files(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def port(station):
    return port_with_an_outage(station)


def test_ports_have_their_figures(api, viewer, port):
    (row,) = api(viewer).get("/api/v1/uptime/ports/").json()["results"]
    assert row["evse"] == port.pk
    assert row["nevi"]["outage_min"] == 120
    assert row["nevi"]["meets_target"] is True


@pytest.mark.parametrize(
    "path", ["sites/", "network/", "uk/", "sites/?month=2026-01", "uk/?year=2025&country=GB", "ports/?year=2025"]
)
def test_groups_have_theirs(api, viewer, port, path):
    assert api(viewer).get(f"/api/v1/uptime/{path}").status_code == 200


@pytest.mark.parametrize(
    "path",
    ["ports/?month=x", "network/?month=2026-13", "uk/?year=1", "sites/?site=0", "ports/?year=2025&month=2025-01"],
)
def test_nonsense_is_refused(api, viewer, port, path):
    assert api(viewer).get(f"/api/v1/uptime/{path}").status_code == 400


def test_the_ledger_has_no_gap(api, viewer, port):
    rows = api(viewer).get(f"/api/v1/uptime/ports/{port.pk}/ledger/").json()
    assert [row["state"] for row in rows] == ["up", "down", "up"]
    assert [row["start"] for row in rows[1:]] == [row["end"] for row in rows[:-1]]


@pytest.fixture
def mid_march(time_machine):
    """The 20th of March 2026, when nobody's twelve months end."""
    time_machine.move_to(MID_MARCH, tick=False)


@pytest.fixture
def corrected(mid_march, station, operator):
    """It was out for five hours in January and for five in March; of the latter it turned out to have worked."""
    port = port_with_an_outage(station, began=70 * DAY, lasted=5 * HOUR, age=100 * DAY)
    faulted_again(port, MID_MARCH - 3 * DAY, 5 * HOUR)
    now = MID_MARCH
    ledger.correct(
        port=port,
        start=now - 3 * DAY,
        end=now - 3 * DAY + 5 * HOUR,
        state=State.UP,
        cause=Cause.WORKING,
        author=operator,
        reason="The sensor was wrong.",
        evidence="Photo 7",
    )
    return port


def faulted_again(port, at, lasted):
    plug = port.evse.connectors.get()
    for word, when in ((Word.FAULTED, at), (Word.WORKS, at + lasted)):
        ledger.hear(Heard(port.station_id, connector(plug.pk), word, when, evse_id=port.pk), now=when)


def as_of(at, **more):
    return urlencode({"as_of": at.isoformat(), **more})


@pytest.mark.parametrize("path", ["ports/", "sites/", "network/"])
@pytest.mark.parametrize(("ago", "hours"), [(0, 5), (1, 10), (10, 5), (80, 0)])
def test_figures_are_those_that_were_known_on_a_date(api, viewer, corrected, path, ago, hours):
    found = api(viewer).get(f"/api/v1/uptime/{path}?{as_of(MID_MARCH - ago * DAY)}").json()
    row = found if path == "network/" else (found["results"] if path == "ports/" else found)[0]
    assert row.get("nevi", row)["outage_min"] == hours * 60


def test_as_of_now_is_what_is_known_now(api, viewer, corrected):
    for path in ("ports/?", "sites/?", "network/?", "ports/?year=2026&", "uk/?year=2026&"):
        now = api(viewer).get(f"/api/v1/uptime/{path}").json()
        assert api(viewer).get(f"/api/v1/uptime/{path}{as_of(MID_MARCH)}").json() == now


def test_a_year_is_its_months_so_far(api, viewer, corrected):
    def figures(**asked):
        (row,) = api(viewer).get(f"/api/v1/uptime/ports/?{urlencode(asked)}").json()["results"]
        return row["month"], row["nevi"]["outage_min"], row["uk_reliability_percent"]

    assert figures(year=2026) == ("2026-03-01", 300, pytest.approx((1 - 5 / (78 * 24)) * 100))
    assert figures(year=2025) == ("2025-12-01", 0, 100)


def test_the_uk_figure_is_that_of_a_date_too(api, viewer, corrected):
    type(corrected).objects.update(max_power_w=50_000)
    before, now = (
        api(viewer).get(f"/api/v1/uptime/uk/?{as_of(MID_MARCH - ago * DAY, year=2026)}").json() for ago in (1, 0)
    )
    assert before["reliability_percent"] == pytest.approx((1 - 10 / (77 * 24)) * 100)
    assert now["reliability_percent"] == pytest.approx((1 - 5 / (78 * 24)) * 100)


def test_a_site_or_a_station_is_told_alone(api, viewer, port):
    for asked in (f"site={port.site_id}", f"station={port.identity}"):
        assert api(viewer).get(f"/api/v1/uptime/network/?{asked}").json()["ports"] == 1
    assert api(viewer).get("/api/v1/uptime/network/?station=OTHER").json()["ports"] == 0


def test_a_date_asks_for_no_more_ledgers_than_can_be_read(api, viewer, port, monkeypatch):
    monkeypatch.setattr("monitoring.api.uptime.MOST_AS_OF", 0)
    answer = api(viewer).get(f"/api/v1/uptime/network/?{as_of(timezone.now())}")
    assert answer.status_code == 400
    assert "Name a site." in answer.json()["errors"][0]["detail"]


def test_a_stranger_sees_nothing(api, stranger, port):
    assert api(stranger).get("/api/v1/uptime/ports/").json()["results"] == []
    assert api(stranger).get(f"/api/v1/uptime/ports/{port.pk}/ledger/").status_code == 404


def proposal(site, **more):
    now = timezone.now()
    values = {"site": site.pk, "starts_at": (now - timedelta(hours=8)).isoformat(), "ends_at": now.isoformat()}
    return {**values, "reason": "utility", "text": "Notice 7.", "file": letter(), **more}


def test_an_exclusion_is_proposed_by_one_and_approved_by_another(api, operator, owner, site, port):
    made = api(operator).post("/api/v1/exclusions/", proposal(site), format="multipart")
    assert made.status_code == 201
    review = f"/api/v1/exclusions/{made.json()['id']}/review/"
    assert api(operator).post(review, {"approve": True}, format="json").status_code == 403
    assert api(owner).post(review, {"approve": True}, format="json").json()["state"] == "approved"
    (row,) = api(owner).get("/api/v1/uptime/ports/").json()["results"]
    assert row["nevi"]["excluded_by_reason"] == {"utility": 120}


def test_a_program_is_no_evidence(api, operator, site):
    sent = proposal(site, file=letter(b"MZ\x00", "a.exe"))
    assert api(operator).post("/api/v1/exclusions/", sent, format="multipart").status_code == 400


def test_one_that_was_approved_is_withdrawn_by_a_new_one(api, operator, owner, site):
    row = ExclusionFactory(site=site, author=operator)
    api(owner).post(f"/api/v1/exclusions/{row.pk}/review/", {"approve": True}, format="json")
    answer = api(operator).post(f"/api/v1/exclusions/{row.pk}/withdraw/", {"text": "Another street."}, format="json")
    assert answer.status_code == 201
    assert Exclusion.objects.get(pk=answer.json()["id"]).withdraws == row
