"""The station's page of id tokens, and the form that says what its local list should hold."""

from django.urls import reverse

from stations.models import LocalList
from tests import factories


def page(browser, person, station):
    return browser(person).get(reverse("stations:station-tokens", args=[station.identity])).content.decode()


def post(browser, person, station, **data):
    return browser(person).post(reverse("stations:local-list", args=[station.identity]), data)


def test_a_station_without_a_list_says_so(browser, operator, station):
    assert "Not looked after" in page(browser, operator, station)


def test_wanted_and_reported_version_stand_side_by_side(browser, operator, station):
    factories.LocalListFactory(
        station=station,
        version=8,
        reported_version=7,
        answer="VersionMismatch",
        problem="The station answered VersionMismatch.",
        held={"card-77": {"id_token": "CARD-77", "status": "Blocked"}},
    )
    text = page(browser, operator, station)
    for shown in ("<dd>8</dd>", "<dd>7", "The station answered VersionMismatch.", "CARD-77", "Blocked"):
        assert shown in text


def test_the_form_takes_one_token_a_line(browser, operator, station):
    assert post(browser, operator, station, covers="chosen", tokens="A-1\n\n b-2 \nB-2").status_code == 302
    row = LocalList.objects.get(station=station)
    assert [entry.id_token for entry in row.entries.all()] == ["A-1", "B-2"]
    assert row.due_at is not None


def test_the_form_says_which_line_is_too_long(browser, operator, station):
    answer = post(browser, operator, station, covers="chosen", tokens="x" * 256)
    assert "longer than any id token" in answer.content.decode()
    assert not LocalList.objects.exists()


def test_who_sends_no_commands_changes_no_list(browser, support, station):
    assert post(browser, support, station, covers="tokens", tokens="").status_code == 403
