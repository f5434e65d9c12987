"""The door, the import, the settings and the doctor over REST."""

from stations.models import Command, OnboardingDoor, Station
from tests import factories

PASSWORD = "long enough for all"


def test_an_operator_opens_the_door_and_the_password_is_told_to_nobody(api, operator, site):
    client = api(operator)
    answer = client.put("/api/v1/onboarding/", {"site": site.pk, "is_open": True, "password": PASSWORD})
    assert answer.status_code == 200
    assert answer.json() == {
        "organization": site.organization.slug,
        "is_open": True,
        "site": site.pk,
        "has_password": True,
    }
    assert PASSWORD not in client.get("/api/v1/onboarding/").content.decode()
    assert PASSWORD not in OnboardingDoor.objects.get().password_hash


def test_the_door_keeps_its_password_when_it_is_closed_and_opened(api, operator, site):
    client = api(operator)
    client.put("/api/v1/onboarding/", {"site": site.pk, "is_open": True, "password": PASSWORD})
    client.put("/api/v1/onboarding/", {"site": site.pk, "is_open": False})
    assert client.put("/api/v1/onboarding/", {"site": site.pk, "is_open": True}).json()["has_password"]


def test_a_short_password_for_all_is_refused(api, operator, site):
    answer = api(operator).put("/api/v1/onboarding/", {"site": site.pk, "is_open": True, "password": "elf zeichen"})
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["pointer"] == "#/password"


def test_only_one_organization_takes_in_stations_without_a_password(api, operator, stranger, site, elsewhere):
    assert api(operator).put("/api/v1/onboarding/", {"site": site.pk, "is_open": True}).status_code == 200
    answer = api(stranger).put("/api/v1/onboarding/", {"site": elsewhere.site.pk, "is_open": True})
    assert answer.status_code == 400


def test_a_technician_does_not_open_the_door(api, technician, site):
    assert api(technician).put("/api/v1/onboarding/", {"site": site.pk, "is_open": True}).status_code == 403


def test_stations_are_imported_and_their_passwords_told_once(api, operator, site):
    client, body = api(operator), {"csv": "identity;name\nA1;One\nA2;Two\n", "site": site.pk}
    look = client.post("/api/v1/stations/import/", body | {"dry_run": True})
    assert (look.status_code, look.json()["good"], look.json()["stored"]) == (200, 2, False)
    assert [row["password"] for row in look.json()["rows"]] == [None, None]
    done = client.post("/api/v1/stations/import/", body)
    assert done.status_code == 201
    assert all(len(row["password"]) == 40 for row in done.json()["rows"])
    assert Station.objects.filter(identity__in=["A1", "A2"], site=site).count() == 2


def test_a_row_that_is_wrong_stops_an_import_unless_good_ones_are_enough(api, operator, site):
    client, body = api(operator), {"csv": "identity\nA1\nA B\n", "site": site.pk}
    assert client.post("/api/v1/stations/import/", body).status_code == 409
    assert not Station.objects.filter(identity="A1").exists()
    done = client.post("/api/v1/stations/import/", body | {"only_good": True})
    assert (done.status_code, done.json()["bad"]) == (201, 1)
    assert list(done.json()["rows"][1]["problems"]) == ["identity"]


def test_stations_are_not_imported_into_the_sites_of_others(api, operator, elsewhere):
    client = api(operator)
    answer = client.post("/api/v1/stations/import/", {"csv": "identity\nA1\n", "site": elsewhere.site.pk})
    assert answer.status_code == 400
    named = client.post("/api/v1/stations/import/", {"csv": f"identity,site\nA1,{elsewhere.site.name}\n"})
    assert named.status_code == 409


def test_a_viewer_imports_nothing(api, viewer, site):
    answer = api(viewer).post("/api/v1/stations/import/", {"csv": "identity\nA1\n", "site": site.pk})
    assert answer.status_code == 403


def test_what_to_enter_in_a_charger(api, viewer, station, settings):
    settings.OCPP_URL = "wss://charge.example/ocpp/"
    Station.objects.filter(pk=station.pk).update(vendor="Alfen BV")
    answer = api(viewer).get(f"/api/v1/stations/{station.identity}/setup/").json()
    assert answer["url"] == "wss://charge.example/ocpp/"
    assert answer["full_url"] == "wss://charge.example/ocpp/DE%2AVLT%2AE01"
    assert answer["vendor"] == "Alfen"
    assert answer["steps"]


def test_the_address_is_that_of_the_console_unless_it_is_set(api, viewer, station):
    answer = api(viewer).get(f"/api/v1/stations/{station.identity}/setup/").json()
    assert answer["url"] == "ws://testserver/ocpp/"


def test_the_doctor_says_what_is_wrong_and_what_to_do(api, viewer, station):
    found = api(viewer).get(f"/api/v1/stations/{station.identity}/checks/").json()
    connected = next(finding for finding in found if finding["check"] == "connected")
    assert connected["verdict"] == "bad"
    assert connected["advice"]


def test_the_doctor_asks_a_connected_station(api, technician, station):
    client, url = api(technician), f"/api/v1/stations/{station.identity}/checks/"
    assert client.post(url).status_code == 409
    factories.connect(station)
    assert client.post(url).status_code == 202
    assert set(Command.objects.values_list("kind", flat=True)) == {"get_variables", "trigger"}


def test_a_viewer_asks_a_station_nothing(api, viewer, station):
    factories.connect(station)
    assert api(viewer).post(f"/api/v1/stations/{station.identity}/checks/").status_code == 403


def test_refused_attempts_are_listed(api, operator, station):
    factories.RefusedAttemptFactory(identity="NEW", reason="unknown_identity", station=None)
    [row] = api(operator).get("/api/v1/refused-attempts/?reason=unknown_identity").json()["results"]
    assert (row["identity"], row["station"], row["count"]) == ("NEW", None, 1)


def test_registration_is_an_operators_to_change(api, operator, technician, station):
    url = f"/api/v1/stations/{station.identity}/"
    assert api(technician).patch(url, {"registration": "Rejected"}).status_code == 403
    assert api(operator).patch(url, {"registration": "Rejected"}).json()["registration"] == "Rejected"
    assert not Command.objects.exists()


def test_a_station_can_be_made_to_wait(api, operator, site):
    body = {"identity": "LATER", "site": site.pk, "security_profile": 0, "registration": "Pending"}
    answer = api(operator).post("/api/v1/stations/", body)
    assert answer.json()["registration"] == "Pending"


def test_whether_another_organization_exists_is_not_told(api, operator, site, elsewhere):
    answers = [
        api(operator).put("/api/v1/onboarding/", {"organization": slug, "is_open": True, "site": site.pk})
        for slug in (elsewhere.organization.slug, "no-such")
    ]
    assert [answer.status_code for answer in answers] == [400, 400]
    first, second = (answer.json()["errors"][0]["detail"] for answer in answers)
    assert first.replace(elsewhere.organization.slug, "no-such") == second
