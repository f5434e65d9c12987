"""OCPP 2.0.1 block N: monitors on variables, and the events they raise."""

import pytest

from stations.models import Fact

DELTA = {"component": "EVSE", "evse": 1, "name": "AvailabilityState", "type": "Delta", "value": 1, "severity": 8}
EVSE_STATE = {"component": "EVSE", "evse": 1, "name": "AvailabilityState"}
STATION_STATE = {"component": "ChargingStation", "name": "AvailabilityState"}
EVSE_ON_WIRE = {"component": {"name": "EVSE", "evse": {"id": 1}}, "variable": {"name": "AvailabilityState"}}
STATION_ON_WIRE = {"component": {"name": "ChargingStation"}, "variable": {"name": "AvailabilityState"}}


@pytest.fixture
async def charger(connect):
    async with connect("ocpp2.0.1") as charger:
        await charger.boot()
        yield charger


def takes_monitors(*, first_id=1):
    """A station that accepts every monitor and numbers them."""

    def answer(payload):
        results = []
        for number, item in enumerate(payload["setMonitoringData"], first_id):
            kept = {name: item[name] for name in ("type", "severity", "component", "variable")}
            results.append({"id": item.get("id", number), "status": "Accepted", **kept})
        return {"setMonitoringResult": results}

    return answer


def monitoring_report(request_id, *, number=0, more_follow=False, ids=(1,), kind="Delta"):
    """A NotifyMonitoringReport."""
    monitors = [{"id": i, "transaction": False, "value": 1, "type": kind, "severity": 8} for i in ids]
    return {
        "requestId": request_id,
        "seqNo": number,
        "tbc": more_follow,
        "generatedAt": "2026-01-01T00:00:00Z",
        "monitor": [EVSE_ON_WIRE | {"variableMonitoring": monitors}],
    }


def event(number=1, **members):
    """A NotifyEvent with one event."""
    data = {
        "eventId": number,
        "timestamp": "2026-01-01T00:00:00Z",
        "trigger": "Alerting",
        "actualValue": "85",
        "eventNotificationType": "CustomMonitor",
        "component": {"name": "EVSE", "evse": {"id": 1}},
        "variable": {"name": "Temperature"},
    }
    return {"generatedAt": "2026-01-01T00:00:00Z", "seqNo": 0, "eventData": [data | members]}


async def monitors(desk):
    return {row["number"]: row for row in await desk.list("stations/CP-1/monitors/")}


async def asked_for_report(charger, desk, status, **values):
    """Ask for a monitoring report; what went over the wire, beside the requestId, and the command."""
    charger.answers["GetMonitoringReport"] = {"status": status}
    command = await desk.command("get_monitoring_report", **values)
    payload = dict((await charger.wait_for_call("GetMonitoringReport")).payload)
    assert payload.pop("requestId") == command["id"]
    return payload, command


async def test_tc_n_01_get_monitoring_report_with_criteria(charger, desk):
    """N02.FR.05, N02.FR.10: monitors of some kinds are asked for; they come, or there are none."""
    payload, command = await asked_for_report(charger, desk, "EmptyResultSet", criteria=["DeltaMonitoring"])
    assert payload == {"monitoringCriteria": ["DeltaMonitoring"]}
    assert command["state"] == "rejected"
    payload, command = await asked_for_report(charger, desk, "Accepted", criteria=["ThresholdMonitoring"])
    assert payload == {"monitoringCriteria": ["ThresholdMonitoring"]}
    assert await charger.call("NotifyMonitoringReport", monitoring_report(command["id"], kind="UpperThreshold")) == {}
    assert (await monitors(desk))[1]["type"] == "UpperThreshold"


async def test_tc_n_02_get_monitoring_report_with_components_and_variables(charger, desk):
    """N02.FR.05, N02.FR.10: monitors of some variables are asked for."""
    payload, command = await asked_for_report(charger, desk, "Accepted", variables=[STATION_STATE, EVSE_STATE])
    assert payload == {"componentVariable": [STATION_ON_WIRE, EVSE_ON_WIRE]}
    await charger.call("NotifyMonitoringReport", monitoring_report(command["id"]))
    row = (await monitors(desk))[1]
    assert (row["component"], row["evse_number"], row["name"]) == ("EVSE", 1, "AvailabilityState")


async def test_tc_n_03_get_monitoring_report_with_criteria_and_a_variable(charger, desk):
    """N02.FR.05, N02.FR.10: kinds and variables together; an empty result is a whole report."""
    payload, command = await asked_for_report(
        charger, desk, "EmptyResultSet", criteria=["DeltaMonitoring"], variables=[EVSE_STATE]
    )
    assert payload == {"monitoringCriteria": ["DeltaMonitoring"], "componentVariable": [EVSE_ON_WIRE]}
    report = (await desk.list("stations/CP-1/reports/"))[0]
    assert (report["is_complete"], report["status"], report["command"]) == (True, "EmptyResultSet", command["id"])


