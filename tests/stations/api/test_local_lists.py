"""/local-lists/"""

import pytest

from stations.models import LocalList
from tests import factories

URL = "/api/v1/local-lists/"


@pytest.fixture
def held(station):
    return factories.LocalListFactory(
        station=station,
        covers="tokens",
        version=3,
        reported_version=3,
        needs_whole=False,
        held={"card-1": {"id_token": "CARD-1", "group": "FLEET"}},
    )


def test_a_list_is_addressed_by_its_station(api, operator, station, held):
    shown = api(operator).get(f"{URL}{station.identity}/").json()
    assert (shown["version"], shown["reported_version"], shown["in_sync"]) == (3, 3, True)
    entry = {"id_token": "CARD-1", "type": "", "status": "Accepted", "expires_at": "", "group_id_token": "FLEET"}
    assert shown["held"] == [entry]


def test_lists_tell_how_much_they_hold_and_not_what(api, operator, held):
    (row,) = api(operator).get(URL).json()["results"]
    assert row["held_count"] == 1
    assert "held" not in row


def test_chosen_entries_are_due_at_once_and_each_token_stands_there_once(api, operator, station):
    body = {"station": station.identity, "entries": [{"id_token": "A", "status": "Blocked"}, {"id_token": "a"}]}
    made = api(operator).post(URL, body, format="json")
    assert made.status_code == 201
    assert [entry["id_token"] for entry in made.json()["entries"]] == ["a"]
    row = LocalList.objects.get(station=station)
    assert (row.covers, row.due_at is not None) == ("chosen", True)


def test_what_is_left_out_of_a_change_stays(api, operator, station):
    client = api(operator)
    client.post(URL, {"station": station.identity, "entries": [{"id_token": "A"}]}, format="json")
    changed = client.patch(f"{URL}{station.identity}/", {"covers": "nothing"}, format="json")
    assert (changed.json()["covers"], len(changed.json()["entries"])) == ("nothing", 1)
    assert LocalList.objects.get().due_at is None


def test_a_list_that_is_deleted_is_looked_after_no_more(api, operator, station, held):
    assert api(operator).delete(f"{URL}{station.identity}/").status_code == 204
    row = LocalList.objects.get()
    assert (row.covers, row.held) == ("nothing", held.held)


def test_a_status_that_no_version_knows_is_refused(api, operator, station):
    body = {"station": station.identity, "entries": [{"id_token": "A", "status": "Fine"}]}
    assert api(operator).post(URL, body, format="json").status_code == 400


def test_who_sends_no_commands_changes_no_list(api, support, station, held):
    answer = api(support).patch(f"{URL}{station.identity}/", {"covers": "nothing"}, format="json")
    assert answer.status_code == 403
