"""/incidents/ and /alerts/"""

import pytest

from monitoring.models import Severity
from tests.monitoring.alert_rows import AlertFactory, IncidentFactory


@pytest.fixture
def incident(site, station):
    incident = IncidentFactory(site=site, severity=Severity.CRITICAL)
    AlertFactory(station=station, incident=incident, returns=3, is_flapping=True)
    return incident


def test_incidents_are_read(api, operator, incident, elsewhere):
    IncidentFactory(site=elsewhere.site)
    (row,) = api(operator).get("/api/v1/incidents/?open=true&severity=critical").json()["results"]
    assert (row["id"], row["severity"], row["is_open"], row["acknowledged_by"]) == (incident.pk, "critical", True, None)


def test_incidents_are_taken_care_of(api, operator, technician, incident):
    client, at = api(operator), f"/api/v1/incidents/{incident.pk}"
    assert client.post(f"{at}/acknowledge/").json()["acknowledged_by"] == operator.email
    assert client.post(f"{at}/assign/", {"to": technician.email}).json()["assigned_to"] == technician.email
    assert client.post(f"{at}/assign/", {"to": "nobody@example.com"}).status_code == 400
    assert client.post(f"{at}/comment/", {"text": "A fuse."}).status_code == 200
    assert client.post(f"{at}/snooze/", {"until": "2035-01-01T00:00:00Z"}).json()["snoozed_until"]
    assert client.post(f"{at}/resolve/", {"text": "Changed."}).json()["is_open"] is False
    assert client.post(f"{at}/acknowledge/").status_code == 409
    kinds = [line["kind"] for line in client.get(f"{at}/entries/").json()]
    assert kinds == ["acknowledged", "assigned", "comment", "snoozed", "resolved"]


def test_who_only_reads_changes_nothing(api, viewer, incident):
    assert api(viewer).post(f"/api/v1/incidents/{incident.pk}/acknowledge/").status_code == 403


def test_alerts_are_read(api, operator, incident, station):
    (row,) = api(operator).get(f"/api/v1/alerts/?incident={incident.pk}&open=true").json()["results"]
    assert (row["station"], row["rule"], row["severity"], row["flapping"]) == (
        station.identity,
        "offline",
        "major",
        True,
    )
