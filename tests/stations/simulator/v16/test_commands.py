"""What a 1.6 charger obeys."""

import pytest

from stations.simulator.charger import VirtualCharger
from stations.simulator.outlet import Status

from ..csms import ScriptedCsms


async def charge(charger: VirtualCharger) -> int:
    """The id of the transaction on connector 1."""
    await charger.plug_in(1)
    return (await charger.start(1, "TAG")).number


async def test_remote_start_with_the_cable_in(charger16: VirtualCharger, csms: ScriptedCsms) -> None:
    await charger16.plug_in(1)
    answer = await csms.call("RemoteStartTransaction", {"idTag": "REMOTE", "connectorId": 1})
    assert answer[2] == {"status": "Accepted"}
    await csms.wait_until(lambda: csms.payloads("StartTransaction"))
    assert csms.payloads("StartTransaction")[0]["idTag"] == "REMOTE"
    assert csms.payloads("Authorize") == [{"idTag": "REMOTE"}]


async def test_remote_start_first_waits_for_the_cable(charger16: VirtualCharger, csms: ScriptedCsms) -> None:
    await csms.call("RemoteStartTransaction", {"idTag": "REMOTE", "connectorId": 2})
    await csms.wait_until(lambda: csms.payloads("StatusNotification")[-1]["status"] == "Preparing")
    await charger16.plug_in(2)
    assert csms.payloads("StartTransaction")[0]["connectorId"] == 2


async def test_remote_start_is_forgotten_after_the_time_out(charger16: VirtualCharger, csms: ScriptedCsms) -> None:
    await csms.call("RemoteStartTransaction", {"idTag": "REMOTE"})
    await csms.wait_until(lambda: csms.payloads("StatusNotification")[-1]["status"] == "Preparing")
    await charger16.advance(61)
    await charger16.plug_in(1)
    assert csms.payloads("StartTransaction") == []


async def test_remote_start_of_a_refused_token_does_nothing(charger16: VirtualCharger, csms: ScriptedCsms) -> None:
    csms.answers["Authorize"] = {"idTagInfo": {"status": "Invalid"}}
    await charger16.plug_in(1)
    await csms.call("RemoteStartTransaction", {"idTag": "REMOTE", "connectorId": 1})
    await csms.wait_until(lambda: csms.payloads("Authorize"))
    await charger16.heartbeat()
    assert csms.payloads("StartTransaction") == []


async def test_remote_start_at_a_busy_or_unknown_connector_is_rejected(
    charger16: VirtualCharger, csms: ScriptedCsms
) -> None:
    await charge(charger16)
    for connector_id in (1, 9):
        answer = await csms.call("RemoteStartTransaction", {"idTag": "T", "connectorId": connector_id})
        assert answer[2] == {"status": "Rejected"}


async def test_remote_stop(charger16: VirtualCharger, csms: ScriptedCsms) -> None:
    number = await charge(charger16)
    assert (await csms.call("RemoteStopTransaction", {"transactionId": 1}))[2] == {"status": "Rejected"}
    assert (await csms.call("RemoteStopTransaction", {"transactionId": number}))[2] == {"status": "Accepted"}
    await csms.wait_until(lambda: csms.payloads("StopTransaction"))
    assert csms.payloads("StopTransaction")[0]["reason"] == "Remote"


@pytest.mark.parametrize(("kind", "reason"), [("Soft", "SoftReset"), ("Hard", "HardReset")])
async def test_reset_stops_drops_and_boots_again(
    charger16: VirtualCharger, csms: ScriptedCsms, kind: str, reason: str
) -> None:
    await charge(charger16)
    assert (await csms.call("Reset", {"type": kind}))[2] == {"status": "Accepted"}
    await csms.wait_until(lambda: len(csms.connections) == 2 and csms.payloads("StopTransaction"))
    await charger16.wait_until(lambda: charger16.registered, timeout_s=60)
    assert csms.payloads("StopTransaction")[0]["reason"] == reason
    boots = [index for index, action in enumerate(csms.actions) if action == "BootNotification"]
    stopped = csms.actions.index("StopTransaction")
    assert (stopped < boots[1]) == (kind == "Soft")


async def test_unlock_ends_the_session(charger16: VirtualCharger, csms: ScriptedCsms) -> None:
    await charge(charger16)
    assert (await csms.call("UnlockConnector", {"connectorId": 1}))[2] == {"status": "Unlocked"}
    assert (await csms.call("UnlockConnector", {"connectorId": 7}))[2] == {"status": "NotSupported"}
    await csms.wait_until(lambda: csms.payloads("StopTransaction"))
    assert csms.payloads("StopTransaction")[0]["reason"] == "UnlockCommand"


