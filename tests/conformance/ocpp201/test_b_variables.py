"""OCPP 2.0.1 block B: variables and reports of the device model."""

import pytest

from stations.models import Report

OFFLINE = {"component": "OCPPCommCtrlr", "name": "OfflineThreshold"}
REMOTE_START = {"component": "AuthCtrlr", "name": "AuthorizeRemoteStart"}


@pytest.fixture
async def charger(connect):
    async with connect("ocpp2.0.1") as charger:
        await charger.boot()
        yield charger


async def variables(desk, **filters):
    """What is known of the station's variables, by component, name and instance."""
    query = "&".join(f"{name}={value}" for name, value in filters.items())
    rows = await desk.list(f"stations/CP-1/variables/?{query}")
    return {(row["component"], row["name"], row["instance"]): row for row in rows}


def told(values):
    """An answer to GetVariables: (component, variable) → value."""
    return lambda payload: {
        "getVariableResult": [
            {
                "attributeStatus": "Accepted",
                "attributeValue": values[item["component"]["name"], item["variable"]["name"]],
                **item,
            }
            for item in payload["getVariableData"]
        ]
    }


def part(request_id, number, names, *, more_follow):
    """A NotifyReport with integer variables of one component."""
    data = [
        {
            "component": {"name": "Tested", "evse": {"id": 1, "connectorId": 2}},
            "variable": {"name": name},
            "variableAttribute": [
                {"type": "Actual", "value": "5", "mutability": "ReadWrite", "persistent": True},
                {"type": "MaxSet", "value": "9", "mutability": "ReadOnly"},
            ],
            "variableCharacteristics": {
                "dataType": "integer",
                "unit": "s",
                "minLimit": 1,
                "maxLimit": 9,
                "supportsMonitoring": True,
            },
        }
        for name in names
    ]
    return {
        "requestId": request_id,
        "generatedAt": "2026-01-01T00:00:00Z",
        "seqNo": number,
        "tbc": more_follow,
        "reportData": data,
    }


async def test_tc_b_06_get_variables_single_value(charger, desk):
    """B06.FR.01, B06.FR.02, B06.FR.03, B06.FR.04, B06.FR.10, B06.FR.11: one variable is read and shown."""
    charger.answers["GetVariables"] = told({("OCPPCommCtrlr", "OfflineThreshold"): "60"})
    command = await desk.command("get_variables", variables=[OFFLINE])
    received = await charger.wait_for_call("GetVariables")
    assert received.payload == {
        "getVariableData": [{"component": {"name": "OCPPCommCtrlr"}, "variable": {"name": "OfflineThreshold"}}]
    }
    assert command["state"] == "accepted"
    assert (await variables(desk))["OCPPCommCtrlr", "OfflineThreshold", ""]["value"] == "60"


async def test_tc_b_07_get_variables_multiple_values(charger, desk):
    """B06.FR.01, B06.FR.02, B06.FR.03: several variables are read by one request."""
    charger.answers["GetVariables"] = told(
        {("OCPPCommCtrlr", "OfflineThreshold"): "60", ("AuthCtrlr", "AuthorizeRemoteStart"): "true"}
    )
    await desk.command("get_variables", variables=[OFFLINE, REMOTE_START])
    received = await charger.wait_for_call("GetVariables")
    assert [item["variable"]["name"] for item in received.payload["getVariableData"]] == [
        "OfflineThreshold",
        "AuthorizeRemoteStart",
    ]
    known = await variables(desk)
    assert known["AuthCtrlr", "AuthorizeRemoteStart", ""]["value"] == "true"


async def test_tc_b_07_a_variable_the_station_does_not_have_is_shown_so(charger, desk):
    """B06.FR.07: each variable's own status stands with it, with its reason."""
    command = await desk.command("get_variables", variables=[{"component": "Nothing", "name": "Here"}])
    assert command["state"] == "rejected"
    assert (await variables(desk))["Nothing", "Here", ""]["refusal"] == "UnknownComponent"


async def test_tc_b_08_get_variables_limit_to_maximum_number_of_values(charger, desk):
    """B06.FR.05: no more are asked for at once than ItemsPerMessage allows; the rest follows in a second request."""
    limit = {"component": "DeviceDataCtrlr", "name": "ItemsPerMessage", "instance": "GetVariables"}
    everything = [
        {"component": "DeviceDataCtrlr", "name": name, "instance": instance}
        for name in ("ItemsPerMessage", "BytesPerMessage")
        for instance in ("GetReport", "GetVariables")
    ]
    charger.answers["GetVariables"] = lambda payload: {
        "getVariableResult": [
            {"attributeStatus": "Accepted", "attributeValue": "4" if i == 0 else "2000", **item}
            for i, item in enumerate(payload["getVariableData"])
        ]
    }
    await desk.command("get_variables", variables=[limit])
    await charger.wait_for_call("GetVariables")
    command = await desk.command("get_variables", variables=[*everything, REMOTE_START])
    sizes = [len((await charger.wait_for_call("GetVariables")).payload["getVariableData"]) for _ in range(2)]
    assert sizes == [4, 1]
    assert [row["state"] for row in await desk.list(f"commands/?part_of={command['id']}")] == ["accepted"]


