"""OCPP 2.0.1 block D: local authorization list management."""

import pytest

from stations.models import LocalList
from stations.services import local_lists

CARD = {"idToken": "CARD-1", "type": "ISO14443"}


@pytest.fixture
async def charger(connect):
    async with connect("ocpp2.0.1") as charger:
        await charger.boot()
        charger.answers["SendLocalList"] = {"status": "Accepted"}
        charger.answers["GetLocalListVersion"] = {"versionNumber": 1}
        yield charger


async def test_tc_d_01_send_local_authorization_list_full(charger, desk):
    """D01.FR.01, D01.FR.06, D01.FR.18: a full list of unique tokens under a version above 0."""
    await desk.command("get_local_list_version")
    twice = [{"id_token": "CARD-1"}, {"id_token": "card-1"}]
    command = await desk.command("send_local_list", update="full", entries=twice)
    assert command["state"] == "accepted"
    received = await charger.wait_for_call("SendLocalList")
    assert received.payload["updateType"] == "Full"
    assert received.payload["versionNumber"] == 2
    assert len(received.payload["localAuthorizationList"]) == 1
    assert received.payload["localAuthorizationList"][0]["idTokenInfo"] == {"status": "Accepted"}


async def test_tc_d_02_send_local_authorization_list_differential_update(charger, desk):
    """D01.FR.01, D01.FR.06, D01.FR.18: a difference under a version above the station's own."""
    charger.answers["GetLocalListVersion"] = {"versionNumber": 5}
    await desk.command("get_local_list_version")
    entries = [{"id_token": "CARD-1", "group_id_token": "FLEET"}, {"id_token": "EMAID1", "id_token_type": "eMAID"}]
    command = await desk.command("send_local_list", update="differential", entries=entries)
    assert command["state"] == "accepted"
    received = await charger.wait_for_call("SendLocalList")
    assert received.payload == {
        "versionNumber": 6,
        "updateType": "Differential",
        "localAuthorizationList": [
            {
                "idToken": CARD,
                "idTokenInfo": {"status": "Accepted", "groupIdToken": {"idToken": "FLEET", "type": "ISO14443"}},
            },
            {"idToken": {"idToken": "EMAID1", "type": "eMAID"}, "idTokenInfo": {"status": "Accepted"}},
        ],
    }


async def test_tc_d_03_send_local_authorization_list_differential_remove(charger, desk):
    """D01.FR.01, D01.FR.06, D01.FR.17, D01.FR.18: a token without idTokenInfo leaves the list."""
    await desk.command("send_local_list", update="full", entries=[{"id_token": "CARD-1"}])
    await charger.wait_for_call("SendLocalList")
    await desk.command("send_local_list", update="differential", entries=[{"id_token": "CARD-1", "remove": True}])
    received = await charger.wait_for_call("SendLocalList")
    assert received.payload == {
        "versionNumber": 2,
        "updateType": "Differential",
        "localAuthorizationList": [{"idToken": CARD}],
    }
    shown = await desk.get("local-lists/CP-1/")
    assert (shown["reported_version"], shown["held"]) == (2, [])


async def test_tc_d_04_send_local_authorization_list_full_with_empty_list(charger, desk):
    """D01.FR.01, D01.FR.06, D01.FR.18: a full list without tokens removes all of them."""
    await desk.command("send_local_list", update="full", entries=[{"id_token": "CARD-1"}])
    await charger.wait_for_call("SendLocalList")
    await desk.command("send_local_list", update="full", entries=[])
    received = await charger.wait_for_call("SendLocalList")
    assert received.payload == {"versionNumber": 2, "updateType": "Full"}
    shown = await desk.get("local-lists/CP-1/")
    assert (shown["reported_version"], shown["held_count"]) == (2, 0)


async def test_tc_d_08_get_local_list_version_success(charger, desk):
    """D02: the version the station has is what we show as reported."""
    charger.answers["GetLocalListVersion"] = {"versionNumber": 42}
    command = await desk.command("get_local_list_version")
    assert (command["state"], command["result"]) == ("accepted", {"versionNumber": 42})
    assert (await desk.get("local-lists/CP-1/"))["reported_version"] == 42


async def test_tc_d_09_get_local_list_version_no_list_available(charger, desk):
    """D02: 0 says that no list is installed."""
    charger.answers["GetLocalListVersion"] = {"versionNumber": 0}
    command = await desk.command("get_local_list_version")
    assert (command["state"], command["result"]) == ("accepted", {"versionNumber": 0})
    assert (await desk.get("local-lists/CP-1/"))["reported_version"] == 0


async def test_a_list_that_a_station_lost_is_sent_anew(charger, desk, database):
    """D02.FR.01: the version tells that the station has no list any more; the whole of it follows."""
    await desk.post("local-lists/", {"station": "CP-1", "covers": "tokens"})
    await database(local_lists.sync)
    await charger.wait_for_call("SendLocalList")
    await database.until(lambda: LocalList.objects.get().in_sync, "the list is in step")
    charger.answers["GetLocalListVersion"] = {"versionNumber": 0}
    await desk.command("get_local_list_version")
    received = await charger.wait_for_call("SendLocalList")
    assert received.payload["updateType"] == "Full"
    assert [entry["idToken"] for entry in received.payload["localAuthorizationList"]] == [CARD]


async def test_a_station_that_refuses_a_difference_gets_the_whole_list(charger, desk, database):
    """D01.FR.03: on Failed or VersionMismatch of a differential update the full list is sent, once."""
    await desk.post("local-lists/", {"station": "CP-1", "entries": [{"id_token": "CARD-1"}]})
    await database(local_lists.sync)
    await charger.wait_for_call("SendLocalList")
    await database.until(lambda: LocalList.objects.get().in_sync, "the list is in step")
    charger.answers["SendLocalList"] = lambda payload: {
        "status": "Failed" if payload["updateType"] == "Differential" else "Accepted"
    }
    await desk.patch("local-lists/CP-1/", {"entries": []})
    await database(local_lists.sync)
    assert (await charger.wait_for_call("SendLocalList")).payload["updateType"] == "Differential"
    assert (await charger.wait_for_call("SendLocalList")).payload["updateType"] == "Full"
    await database.until(lambda: LocalList.objects.get().in_sync, "the list is in step again")
