"""/stations/"""

from urllib.parse import quote

import pytest

from stations.domain.credentials import verify_password
from stations.models import Station
from tests import factories

STATIONS = "/api/v1/stations/"


@pytest.fixture
def client(api, operator):
    return api(operator)


def test_a_station_is_made_and_its_password_kept_secret(client, site):
    password = "correct horse battery"
    response = client.post(
        STATIONS, {"identity": "DE*VLT*E77", "site": site.pk, "security_profile": 1, "password": password}
    )
    assert response.status_code == 201
    assert response.json()["connected"] is False
    assert "password" not in response.json()
    stored = Station.objects.get(identity="DE*VLT*E77").password_hash
    assert password not in stored
    assert verify_password(password.encode(), stored)


@pytest.mark.parametrize("profile", [0, 3])
def test_profiles_without_a_password_need_none(client, site, profile):
    response = client.post(STATIONS, {"identity": "CP1", "site": site.pk, "security_profile": profile})
    assert response.status_code == 201
    assert response.json()["security_profile"] == profile


@pytest.mark.parametrize("profile", [1, 2])
@pytest.mark.parametrize("password", [{}, {"password": ""}, {"password": "short"}, {"password": "x" * 41}])
def test_profiles_with_a_password_need_a_sound_one(client, site, profile, password):
    response = client.post(STATIONS, {"identity": "CP1", "site": site.pk, "security_profile": profile} | password)
    assert response.status_code == 400
    assert response.json()["errors"][0]["pointer"] == "#/password"


@pytest.mark.parametrize(
    ("field", "value"),
    [("identity", "a b"), ("identity", "x" * 49), ("identity", "a/b"), ("security_profile", 4), ("site", 10**30)],
)
def test_nonsense_is_refused(client, site, field, value):
    new = {"identity": "CP1", "site": site.pk, "security_profile": 0}
    response = client.post(STATIONS, new | {field: value})
    assert response.status_code == 400
    assert response.json()["errors"][0]["pointer"] == f"#/{field}"


def test_an_identity_is_unique_over_all_organizations(client, site, elsewhere):
    taken = elsewhere.station.identity
    response = client.post(STATIONS, {"identity": taken, "site": site.pk, "security_profile": 0})
    assert response.status_code == 400


def test_a_station_is_not_put_on_a_foreign_site(client, elsewhere):
    response = client.post(STATIONS, {"identity": "CP1", "site": elsewhere.site.pk, "security_profile": 0})
    assert response.status_code == 400
    assert not Station.objects.filter(identity="CP1").exists()


@pytest.mark.parametrize("identity", ["DE*ABC*E01", "a|b@c:d+e=f", "CP.1", "x" * 48])
def test_a_station_is_addressed_by_its_identity(client, site, identity):
    factories.StationFactory(site=site, identity=identity)
    for address in (quote(identity, safe=""), quote(identity, safe="*+=:@")):
        assert client.get(f"{STATIONS}{address}/").json()["identity"] == identity


def test_identities_differ_by_case(client, site):
    factories.StationFactory(site=site, identity="cp1")
    assert client.get(f"{STATIONS}CP1/").status_code == 404


def test_reading_shows_what_it_is_and_how_its_evses_are(client, station):
    station.vendor, station.model, station.firmware_version = "Acme", "Fast 50", "1.2"
    factories.connect(station, "ocpp2.0.1")
    shown = client.get(f"{STATIONS}{station.identity}/").json()
    assert (
        shown.items()
        >= {
            "connected": True,
            "protocol": "ocpp2.0.1",
            "vendor": "Acme",
            "model": "Fast 50",
            "firmware_version": "1.2",
            "status": "available",
        }.items()
    )
    assert shown["last_seen"] is not None
    (evse,) = shown["evses"]
    assert (evse["number"], evse["status"]) == (1, "available")
    assert evse["connectors"][0]["status"] == "available"


def test_a_station_without_a_socket_is_offline(client, station):
    shown = client.get(f"{STATIONS}{station.identity}/").json()
    assert (shown["connected"], shown["status"], shown["evses"][0]["status"]) == (False, "offline", "offline")


