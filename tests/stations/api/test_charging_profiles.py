"""/charging-profiles/, /applied-profiles/ and a station's composite schedule."""

import pytest
from django.utils import timezone

from stations.models import AppliedProfile, ChargingProfile
from tests import factories, power_rows

BODY = {
    "description": "Night",
    "purpose": "TxDefaultProfile",
    "kind": "Recurring",
    "recurrency": "Daily",
    "stack_level": 2,
    "schedules": [
        {
            "startSchedule": "2027-01-01T22:00:00Z",
            "duration": 28800,
            "chargingRateUnit": "W",
            "chargingSchedulePeriod": [{"startPeriod": 0, "limit": 11000, "numberPhases": 3}],
        }
    ],
}


def test_a_profile_is_kept_as_it_was_given(api, operator):
    client = api(operator)
    made = client.post("/api/v1/charging-profiles/", BODY, format="json")
    assert made.status_code == 201, made.content
    shown = client.get(f"/api/v1/charging-profiles/{made.json()['id']}/").json()
    assert {name: shown[name] for name in BODY} == BODY
    assert list(shown["schedules"][0]) == list(BODY["schedules"][0])


def test_the_word_of_16_for_a_whole_station_is_understood(api, operator):
    body = BODY | {"purpose": "ChargePointMaxProfile"}
    made = api(operator).post("/api/v1/charging-profiles/", body, format="json")
    assert made.json()["purpose"] == "ChargingStationMaxProfile"


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"purpose": "ChargingStationExternalConstraints"}, "purpose"),
        ({"purpose": "Nonsense"}, "purpose"),
        ({"schedules": []}, "schedules"),
        ({"schedules": {"a": 1}}, "schedules"),
        ({"schedules": ["nonsense"]}, "schedules"),
        ({"schedules": [{"chargingRateUnit": "A", "chargingSchedulePeriod": [{"startPeriod": "x"}]}]}, "schedules"),
        (
            {"schedules": [BODY["schedules"][0] | {"chargingSchedulePeriod": [{"startPeriod": 0, "limit": "6"}]}]},
            "schedules",
        ),
        ({"recurrency": ""}, "recurrency"),
        ({"extras": {"x": 1}}, "extras"),
        ({"extras": []}, "extras"),
    ],
)
def test_what_must_not_be_sent_is_refused_by_field(api, operator, changes, field):
    response = api(operator).post("/api/v1/charging-profiles/", BODY | changes, format="json")
    assert response.status_code == 400
    assert {error["pointer"] for error in response.json()["errors"]} == {f"#/{field}"}


def test_profiles_are_found_by_their_description(api, operator, organization):
    power_rows.profile(organization, description="Day")
    night = power_rows.profile(organization, description="Night")
    found = api(operator).get("/api/v1/charging-profiles/?description=night").json()["results"]
    assert [row["id"] for row in found] == [night.pk]


def test_a_technician_sees_profiles_and_does_not_change_them(api, technician, organization):
    profile, client = power_rows.profile(organization), api(technician)
    assert client.get("/api/v1/charging-profiles/").json()["results"][0]["id"] == profile.pk
    assert client.post("/api/v1/charging-profiles/", BODY, format="json").status_code == 403
    assert client.delete(f"/api/v1/charging-profiles/{profile.pk}/").status_code == 403


def test_a_profile_that_is_forgotten_stays_on_stations(api, operator, session):
    profile = power_rows.add(session)
    assert api(operator).delete(f"/api/v1/charging-profiles/{profile.pk}/").status_code == 204
    [row] = AppliedProfile.objects.all()
    assert (row.wire_id, row.profile, row.state) == (profile.pk, None, "accepted")


def test_a_profile_of_others_cannot_be_sent(api, operator, station, elsewhere):
    factories.connect(station)
    theirs = power_rows.profile(elsewhere.organization)
    body = {"kind": "set_charging_profile", "profile": theirs.pk}
    command = api(operator).post(f"/api/v1/stations/{station.identity}/commands/", body, format="json")
    # Whether there is such a profile shows only when it is to leave, in the charger's lane.
    assert command.status_code == 202
    assert not AppliedProfile.objects.exists()


def test_the_composite_schedule_stands_beside_the_stations_own(api, operator, session):
    power_rows.add(session)
    number = session.evse.number
    path = f"/api/v1/stations/{session.station.identity}/composite-schedule/"
    shown = api(operator).get(f"{path}?evse={number}&unit=A&duration_s=600").json()
    # The energy management system's 16 A and the profile's are the same.
    assert shown["periods"] == [{"startPeriod": 0, "limit": 16, "numberPhases": 3}]
    assert shown["station_says"]["differences"] == [{"start_s": 0, "expected": 16.0, "station": 32.0}]


@pytest.mark.parametrize("query", ["evse=-1", "unit=VA", "duration_s=0", "duration_s=99999999"])
def test_a_window_that_makes_no_sense_is_refused(api, operator, station, query):
    path = f"/api/v1/stations/{station.identity}/composite-schedule/?{query}"
    assert api(operator).get(path).status_code == 400


def test_a_session_of_a_lost_role_is_hidden(api, viewer, session):
    """A viewer sees the network, not what vehicles need."""
    power_rows.add(session)
    client = api(viewer)
    assert client.get("/api/v1/charging-limits/").json()["results"]
    assert client.get("/api/v1/charging-needs/").json()["results"] == []


def test_what_a_session_had_ends_when_an_operator_closes_it(api, operator, session):
    row = AppliedProfile.objects.create(
        station=session.station,
        wire_id=1,
        evse_number=session.evse.number,
        transaction_id=session.transaction_id,
        state="accepted",
        applied_at=timezone.now(),
        **power_rows.CONTENT | {"purpose": "TxProfile"},
    )
    api(operator).post(f"/api/v1/sessions/{session.pk}/close/")
    row.refresh_from_db()
    assert row.state == "ended"


def test_profiles_made_for_a_session_are_told_apart(api, operator, session, organization):
    planned = power_rows.profile(organization, session=session, purpose="TxProfile")
    power_rows.profile(organization)
    found = api(operator).get("/api/v1/charging-profiles/?planned=true").json()["results"]
    assert [(row["id"], row["session"]) for row in found] == [(planned.pk, session.pk)]
    assert ChargingProfile.objects.count() == 2
