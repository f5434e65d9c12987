"""OCPP 1.6 sections 5.15 and 5.10: local authorization list."""

import pytest

from stations.models import LocalList
from stations.services import local_lists
from stations.simulator.charger import CallError
from tests import factories


@pytest.fixture
async def charger(connect):
    async with connect("ocpp1.6") as charger:
        await charger.boot()
        charger.answers["SendLocalList"] = {"status": "Accepted"}
        yield charger


@pytest.fixture
def the_list(desk):
    """`await the_list()` is CP-1's list as the desk shows it."""

    async def show():
        return await desk.get("local-lists/CP-1/")

    return show


async def test_tc_042_1_get_local_list_version_not_supported(charger, desk, the_list):
    """-1 says that the charge point knows no local lists; nothing is sent to it any more."""
    charger.answers["GetLocalListVersion"] = {"listVersion": -1}
    command = await desk.command("get_local_list_version")
    assert (command["state"], command["result"]) == ("accepted", {"listVersion": -1})
    shown = await the_list()
    assert (shown["reported_version"], shown["is_supported"]) == (-1, False)


async def test_tc_042_1_get_local_list_version_not_supported_as_a_callerror(charger, desk):
    """The other way of a charge point to say so."""
    charger.answers["GetLocalListVersion"] = CallError("NotSupported", "no lists here")
    command = await desk.command("get_local_list_version")
    assert (command["state"], command["error_code"]) == ("failed", "NotSupported")


async def test_tc_042_2_get_local_list_version_empty(charger, desk, the_list):
    """0 says that there is no list."""
    charger.answers["GetLocalListVersion"] = {"listVersion": 0}
    command = await desk.command("get_local_list_version")
    assert (command["state"], command["result"]) == ("accepted", {"listVersion": 0})
    shown = await the_list()
    assert (shown["reported_version"], shown["is_supported"], shown["held_count"]) == (0, True, 0)


async def test_tc_043_1_send_local_authorization_list_not_supported(charger, desk, the_list):
    """The charge point's word stands on the list."""
    charger.answers["SendLocalList"] = {"status": "NotSupported"}
    command = await desk.command("send_local_list", update="full", entries=[{"id_token": "CARD-1"}])
    assert (command["state"], command["result"]) == ("rejected", {"status": "NotSupported"})
    shown = await the_list()
    assert (shown["answer"], shown["is_supported"]) == ("NotSupported", False)


async def test_tc_043_3_send_local_authorization_list_failed(charger, desk, the_list):
    """A full list that fails is there for a person to see, and is not sent again by itself."""
    charger.answers["SendLocalList"] = {"status": "Failed"}
    command = await desk.command("send_local_list", update="full", entries=[{"id_token": "CARD-1"}])
    assert (command["state"], command["result"]) == ("rejected", {"status": "Failed"})
    shown = await the_list()
    assert (shown["answer"], shown["held_count"], shown["reported_version"]) == ("Failed", 0, None)
    assert len([call for call in charger.received if call.action == "SendLocalList"]) == 1


async def test_tc_043_4_send_local_authorization_list_full(charger, desk, the_list):
    """The list replaces what the charge point had, and its version is what we report from then on."""
    command = await desk.command("send_local_list", update="full", entries=[{"id_token": "CARD-1"}])
    assert command["state"] == "accepted"
    received = await charger.wait_for_call("SendLocalList")
    assert received.payload == {
        "listVersion": 1,
        "updateType": "Full",
        "localAuthorizationList": [{"idTag": "CARD-1", "idTagInfo": {"status": "Accepted"}}],
    }
    shown = await the_list()
    assert (shown["reported_version"], shown["held_count"], shown["is_supported"]) == (1, 1, True)


async def test_tc_043_5_send_local_authorization_list_differential(charger, desk, the_list):
    """Added, changed and removed tags in one message, under a higher version."""
    entries = [{"id_token": "CARD-1"}, {"id_token": "GONE"}]
    await desk.command("send_local_list", update="full", entries=entries)
    await charger.wait_for_call("SendLocalList")
    await desk.command(
        "send_local_list",
        update="differential",
        entries=[
            {"id_token": "NEW", "expires_at": "2031-01-01T00:00:00Z", "group_id_token": "FLEET"},
            {"id_token": "CARD-1", "status": "Blocked"},
            {"id_token": "GONE", "remove": True},
        ],
    )
    received = await charger.wait_for_call("SendLocalList")
    new = {"status": "Accepted", "expiryDate": "2031-01-01T00:00:00.000Z", "parentIdTag": "FLEET"}
    assert received.payload == {
        "listVersion": 2,
        "updateType": "Differential",
        "localAuthorizationList": [
            {"idTag": "NEW", "idTagInfo": new},
            {"idTag": "CARD-1", "idTagInfo": {"status": "Blocked"}},
            {"idTag": "GONE"},
        ],
    }
    shown = await the_list()
    held = {entry["id_token"]: entry["status"] for entry in shown["held"]}
    assert (shown["reported_version"], held) == (2, {"NEW": "Accepted", "CARD-1": "Blocked"})