def test_lists_filter(client, site, station):
    online = factories.StationFactory(site=site, identity="ONLINE", vendor="Acme")
    factories.connect(online, "ocpp2.0.1")

    def found(**query):
        return {row["identity"] for row in client.get(STATIONS, query).json()["results"]}

    assert found(connected="true") == {"ONLINE"}
    assert found(connected="false") == {station.identity}
    assert found(protocol="ocpp2.0.1") == {"ONLINE"}
    assert found(search="acme") == {"ONLINE"}
    assert found(site=site.pk) == {"ONLINE", station.identity}
    assert client.get(STATIONS, {"site": 10**30}).status_code == 400


def test_a_station_is_renamed_and_its_password_replaced(client, station):
    response = client.patch(
        f"{STATIONS}{station.identity}/", {"name": "North", "security_profile": 2, "password": "longer than that"}
    )
    assert response.json()["name"] == "North"
    station.refresh_from_db()
    assert verify_password(b"longer than that", station.password_hash)


def test_a_profile_with_a_password_is_not_set_without_one(client, station):
    response = client.patch(f"{STATIONS}{station.identity}/", {"security_profile": 1})
    assert response.status_code == 400
    station.refresh_from_db()
    assert station.security_profile == 0


def test_an_identity_stays(client, station):
    assert client.patch(f"{STATIONS}{station.identity}/", {"identity": "OTHER"}).status_code == 400


def test_a_change_leaves_live_columns_alone(client, station):
    connection = factories.connect(station)
    client.patch(f"{STATIONS}{station.identity}/", {"name": "North"})
    station.refresh_from_db()
    assert station.connection == connection


def test_a_station_with_history_is_not_deleted(client, session):
    response = client.delete(f"{STATIONS}{session.station.identity}/")
    assert response.status_code == 409
    assert "sessions" in response.json()["detail"]


def test_a_connected_station_is_not_deleted(client, site):
    station = factories.StationFactory(site=site)
    factories.connect(station)
    assert client.delete(f"{STATIONS}{station.identity}/").status_code == 409


def test_a_station_without_history_is_deleted(client, site):
    station = factories.StationFactory(site=site)
    assert client.delete(f"{STATIONS}{station.identity}/").status_code == 204


def test_a_technician_sees_stations_and_changes_none(api, technician, station):
    client = api(technician)
    assert client.get(f"{STATIONS}{station.identity}/").status_code == 200
    assert client.patch(f"{STATIONS}{station.identity}/", {"name": "Mine"}).status_code == 403


# --- Security profiles ---


def test_a_new_station_needs_a_password_unless_somebody_says_otherwise(api, owner, site):
    body = {"identity": "CP-NEW", "site": site.pk}
    refused = api(owner).post(STATIONS, body)
    assert (refused.status_code, "needs a password" in str(refused.json())) == (400, True)
    made = api(owner).post(STATIONS, body | {"password": "a long password"})
    assert (made.json()["security_profile"], made.json()["is_insecure"]) == (1, False)
    open_to_all = api(owner).post(STATIONS, {"identity": "CP-OPEN", "site": site.pk, "security_profile": 0})
    assert (open_to_all.json()["security_profile"], open_to_all.json()["is_insecure"]) == (0, True)


def test_how_a_station_is_connected_is_told(api, owner, station):
    assert api(owner).get(f"{STATIONS}{quote(station.identity)}/").json()["connection"] is None
    factories.connect(station)
    shown = api(owner).get(f"{STATIONS}{quote(station.identity)}/").json()["connection"]
    assert set(shown) >= {"remote_address", "is_secure", "tls_version", "tls_cipher", "certificate_fingerprint"}


def test_a_password_given_by_a_person_ends_what_a_rotation_left(api, owner, station):
    Station.objects.filter(pk=station.pk).update(next_password_hash="new", previous_password_hash="old")
    api(owner).patch(f"{STATIONS}{quote(station.identity)}/", {"password": "a long password"})
    station.refresh_from_db()
    assert (station.next_password_hash, station.previous_password_hash) == ("", "")
    assert verify_password(b"a long password", station.password_hash)
