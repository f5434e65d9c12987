"""/uptime/ and /exclusions/."""

from datetime import timedelta

import pytest
from django.utils import timezone

from monitoring.models import Exclusion
from tests.monitoring.exclusion_rows import ExclusionFactory, letter
from tests.monitoring.ledger_rows import port_with_an_outage

pytestmark = pytest.mark.django_db


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


@pytest.mark.parametrize("path", ["sites/", "network/", "uk/", "sites/?month=2026-01", "uk/?year=2025&country=GB"])
def test_groups_have_theirs(api, viewer, port, path):
    assert api(viewer).get(f"/api/v1/uptime/{path}").status_code == 200


@pytest.mark.parametrize("path", ["ports/?month=x", "network/?month=2026-13", "uk/?year=1", "sites/?site=0"])
def test_nonsense_is_refused(api, viewer, port, path):
    assert api(viewer).get(f"/api/v1/uptime/{path}").status_code == 400


def test_the_ledger_has_no_gap(api, viewer, port):
    rows = api(viewer).get(f"/api/v1/uptime/ports/{port.pk}/ledger/").json()
    assert [row["state"] for row in rows] == ["up", "down", "up"]
    assert [row["start"] for row in rows[1:]] == [row["end"] for row in rows[:-1]]


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
