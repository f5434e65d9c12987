"""/sessions/"""

from datetime import UTC, datetime, timedelta

import pytest

from stations.models import Session
from tests import factories

SESSIONS = "/api/v1/sessions/"
NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.fixture
def client(api, operator):
    return api(operator)


def test_sessions_are_found_by_an_anomaly(client, station):
    jumped = factories.SessionFactory(station=station, is_flagged=True, anomalies=["meter_jumped"])
    factories.SessionFactory(station=station, is_flagged=True, anomalies=["meter_ran_back"])
    found = client.get(f"{SESSIONS}?anomaly=meter_jumped").json()["results"]
    assert [row["id"] for row in found] == [jumped.pk]
    assert client.get(f"{SESSIONS}?anomaly=meter").status_code == 400


def test_a_session_is_shown_as_the_charger_told_it(client, station):
    session = factories.SessionFactory(
        station=station,
        transaction_id="tx-7",
        id_token="Card7",
        started_at=NOON,
        ended_at=NOON + timedelta(hours=1),
        stop_reason="EVDisconnected",
        energy_wh=12_345,
        is_flagged=True,
    )
    assert (
        client.get(f"{SESSIONS}{session.pk}/").json().items()
        >= {
            "id": session.pk,
            "transaction_id": "tx-7",
            "station": station.identity,
            "evse": None,
            "id_token": "Card7",
            "started_at": "2026-03-01T12:00:00Z",
            "ended_at": "2026-03-01T13:00:00Z",
            "stop_reason": "EVDisconnected",
            "energy_wh": 12_345,
            "cost": None,
            "flagged": True,
        }.items()
    )


def test_a_rated_session_shows_its_cost(client, session):
    Session.objects.update(cost_minor=1234, currency="EUR")
    assert client.get(f"{SESSIONS}{session.pk}/").json()["cost"] == {"amount_minor": 1234, "currency": "EUR"}


def test_lists_filter(client, session, site):
    other = factories.StationFactory(site=site)
    ended = factories.SessionFactory(
        station=other, id_token="AbC", started_at=NOON, ended_at=NOON + timedelta(minutes=5)
    )

    def found(**query):
        return {row["id"] for row in client.get(SESSIONS, query).json()["results"]}

    assert found() == {session.pk, ended.pk}
    assert found(open="true") == {session.pk}
    assert found(open="false") == {ended.pk}
    assert found(station=other.identity) == {ended.pk}
    assert found(id_token="aBc") == {ended.pk}
    assert found(transaction_id=ended.transaction_id) == {ended.pk}
    assert found(started_after="2026-03-01T12:00:00Z", started_before="2026-03-01T12:00:01Z") == {ended.pk}
    assert found(started_before="2026-03-01T12:00:00Z") == set()


def test_samples_come_oldest_first(client, session):
    for minute in (2, 1):
        factories.MeterSampleFactory(
            session=session,
            at=NOON + timedelta(minutes=minute),
            energy_wh=100 * minute,
            received_at=session.received_at,
            values='[{"value": "11000", "measurand": "Power.Active.Import"}]',
        )
    samples = client.get(f"{SESSIONS}{session.pk}/samples/").json()["results"]
    assert [sample["energy_wh"] for sample in samples] == [100, 200]
    assert samples[0]["values"] == [{"value": "11000", "measurand": "Power.Active.Import"}]


def test_a_session_is_closed_here_and_stays_closed(client, session, operator):
    closed = client.post(f"{SESSIONS}{session.pk}/close/").json()
    assert closed["ended_at"] is not None
    assert client.post(f"{SESSIONS}{session.pk}/close/").json() == closed
    session.refresh_from_db()
    assert session.closed_by == operator
    assert not session.station.commands.exists()


def test_a_technician_sees_sessions_and_closes_none(api, technician, session):
    client = api(technician)
    assert client.get(f"{SESSIONS}{session.pk}/").status_code == 200
    assert client.post(f"{SESSIONS}{session.pk}/close/").status_code == 403


def test_a_viewer_sees_no_sessions(api, viewer, session):
    client = api(viewer)
    assert client.get(SESSIONS).json()["results"] == []
    assert client.get(f"{SESSIONS}{session.pk}/samples/").status_code == 404


# --- Limits (OCPP 2.1) ---


@pytest.fixture
def charging(station):
    return factories.SessionFactory(station=station, protocol="ocpp2.1", transaction_id="tx-21", started_at=NOON)


def test_an_open_session_is_limited_and_each_limit_stays_until_it_is_changed(client, charging):
    path = f"{SESSIONS}{charging.pk}/limit/"
    assert client.post(path, {"max_energy_wh": 5000, "max_soc": 80}, format="json").status_code == 200
    answer = client.post(path, {"max_energy_wh": 9000.5}, format="json").json()
    assert answer["limit"] == {"maxEnergy": 9000.5, "maxSoC": 80}
    charging.refresh_from_db()
    assert not charging.is_limit_told


@pytest.mark.parametrize("body", [{}, {"max_soc": 101}, {"max_energy_wh": "much"}])
def test_a_senseless_limit_is_refused(client, charging, body):
    assert client.post(f"{SESSIONS}{charging.pk}/limit/", body, format="json").status_code == 400


def test_a_session_that_has_ended_or_knows_no_limits_is_not_limited(client, charging, session):
    Session.objects.filter(pk=charging.pk).update(ended_at=NOON)
    for pk in (charging.pk, session.pk):
        answer = client.post(f"{SESSIONS}{pk}/limit/", {"max_soc": 80}, format="json")
        assert answer.status_code == 409, answer.content


def test_a_technician_limits_no_session(api, technician, charging):
    answer = api(technician).post(f"{SESSIONS}{charging.pk}/limit/", {"max_soc": 80}, format="json")
    assert answer.status_code == 403
