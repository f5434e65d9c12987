"""/incidents/ and /alerts/"""

import pytest

from monitoring.models import Severity
from tests.monitoring import status_rows
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


# --- What the public is told ---


def test_an_update_publishes_it_and_the_next_goes_on(api, operator, incident, organization):
    status_rows.publish_page(organization)
    client, path = api(operator), f"/api/v1/incidents/{incident.pk}/updates/"
    said = {"state": "identified", "text": "A fuse.", "texts": {"de": "Eine Sicherung."}}
    assert client.post(path, said, format="json").status_code == 201
    assert client.post(path, {"state": "resolved"}, format="json").json()["state"] == "resolved"
    assert [row["text"] for row in client.get(path).json()] == ["A fuse.", ""]
    assert organization.public_incidents.get().resolved_at is not None


def test_without_a_status_page_nothing_is_published(api, operator, incident):
    answer = api(operator).post(f"/api/v1/incidents/{incident.pk}/updates/", {"state": "identified"}, format="json")
    assert answer.status_code == 409


def test_a_language_that_pages_are_not_in_is_refused(api, operator, incident, organization):
    status_rows.publish_page(organization)
    said = {"state": "identified", "texts": {"tlh": "Qapla'"}}
    assert api(operator).post(f"/api/v1/incidents/{incident.pk}/updates/", said, format="json").status_code == 400


def test_who_only_looks_tells_the_public_nothing(api, viewer, incident, organization):
    status_rows.publish_page(organization)
    answer = api(viewer).post(f"/api/v1/incidents/{incident.pk}/updates/", {"state": "identified"}, format="json")
    assert answer.status_code == 403
