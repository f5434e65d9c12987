"""Stations come in by the console: made, imported, taken in from quarantine; and the doctor looks at them."""

import pytest
from django.urls import reverse

from stations.domain.anomalies import Anomaly
from stations.domain.checks import Check
from stations.domain.credentials import verify_password
from stations.models import Command, OnboardingDoor, RefusedAttempt, Station
from stations.selectors import check_words
from stations.views import anomaly_wording, wording
from tests import factories


@pytest.fixture
def waiting(site):
    return factories.StationFactory(site=site, identity="NEW-1", registration="Pending", quarantined_at=site.created_at)


def text_of(answer):
    return answer.content.decode()


def step(name):
    return reverse("stations:station-new-step", args=[name])


def test_a_station_is_made_step_by_step_and_its_password_shown_once(browser, operator, site):
    client = browser(operator)
    assert client.get(reverse("stations:station-new"))["Location"] == step("site")
    assert client.post(step("site"), {"site": site.name.upper()})["Location"] == step("station")
    posted = {"identity": "GATE-3", "name": "Gate", "vendor": "keba", "security_profile": "1"}
    page = text_of(client.post(step("station"), posted))
    station = Station.objects.get(identity="GATE-3")
    assert station.site == site
    password = page.split('<dt>Password</dt><dd class="copied"><span class="mono">')[1].split("<")[0]
    assert verify_password(password.encode(), station.password_hash)
    assert "ws://testserver/ocpp/" in page
    assert "Where: KEBA" in page
    assert reverse("stations:station-checks", args=["GATE-3"]) in page
    again = text_of(client.get(reverse("stations:station-setup", args=["GATE-3"])))
    assert password not in again


def test_going_back_loses_nothing(browser, operator, site):
    client = browser(operator)
    client.get(reverse("stations:station-new") + f"?site={site.pk}")
    assert client.post(step("station"), {"identity": "not this one", "back": "1"})["Location"] == step("site")
    assert site.name in text_of(client.get(step("site")))
    assert "not this one" in text_of(client.get(step("station")))
    client.post(reverse("stations:station-new"))
    assert "not this one" not in text_of(client.get(step("station")))


def test_an_identity_that_is_taken_is_said_so(browser, operator, site, station):
    client = browser(operator)
    client.post(step("site"), {"site": site.name})
    posted = {"identity": station.identity, "security_profile": "1"}
    assert "exists already" in text_of(client.post(step("station"), posted))


def test_a_technician_makes_no_station(browser, technician, site):
    client = browser(technician)
    assert "no site" in text_of(client.post(step("site"), {"site": site.name})).lower()
    client.post(step("station"), {"identity": "GATE-3", "security_profile": "0"})
    assert not Station.objects.filter(identity="GATE-3").exists()


def test_the_vendors_way_can_be_chosen(browser, viewer, station):
    page = text_of(browser(viewer).get(reverse("stations:station-setup", args=[station.identity]) + "?vendor=keba"))
    assert "Where: KEBA" in page


def test_a_refused_station_is_one_click_from_being_made(browser, operator, station):
    factories.RefusedAttemptFactory(identity="WHO|1", reason="unknown_identity", station=None)
    page = text_of(browser(operator).get(reverse("stations:refused-list")))
    assert reverse("stations:station-new") + "?identity=WHO%7C1" in page


def test_a_forgotten_password_is_set_anew_from_the_refused_attempt(browser, operator, station):
    Station.objects.filter(pk=station.pk).update(security_profile=1)
    factories.RefusedAttemptFactory(station=station)
    client, url = browser(operator), reverse("stations:station-password", args=[station.identity])
    assert url in text_of(client.get(reverse("stations:refused-list")))
    assert "only time the password is shown" in text_of(client.post(url))
    assert Station.objects.get(pk=station.pk).password_hash


def test_every_reason_has_words_for_its_fix():
    assert set(wording.REFUSAL_FIX) == set(RefusedAttempt.Reason)


def test_every_anomaly_and_every_check_has_words():
    assert set(anomaly_wording.ANOMALIES) == set(Anomaly)
    assert set(check_words.WORDS) == set(Check)


def test_a_viewer_sees_the_reason_and_no_button(browser, viewer, station):
    Station.objects.filter(pk=station.pk).update(security_profile=1)
    factories.RefusedAttemptFactory(station=station)
    url = reverse("stations:station-password", args=[station.identity])
    client = browser(viewer)
    assert url not in text_of(client.get(reverse("stations:refused-list")))
    assert client.post(url).status_code == 403


def test_a_file_is_looked_at_then_stored(browser, operator, site):
    client, url = browser(operator), reverse("stations:station-import")
    look = client.post(url, {"text": "identity\nA1\nA B\n", "site": site.name})
    assert "1 new, 0 changed, 0 as they are, 1 with errors" in text_of(look)
    assert not Station.objects.filter(identity="A1").exists()
    posted = {"draft": look.context["draft"], "store": "1", "only_good": "on"}
    done = text_of(client.post(url, posted))
    assert "1 station was made" in done
    assert Station.objects.get(identity="A1").site == site
    passwords = done.split('name="passwords" value="')[1].split('"')[0]
    answer = client.post(reverse("stations:import-passwords"), {"passwords": passwords})
    assert answer["Content-Disposition"].startswith("attachment")
    assert text_of(answer).startswith("identity,password")
    assert "no longer kept" in text_of(client.post(url, posted))