async def test_tc_b_09_set_variables_single_value(charger, desk):
    """B05.FR.01, B05.FR.02, B05.FR.03, B05.FR.10, B05.FR.12: one variable is set, and has the value then."""
    charger.answers["SetVariables"] = lambda payload: {
        "setVariableResult": [
            {"attributeStatus": "Accepted", "component": item["component"], "variable": item["variable"]}
            for item in payload["setVariableData"]
        ]
    }
    command = await desk.command("set_variables", variables=[OFFLINE | {"value": 123}])
    received = await charger.wait_for_call("SetVariables")
    assert received.payload == {
        "setVariableData": [
            {
                "component": {"name": "OCPPCommCtrlr"},
                "variable": {"name": "OfflineThreshold"},
                "attributeValue": "123",
            }
        ]
    }
    assert command["state"] == "accepted"
    row = (await variables(desk))["OCPPCommCtrlr", "OfflineThreshold", ""]
    assert (row["value"], row["change_status"]) == ("123", "Accepted")


async def test_tc_b_10_set_variables_multiple_values(charger, desk):
    """B05.FR.01, B05.FR.02, B05.FR.03: several are set by one request; each has its own outcome."""
    interval = {"component": "SampledDataCtrlr", "name": "TxUpdatedInterval", "value": "15"}
    unknown = {"component": "SampledDataCtrlr", "name": "NoSuchVariable", "value": "1"}
    readonly = {"component": "ChargingStation", "name": "Model", "value": "Other"}
    await desk.command("set_variables", variables=[interval, REMOTE_START | {"value": False}, unknown, readonly])
    received = await charger.wait_for_call("SetVariables")
    assert [item["attributeValue"] for item in received.payload["setVariableData"]] == ["15", "false", "1", "Other"]
    known = await variables(desk)
    assert known["SampledDataCtrlr", "TxUpdatedInterval", ""]["value"] == "15"
    assert known["AuthCtrlr", "AuthorizeRemoteStart", ""]["change_status"] == "Accepted"
    assert known["SampledDataCtrlr", "NoSuchVariable", ""]["change_status"] == "UnknownVariable"
    refused = known["ChargingStation", "Model", ""]
    assert (refused["value"], refused["change_status"], refused["change_reason"]) == ("", "Rejected", "ReadOnly")


async def test_tc_b_10_attribute_instance_evse_and_connector_reach_the_wire(charger, desk):
    """B05.FR.01: a variable is named by component, instance, EVSE, connector and attribute."""
    charger.answers["SetVariables"] = lambda payload: {
        "setVariableResult": [
            {key: value for key, value in item.items() if key != "attributeValue"}
            | {"attributeStatus": "RebootRequired"}
            for item in payload["setVariableData"]
        ]
    }
    variable = {
        "component": "Connector",
        "component_instance": "left",
        "evse": 2,
        "connector": 1,
        "name": "Power",
        "instance": "x",
        "attribute": "MaxSet",
        "value": "1",
    }
    await desk.command("set_variables", variables=[variable])
    assert (await charger.wait_for_call("SetVariables")).payload["setVariableData"] == [
        {
            "component": {"name": "Connector", "instance": "left", "evse": {"id": 2, "connectorId": 1}},
            "variable": {"name": "Power", "instance": "x"},
            "attributeType": "MaxSet",
            "attributeValue": "1",
        }
    ]
    row = (await variables(desk))["Connector", "Power", "x"]
    assert (row["attribute"], row["evse_number"], row["connector_number"]) == ("MaxSet", 2, 1)
    assert row["change_status"] == "RebootRequired"


async def ask_for_base_report(charger, desk, database, report, base):
    """Ask for it, and see it come in whole."""
    command = await desk.command("get_base_report", report=report)
    received = await charger.wait_for_call("GetBaseReport")
    assert received.payload == {"requestId": command["id"], "reportBase": base}
    whole = Report.objects.filter(request_id=command["id"], is_complete=True)
    await database.until(whole.exists, "the report is whole")
    row = (await desk.list(f"stations/CP-1/reports/?request_id={command['id']}"))[0]
    assert (row["kind"], row["status"], row["command"]) == (report, "Accepted", command["id"])
    assert row["parts"] == list(range(len(row["parts"])))
    return await variables(desk)


async def test_tc_b_12_get_base_report_configuration_inventory(charger, desk, database):
    """B07.FR.07: what can be configured is asked for and shown."""
    known = await ask_for_base_report(charger, desk, database, "configuration", "ConfigurationInventory")
    assert ("OCPPCommCtrlr", "HeartbeatInterval", "") in known