async def test_a_list_is_kept_in_step_with_the_tokens_of_the_organization(charger, desk, the_list, database):
    """What should be there is sent by itself; a card that is blocked follows as a difference."""
    await desk.post("local-lists/", {"station": "CP-1", "covers": "tokens"})
    await database(local_lists.sync)
    full = await charger.wait_for_call("SendLocalList")
    assert full.payload["updateType"] == "Full"
    await database.until(lambda: LocalList.objects.get().in_sync, "the list is in step")
    [card] = await desk.list("id-tokens/?value=CARD-1")
    await desk.patch(f"id-tokens/{card['id']}/", {"status": "blocked"})
    assert not (await the_list())["in_sync"]
    await database(local_lists.sync)
    change = await charger.wait_for_call("SendLocalList")
    assert change.payload == {
        "listVersion": 2,
        "updateType": "Differential",
        "localAuthorizationList": [{"idTag": "CARD-1", "idTagInfo": {"status": "Blocked"}}],
    }
    await database.until(lambda: LocalList.objects.get().in_sync, "the list is in step again")


async def test_a_difference_that_is_refused_is_followed_by_the_whole_list_once(charger, desk, database):
    """Section 5.15: on Failed or VersionMismatch the Central System should send the full list."""
    await desk.post("local-lists/", {"station": "CP-1", "entries": [{"id_token": "A"}]})
    await database(local_lists.sync)
    await charger.wait_for_call("SendLocalList")
    await database.until(lambda: LocalList.objects.get().in_sync, "the list is in step")
    charger.answers["SendLocalList"] = {"status": "VersionMismatch"}
    await desk.patch("local-lists/CP-1/", {"entries": [{"id_token": "A"}, {"id_token": "B"}]})
    await database(local_lists.sync)
    difference = await charger.wait_for_call("SendLocalList")
    whole = await charger.wait_for_call("SendLocalList")
    assert [c.payload["updateType"] for c in (difference, whole)] == ["Differential", "Full"]
    assert [entry["idTag"] for entry in whole.payload["localAuthorizationList"]] == ["A", "B"]
    await database.until(lambda: LocalList.objects.get().problem, "a person is to look at it")
    await database(local_lists.sync)
    assert len([call for call in charger.received if call.action == "SendLocalList"]) == 3


async def test_a_long_list_goes_in_as_many_messages_as_the_charge_point_can_take(charger, desk, depot, database):
    """First a full update, then differential ones, each of SendLocalListMaxLength tags at most."""
    charger.answers["GetConfiguration"] = {
        "configurationKey": [{"key": "SendLocalListMaxLength", "readonly": True, "value": "2"}]
    }
    await desk.command("get_variables")
    await database(lambda: factories.IdTokenFactory.create_batch(4, organization=depot.organization))
    await desk.post("local-lists/", {"station": "CP-1", "covers": "tokens"})
    await database(local_lists.sync)
    sent = [(await charger.wait_for_call("SendLocalList")).payload for _ in range(3)]
    assert [payload["updateType"] for payload in sent] == ["Full", "Differential", "Differential"]
    assert [payload["listVersion"] for payload in sent] == [1, 2, 3]
    assert [len(payload["localAuthorizationList"]) for payload in sent] == [2, 2, 1]
    await database.until(lambda: LocalList.objects.get().in_sync, "all five are there")


async def test_a_raw_list_is_kept_as_any_other(charger, desk, the_list):
    """The effects hang on the messages."""
    listed = [{"idTag": "RAW", "idTagInfo": {"status": "Accepted"}}]
    await desk.call("SendLocalList", {"listVersion": 7, "updateType": "Full", "localAuthorizationList": listed})
    shown = await the_list()
    assert (shown["reported_version"], [entry["id_token"] for entry in shown["held"]]) == (7, ["RAW"])