async def test_tc_n_60_get_monitoring_report_with_criteria_and_several_variables(charger, desk):
    """N02.FR.05, N02.FR.10: several components at once, in parts."""
    payload, command = await asked_for_report(
        charger, desk, "Accepted", criteria=["DeltaMonitoring"], variables=[STATION_STATE, EVSE_STATE]
    )
    assert payload["componentVariable"] == [STATION_ON_WIRE, EVSE_ON_WIRE]
    first = monitoring_report(command["id"], number=0, more_follow=True, ids=(1,))
    await charger.call("NotifyMonitoringReport", first)
    assert (await desk.list("stations/CP-1/reports/"))[0]["is_complete"] is False
    await charger.call("NotifyMonitoringReport", monitoring_report(command["id"], number=1, ids=(2,)))
    assert (await desk.list("stations/CP-1/reports/"))[0]["is_complete"] is True
    assert set(await monitors(desk)) == {1, 2}


async def test_tc_n_47_get_monitoring_report_of_all(charger, desk):
    """N02: nothing narrows the report; a monitor that it does not name is gone."""
    charger.answers["SetVariableMonitoring"] = takes_monitors(first_id=77)
    await desk.command("set_variable_monitoring", monitors=[DELTA])
    assert set(await monitors(desk)) == {77}
    payload, command = await asked_for_report(charger, desk, "Accepted")
    assert payload == {}
    await charger.call("NotifyMonitoringReport", monitoring_report(command["id"], ids=(5,)))
    assert set(await monitors(desk)) == {5}


async def test_tc_n_05_set_monitoring_base(charger, desk):
    """N03.FR.03, N03.FR.04, N03.FR.05: each base can be set; but for All the monitors set from here are gone."""
    charger.answers["SetVariableMonitoring"] = takes_monitors()
    charger.answers["SetMonitoringBase"] = {"status": "Accepted"}
    await desk.command("set_variable_monitoring", monitors=[DELTA])
    for base, left in (("All", {1}), ("FactoryDefault", set()), ("HardWiredOnly", set())):
        command = await desk.command("set_monitoring_base", base=base)
        assert (await charger.wait_for_call("SetMonitoringBase")).payload == {"monitoringBase": base}
        assert command["state"] == "accepted"
        assert set(await monitors(desk)) == left


async def test_tc_n_08_set_variable_monitoring_one_element(charger, desk):
    """N04.FR.01, N04.FR.02, N04.FR.17: a monitor is set, and kept with the number the station gave it."""
    charger.answers["SetVariableMonitoring"] = takes_monitors(first_id=31)
    command = await desk.command("set_variable_monitoring", monitors=[DELTA])
    received = await charger.wait_for_call("SetVariableMonitoring")
    assert received.payload == {"setMonitoringData": [{"value": 1, "type": "Delta", "severity": 8, **EVSE_ON_WIRE}]}
    assert command["state"] == "accepted"
    row = (await monitors(desk))[31]
    assert (row["type"], row["value"], row["severity"], row["in_transaction"]) == ("Delta", 1.0, 8, False)


async def test_tc_n_09_set_variable_monitoring_several_elements(charger, desk):
    """N04.FR.01, N04.FR.02, N04.FR.17: several monitors by one request; those refused are shown and not kept."""
    charger.answers["SetVariableMonitoring"] = takes_monitors()
    await desk.command("set_variable_monitoring", monitors=[DELTA, STATION_STATE | {**_only(DELTA)}])
    received = await charger.wait_for_call("SetVariableMonitoring")
    assert [item["component"]["name"] for item in received.payload["setMonitoringData"]] == ["EVSE", "ChargingStation"]
    assert set(await monitors(desk)) == {1, 2}

    charger.answers["SetVariableMonitoring"] = lambda payload: {
        "setMonitoringResult": [
            {name: item[name] for name in ("type", "severity", "component", "variable")} | {"status": "Duplicate"}
            for item in payload["setMonitoringData"]
        ]
    }
    refused = await desk.command("set_variable_monitoring", monitors=[DELTA])
    assert refused["state"] == "rejected"
    assert set(await monitors(desk)) == {1, 2}


def _only(monitor):
    return {name: monitor[name] for name in ("type", "value", "severity")}


async def test_tc_n_16_set_monitoring_level(charger, desk):
    """N05.FR.01: the level is set."""
    charger.answers["SetMonitoringLevel"] = {"status": "Accepted"}
    command = await desk.command("set_monitoring_level", severity=4)
    assert (await charger.wait_for_call("SetMonitoringLevel")).payload == {"severity": 4}
    assert command["state"] == "accepted"


async def test_tc_n_17_set_monitoring_level_out_of_range(charger, desk):
    """N05.FR.02: a refusal of the level is shown."""
    charger.answers["SetMonitoringLevel"] = {"status": "Rejected"}
    command = await desk.command("set_monitoring_level", severity=4)
    assert (command["state"], command["result"]) == ("rejected", {"status": "Rejected"})