def test_what_one_person_looked_at_another_cannot_store(browser, operator, owner, site):
    url = reverse("stations:station-import")
    look = browser(operator).post(url, {"text": "identity\nA1\n", "site": site.name})
    browser(owner).post(url, {"draft": look.context["draft"], "store": "1"})
    assert not Station.objects.filter(identity="A1").exists()


def test_a_file_is_uploaded(browser, operator, site, tmp_path):
    file = tmp_path / "stations.csv"
    file.write_bytes("identity;name\r\nA1;Tür\r\n".encode("cp1252"))
    with file.open("rb") as opened:
        page = text_of(browser(operator).post(reverse("stations:station-import"), {"file": opened, "site": site.name}))
    assert "Tür" in page


def test_a_viewer_imports_nothing(browser, viewer):
    answer = browser(viewer).post(reverse("stations:station-import"), {"text": "identity\nA1\n"})
    assert answer.status_code == 403


def test_a_waiting_station_is_taken_in(browser, operator, waiting):
    client = browser(operator)
    assert "NEW-1" in text_of(client.get(reverse("stations:waiting-list")))
    posted = {"site": waiting.site_id, "name": "Gate 7"}
    assert client.post(reverse("stations:accept", args=["NEW-1"]), posted).status_code == 302
    waiting.refresh_from_db()
    assert (waiting.registration, waiting.quarantined_at, waiting.name) == ("Accepted", None, "Gate 7")


def test_a_waiting_station_that_is_connected_gets_a_password_of_its_own(browser, operator, waiting):
    Station.objects.filter(pk=waiting.pk).update(password_hash="shared", security_profile=1)
    waiting.refresh_from_db()
    factories.connect(waiting)
    posted = {"site": waiting.site_id, "rotates_password": "on"}
    browser(operator).post(reverse("stations:accept", args=["NEW-1"]), posted)
    assert set(Command.objects.values_list("kind", flat=True)) == {"rotate_password", "trigger"}


def test_a_waiting_station_is_turned_away(browser, operator, waiting):
    browser(operator).post(reverse("stations:reject", args=["NEW-1"]))
    assert Station.objects.get(pk=waiting.pk).registration == "Rejected"


def test_a_technician_decides_nothing(browser, technician, waiting):
    client = browser(technician)
    assert reverse("stations:accept", args=["NEW-1"]) not in text_of(client.get(reverse("stations:waiting-list")))
    assert client.post(reverse("stations:accept", args=["NEW-1"])).status_code == 403
    assert client.post(reverse("stations:reject", args=["NEW-1"])).status_code == 403


def test_the_door_is_opened_with_a_password(browser, owner, organization, site):
    client, url = browser(owner), reverse("stations:door", args=[organization.pk])
    assert client.get(url).status_code == 200
    refused = client.post(url, {"is_open": "on", "site": site.pk})
    assert "Set a password" in text_of(refused)
    assert client.post(url, {"is_open": "on", "site": site.pk, "password": "twelve or more"}).status_code == 302
    assert OnboardingDoor.objects.get().is_open


def test_the_doctor_is_a_page_with_advice(browser, viewer, station):
    page = text_of(browser(viewer).get(reverse("stations:station-checks", args=[station.identity])))
    assert "The station is not connected." in page
    assert "Run checks" not in page


def test_the_doctor_asks_by_a_button(browser, technician, station):
    factories.connect(station)
    client = browser(technician)
    assert "Run checks" in text_of(client.get(reverse("stations:station-checks", args=[station.identity])))
    client.post(reverse("stations:checks-run", args=[station.identity]))
    assert Command.objects.count() == 2


def test_what_is_odd_stands_on_the_session(browser, operator, session):
    session.anomalies, session.is_flagged = ["meter_jumped", "of_another_version"], True
    session.save()
    page = text_of(browser(operator).get(reverse("stations:session", args=[session.pk])))
    assert "The jump is not counted." in page
    assert "of_another_version" in page


def test_a_known_stations_registration_is_changed(browser, operator, technician, station):
    url = reverse("stations:registration", args=[station.identity])
    assert browser(technician).post(url, {"registration": "Rejected"}).status_code == 403
    client = browser(operator)
    assert client.post(url, {"registration": "Nonsense"}).status_code == 404
    client.post(url, {"registration": "Rejected"})
    assert Station.objects.get(pk=station.pk).registration == "Rejected"


def test_odd_sessions_are_listed_by_themselves(browser, operator, session):
    client, url = browser(operator), reverse("stations:session-list") + "?only_odd=on"
    assert session.transaction_id not in text_of(client.get(url))
    session.anomalies, session.is_flagged = ["meter_jumped"], True
    session.save()
    assert session.transaction_id in text_of(client.get(url))