async def test_tc_b_13_get_base_report_full_inventory(charger, desk, database):
    """B07.FR.08: everything is asked for and shown."""
    known = await ask_for_base_report(charger, desk, database, "full", "FullInventory")
    assert known["ChargingStation", "Model", ""]["mutability"] == "ReadOnly"


async def test_tc_b_14_get_base_report_summary_inventory(charger, desk, database):
    """B07.FR.09: the station's state in short is asked for and shown."""
    known = await ask_for_base_report(charger, desk, database, "summary", "SummaryInventory")
    assert ("ChargingStation", "AvailabilityState", "") in known


async def test_tc_b_13_a_report_in_parts_is_whole_when_all_have_come_in_any_order(charger, desk):
    """B07.FR.08: parts carry seqNo and tbc; what a full report does not name any more is gone."""
    charger.answers["GetBaseReport"] = {"status": "Accepted"}
    await desk.call("GetBaseReport", {"requestId": 7, "reportBase": "FullInventory"})
    await charger.call("NotifyReport", part(7, 1, ["Second"], more_follow=False))
    assert (await desk.list("stations/CP-1/reports/"))[0]["is_complete"] is False
    await charger.call("NotifyReport", part(7, 0, ["First"], more_follow=True))
    report = (await desk.list("stations/CP-1/reports/"))[0]
    assert (report["is_complete"], report["parts"], report["kind"]) == (True, [0, 1], "full")
    row = (await variables(desk, attribute="Actual"))["Tested", "First", ""]
    assert (row["data_type"], row["unit"], row["min_limit"], row["max_limit"]) == ("integer", "s", 1, 9)
    assert (row["mutability"], row["persistent"], row["supports_monitoring"]) == ("ReadWrite", True, True)
    assert (await variables(desk, attribute="MaxSet"))["Tested", "First", ""]["value"] == "9"

    await desk.call("GetBaseReport", {"requestId": 7, "reportBase": "FullInventory"})
    await charger.call("NotifyReport", part(7, 0, ["First"], more_follow=False))
    assert {name for _, name, _ in await variables(desk)} == {"First"}
    assert len(await desk.list("stations/CP-1/reports/?is_complete=true")) == 2


async def test_tc_b_13_a_report_nobody_asked_for_is_kept(charger, desk):
    """B07: a station's report is stored whatever its requestId."""
    assert await charger.call("NotifyReport", part(99, 0, ["Alone"], more_follow=False)) == {}
    assert (await desk.list("stations/CP-1/reports/"))[0]["status"] == ""
    assert ("Tested", "Alone", "") in await variables(desk)


async def test_tc_b_14_a_report_that_is_not_supported_is_shown_as_refused(charger, desk):
    """B07.FR.09: a refusal stands with the report and the command."""
    charger.answers["GetBaseReport"] = {"status": "NotSupported", "statusInfo": {"reasonCode": "UnsupportedRequest"}}
    command = await desk.command("get_base_report", report="summary")
    assert command["state"] == "rejected"
    report = (await desk.list("stations/CP-1/reports/"))[0]
    assert (report["status"], report["reason"], report["is_complete"]) == ("NotSupported", "UnsupportedRequest", False)


async def test_tc_b_18_get_custom_report_with_component_criteria_and_variables(charger, desk):
    """B08.FR.01, B08.FR.03: a report of chosen components; an empty result is whole at once."""
    charger.answers["GetReport"] = {"status": "EmptyResultSet"}
    wanted = [{"component": "EVSE", "evse": 1, "name": "AvailabilityState"}]
    empty = await desk.command("get_report", criteria=["Problem"], variables=wanted)
    component_variable = {
        "component": {"name": "EVSE", "evse": {"id": 1}},
        "variable": {"name": "AvailabilityState"},
    }
    assert (await charger.wait_for_call("GetReport")).payload == {
        "requestId": empty["id"],
        "componentCriteria": ["Problem"],
        "componentVariable": [component_variable],
    }
    assert (await desk.list("stations/CP-1/reports/"))[0]["is_complete"] is True

    charger.answers["GetReport"] = {"status": "Accepted"}
    command = await desk.command("get_report", criteria=["Available"], variables=[{"component": "Tested"}])
    payload = (await charger.wait_for_call("GetReport")).payload
    assert payload["componentVariable"] == [{"component": {"name": "Tested"}}]
    await charger.call("NotifyReport", part(command["id"], 0, ["Chosen"], more_follow=False))
    report = (await desk.list("stations/CP-1/reports/"))[0]
    assert (report["kind"], report["is_complete"], report["command"]) == ("custom", True, command["id"])
    assert ("Tested", "Chosen", "") in await variables(desk)
