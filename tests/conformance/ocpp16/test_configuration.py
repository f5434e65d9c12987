"""OCPP 1.6: configuration keys, and data transfer."""

import pytest


@pytest.fixture
async def charger(connect):
    async with connect("ocpp1.6") as charger:
        await charger.boot()
        yield charger


async def configuration(desk, **filters):
    """What is known of the station's configuration, by key."""
    query = "&".join(f"{name}={value}" for name, value in filters.items())
    return {row["name"]: row for row in await desk.list(f"stations/CP-1/variables/?limit=200&{query}")}


async def test_tc_019_1_retrieve_all_configuration_keys(charger, desk):
    """All keys are asked for at once and shown with their values and whether they can be changed."""
    command = await desk.command("get_base_report")
    assert (await charger.wait_for_call("GetConfiguration")).payload == {}
    assert command["state"] == "accepted"
    known = await configuration(desk)
    assert known["HeartbeatInterval"]["mutability"] == "ReadWrite"
    assert known["NumberOfConnectors"]["value"] == "1"
    assert known["NumberOfConnectors"]["mutability"] == "ReadOnly"


async def test_tc_019_1_a_key_that_is_no_longer_told_is_gone(charger, desk):
    """A full list replaces what was known before."""
    key = {"key": "Vanishing", "readonly": True, "value": "1"}
    charger.answers["GetConfiguration"] = {"configurationKey": [key]}
    await desk.command("get_variables")
    assert list(await configuration(desk)) == ["Vanishing"]
    del charger.answers["GetConfiguration"]
    await desk.command("get_variables")
    assert "Vanishing" not in await configuration(desk)


async def test_tc_019_2_retrieve_a_specific_configuration_key(charger, desk):
    """One key is asked for; others stay as they were known."""
    command = await desk.command("get_variables", variables=[{"name": "SupportedFeatureProfiles"}])
    assert (await charger.wait_for_call("GetConfiguration")).payload == {"key": ["SupportedFeatureProfiles"]}
    assert command["state"] == "accepted"
    known = await configuration(desk)
    assert list(known) == ["SupportedFeatureProfiles"]
    assert known["SupportedFeatureProfiles"]["value"].startswith("Core,")


async def test_tc_019_2_an_unknown_key_is_shown_as_unknown(charger, desk):
    """`unknownKey` of the answer stands with the key, and in the command's result."""
    command = await desk.command("get_variables", variables=[{"name": "NoSuchKey"}])
    assert command["result"]["unknownKey"] == ["NoSuchKey"]
    assert (await configuration(desk))["NoSuchKey"]["refusal"] == "UnknownKey"


async def test_tc_021_change_configuration(charger, desk):
    """A key the charger took has its new value at once."""
    variable = {"name": "MeterValueSampleInterval", "value": 45}
    command = await desk.command("set_variables", variables=[variable])
    received = await charger.wait_for_call("ChangeConfiguration")
    assert received.payload == {"key": "MeterValueSampleInterval", "value": "45"}
    assert command["state"] == "accepted"
    row = (await configuration(desk))["MeterValueSampleInterval"]
    assert (row["value"], row["change_status"]) == ("45", "Accepted")
    assert charger.settings.meter_interval_s == 45


async def test_tc_021_several_keys_are_changed_one_after_the_other(charger, desk):
    """OCPP 1.6 changes one key at a time: several become several commands, of which the first stands for all."""
    variables = [{"name": "MeterValueSampleInterval", "value": "50"}, {"name": "ConnectionTimeOut", "value": "70"}]
    command = await desk.command("set_variables", variables=variables)
    for name in ("MeterValueSampleInterval", "ConnectionTimeOut"):
        assert (await charger.wait_for_call("ChangeConfiguration")).payload["key"] == name
    further = await desk.list(f"commands/?part_of={command['id']}")
    assert [row["state"] for row in further] == ["accepted"]
    assert {name: row["value"] for name, row in (await configuration(desk)).items()} == {
        "MeterValueSampleInterval": "50",
        "ConnectionTimeOut": "70",
    }


async def test_tc_021_a_change_that_needs_a_restart_says_so(charger, desk):
    """RebootRequired is an acceptance, and stands with the key."""
    charger.answers["ChangeConfiguration"] = {"status": "RebootRequired"}
    command = await desk.command("set_variables", variables=[{"name": "WebSocketPingInterval", "value": 30}])
    assert command["state"] == "accepted"
    row = (await configuration(desk))["WebSocketPingInterval"]
    assert (row["value"], row["change_status"]) == ("30", "RebootRequired")


async def test_tc_040_1_configuration_keys_not_supported(charger, desk):
    """NotSupported is a refusal; the key is known not to be there."""
    command = await desk.command("set_variables", variables=[{"name": "NoSuchKey", "value": "1"}])
    assert command["state"] == "rejected"
    assert command["result"] == {"status": "NotSupported"}
    row = (await configuration(desk))["NoSuchKey"]
    assert (row["value"], row["change_status"]) == ("", "NotSupported")


async def test_tc_040_2_configuration_keys_invalid_value(charger, desk):
    """A value that is refused leaves the known one as it was, and the refusal stands beside it."""
    await desk.command("get_variables", variables=[{"name": "MeterValueSampleInterval"}])
    command = await desk.command("set_variables", variables=[{"name": "MeterValueSampleInterval", "value": "-1"}])
    assert (command["state"], command["result"]) == ("rejected", {"status": "Rejected"})
    row = (await configuration(desk))["MeterValueSampleInterval"]
    assert (row["value"], row["change_status"]) == ("30", "Rejected")


async def test_tc_064_data_transfer_to_a_charge_point(charger, desk):
    """A vendor's message reaches the charger as it was given; its refusal is shown."""
    charger.answers["DataTransfer"] = {"status": "Accepted", "data": "done"}
    command = await desk.command("data_transfer", vendor_id="org.example", message_id="m1", data="x")
    received = await charger.wait_for_call("DataTransfer")
    assert received.payload == {"vendorId": "org.example", "messageId": "m1", "data": "x"}
    assert (command["state"], command["result"]["data"]) == ("accepted", "done")
    charger.answers["DataTransfer"] = {"status": "UnknownMessageId"}
    refused = await desk.command("data_transfer", vendor_id="org.example", message_id="m2")
    assert refused["state"] == "rejected"


async def test_tc_064_data_transfer_to_a_central_system(charger):
    """No vendor's extension is known here, and the charger is told so."""
    answer = await charger.data_transfer("org.example", message_id="m1", data="x")
    assert answer == {"status": "UnknownVendorId"}