async def test_availability_waits_for_the_session(charger16: VirtualCharger, csms: ScriptedCsms) -> None:
    await charge(charger16)
    change = {"connectorId": 1, "type": "Inoperative"}
    assert (await csms.call("ChangeAvailability", change))[2] == {"status": "Scheduled"}
    assert charger16.outlet(1).status == Status.CHARGING
    await charger16.stop(1)
    assert charger16.outlet(1).status == Status.UNAVAILABLE


async def test_availability_of_the_whole_station(charger16: VirtualCharger, csms: ScriptedCsms) -> None:
    change = {"connectorId": 0, "type": "Inoperative"}
    assert (await csms.call("ChangeAvailability", change))[2] == {"status": "Accepted"}
    await csms.wait_until(lambda: csms.payloads("StatusNotification")[-1]["connectorId"] == 0)
    assert [note["status"] for note in csms.payloads("StatusNotification")[-3:]] == ["Unavailable"] * 3
    await csms.call("ChangeAvailability", {"connectorId": 0, "type": "Operative"})
    await csms.wait_until(lambda: csms.payloads("StatusNotification")[-1]["status"] == "Available")


async def test_get_configuration_names_what_it_does_not_know(charger16: VirtualCharger, csms: ScriptedCsms) -> None:
    answer = (await csms.call("GetConfiguration", {"key": ["HeartbeatInterval", "Nonsense"]}))[2]
    assert answer == {
        "configurationKey": [{"key": "HeartbeatInterval", "readonly": False, "value": "300"}],
        "unknownKey": ["Nonsense"],
    }


async def test_get_configuration_of_everything_keeps_the_secret(charger16: VirtualCharger, csms: ScriptedCsms) -> None:
    keys = [entry["key"] for entry in (await csms.call("GetConfiguration", {}))[2]["configurationKey"]]
    assert len(keys) > 20
    assert "AuthorizationKey" not in keys


@pytest.mark.parametrize(
    ("key", "value", "status"),
    [
        ("HeartbeatInterval", "60", "Accepted"),
        ("HeartbeatInterval", "soon", "Rejected"),
        ("HeartbeatInterval", "-1", "Rejected"),
        ("AuthorizeRemoteTxRequests", "maybe", "Rejected"),
        ("LocalPreAuthorize", "true", "Accepted"),
        ("LocalPreAuthorize", "7", "Rejected"),
        ("MeterValuesSampledData", "Energy.Active.Import.Register,SoC", "Accepted"),
        ("MeterValuesSampledData", "Weather", "Rejected"),
        ("NumberOfConnectors", "4", "Rejected"),
        ("AuthorizationKey", "0123456789abcdef", "Accepted"),
        ("AuthorizationKey", "short", "Rejected"),
        ("Nonsense", "1", "NotSupported"),
    ],
)
async def test_change_configuration(
    charger16: VirtualCharger, csms: ScriptedCsms, key: str, value: str, status: str
) -> None:
    assert (await csms.call("ChangeConfiguration", {"key": key, "value": value}))[2] == {"status": status}


async def test_the_sampled_quantities_can_be_chosen(charger16: VirtualCharger, csms: ScriptedCsms) -> None:
    await csms.call("ChangeConfiguration", {"key": "MeterValuesSampledData", "value": "Power.Active.Import"})
    await charge(charger16)
    await charger16.meter(1, seconds=60)
    values = csms.payloads("MeterValues")[0]["meterValue"][0]["sampledValue"]
    assert [value["measurand"] for value in values] == ["Power.Active.Import"]


@pytest.mark.parametrize("wanted", ["BootNotification", "Heartbeat", "StatusNotification", "MeterValues"])
async def test_trigger_message(charger16: VirtualCharger, csms: ScriptedCsms, wanted: str) -> None:
    before = csms.actions.count(wanted)
    answer = await csms.call("TriggerMessage", {"requestedMessage": wanted, "connectorId": 1})
    assert answer[2] == {"status": "Accepted"}
    await csms.wait_until(lambda: csms.actions.count(wanted) > before)


async def test_trigger_of_what_it_cannot_say(charger16: VirtualCharger, csms: ScriptedCsms) -> None:
    answer = await csms.call("TriggerMessage", {"requestedMessage": "DiagnosticsStatusNotification"})
    assert answer[2] == {"status": "NotImplemented"}
    answer = await csms.call("TriggerMessage", {"requestedMessage": "Heartbeat", "connectorId": 9})
    assert answer[2] == {"status": "Rejected"}


async def test_clear_cache_and_data_transfer(charger16: VirtualCharger, csms: ScriptedCsms) -> None:
    await charger16.authorize("TAG")
    assert (await csms.call("ClearCache", {}))[2] == {"status": "Accepted"}
    assert charger16.cache == set()
    assert (await csms.call("DataTransfer", {"vendorId": "acme"}))[2] == {"status": "UnknownVendorId"}