async def test_tc_n_18_clear_monitoring_too_many_elements(charger, desk):
    """N06.FR.04: no more are cleared at once than ItemsPerMessage allows; the rest follows."""
    limit = {"component": "MonitoringCtrlr", "name": "ItemsPerMessage", "instance": "ClearVariableMonitoring"}
    charger.answers["GetVariables"] = lambda payload: {
        "getVariableResult": [{"attributeStatus": "Accepted", "attributeValue": "2", **payload["getVariableData"][0]}]
    }
    charger.answers["ClearVariableMonitoring"] = lambda payload: {
        "clearMonitoringResult": [{"id": number, "status": "NotFound"} for number in payload["id"]]
    }
    await desk.command("get_variables", variables=[limit])
    await desk.command("clear_variable_monitoring", monitors=[1, 2, 3, 4, 5])
    asked = [(await charger.wait_for_call("ClearVariableMonitoring")).payload["id"] for _ in range(3)]
    assert asked == [[1, 2], [3, 4], [5]]


async def test_tc_n_44_clear_monitoring_rejected(charger, desk):
    """N06: a monitor that cannot be cleared stays, and the refusal is shown."""
    charger.answers["SetVariableMonitoring"] = takes_monitors()
    charger.answers["ClearVariableMonitoring"] = {"clearMonitoringResult": [{"id": 1, "status": "Rejected"}]}
    await desk.command("set_variable_monitoring", monitors=[DELTA])
    command = await desk.command("clear_variable_monitoring", monitors=[1])
    assert command["state"] == "rejected"
    assert set(await monitors(desk)) == {1}
    charger.answers["ClearVariableMonitoring"] = {"clearMonitoringResult": [{"id": 1, "status": "Accepted"}]}
    await desk.command("clear_variable_monitoring", monitors=[1])
    assert await monitors(desk) == {}


async def test_tc_n_21_alert_event(charger, desk, database):
    """N07: an event is acknowledged, stored, and a fact; its severity is that of its monitor."""
    charger.answers["SetVariableMonitoring"] = takes_monitors(first_id=9)
    await desk.command("set_variable_monitoring", monitors=[DELTA])
    told = event(variableMonitoringId=9, techCode="E-17", techInfo="Hot", transactionId="TX-1", cause=3)
    assert await charger.call("NotifyEvent", told) == {}
    (row,) = await desk.list("device-events/?station=CP-1")
    assert (row["number"], row["trigger"], row["actual_value"]) == (1, "Alerting", "85")
    assert (row["component"], row["evse_number"], row["name"]) == ("EVSE", 1, "Temperature")
    assert (row["severity"], row["monitor_number"], row["transaction_id"]) == (8, 9, "TX-1")
    assert (row["tech_code"], row["tech_info"], row["cause"]) == ("E-17", "Hot", 3)
    assert await database(Fact.objects.filter(kind="device.event").count) == 1

    await charger.call("NotifyEvent", told)
    assert len(await desk.list("device-events/")) == 1


async def test_tc_n_21_an_event_tells_a_connectors_status(charger, desk):
    """G01: AvailabilityState of a connector by NotifyEvent is its status."""
    connector = {"component": {"name": "Connector", "evse": {"id": 1, "connectorId": 1}}}
    state = {"variable": {"name": "AvailabilityState"}, "trigger": "Delta", "actualValue": "Unavailable"}
    await charger.call("NotifyEvent", event(**connector, **state))
    assert (await desk.list("connectors/?station=CP-1"))[0]["status"] == "unavailable"


async def test_tc_n_24_periodic_event(charger, desk, database):
    """N08.FR.02: periodic events are acknowledged and stored, one after the other."""
    for number in range(3):
        told = event(number, trigger="Periodic", actualValue=str(number))
        assert await charger.call("NotifyEvent", told) == {}
    rows = await desk.list("device-events/?trigger=Periodic")
    assert [row["actual_value"] for row in rows] == ["2", "1", "0"]
    assert await database(Fact.objects.filter(kind="device.event").count) == 0


async def test_tc_n_48_alert_event_of_a_write_only_variable(charger, desk):
    """N07: an event of a variable that cannot be read has no value."""
    assert await charger.call("NotifyEvent", event(actualValue="")) == {}
    assert (await desk.list("device-events/"))[0]["actual_value"] == ""


async def test_tc_n_49_alert_event_threshold_cleared_after_reboot(charger, desk):
    """N07: an event that ends an earlier one says so."""
    assert await charger.call("NotifyEvent", event(cleared=True)) == {}
    assert (await desk.list("device-events/?cleared=true"))[0]["cleared"] is True


async def test_tc_n_50_alert_event_periodic_triggered(charger, desk):
    """N07: an event with the trigger Periodic is read like any other."""
    assert await charger.call("NotifyEvent", event(trigger="Periodic")) == {}
    assert (await desk.list("device-events/"))[0]["trigger"] == "Periodic"
