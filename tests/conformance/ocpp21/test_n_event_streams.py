"""OCPP 2.1 block N: monitor types of its own, and periodic event streams."""

import json

import pytest

from stations.models import Frame, StreamValue

CURRENT = {"component": "EVSE", "evse": 1, "name": "Current", "type": "Periodic", "value": 1, "severity": 7}
ON_WIRE = {"component": {"name": "EVSE", "evse": {"id": 1}}, "variable": {"name": "Current"}}
STREAM = {"constantStreamData": {"id": 4, "variableMonitoringId": 12, "params": {"interval": 60, "values": 30}}}


@pytest.fixture
async def charger(connect):
    async with connect("ocpp2.1") as charger:
        await charger.boot()
        yield charger


def takes_monitors(payload):
    """A station that gives every monitor the number 12."""
    kept = ("type", "severity", "component", "variable")
    results = [
        {"id": 12, "status": "Accepted"} | {name: item[name] for name in kept} for item in payload["setMonitoringData"]
    ]
    return {"setMonitoringResult": results}


async def send_values(charger, *values, stream=4, pending=0):
    """NotifyPeriodicEventStream: a SEND with (seconds after the base time, value)."""
    data = [{"t": seconds, "v": value} for seconds, value in values]
    payload = {"id": stream, "pending": pending, "basetime": "2026-01-01T00:00:00Z", "data": data}
    await charger.send_raw(json.dumps([6, "send-1", "NotifyPeriodicEventStream", payload]))


async def streams(desk):
    return await desk.list("event-streams/?station=CP-1")


async def test_n11_frequent_periodic_monitoring_is_set_and_its_stream_accepted(charger, desk):
    """N11.FR.04, N11.FR.06, N11.FR.09: a monitor may be told by a stream, which the station then opens."""
    charger.answers["SetVariableMonitoring"] = takes_monitors
    await desk.command("set_variable_monitoring", monitors=[CURRENT | {"stream": {"interval_s": 60, "values": 30}}])
    received = await charger.wait_for_call("SetVariableMonitoring")
    assert received.payload["setMonitoringData"] == [
        {
            "type": "Periodic",
            "value": 1,
            "severity": 7,
            "periodicEventStream": {"interval": 60, "values": 30},
            **ON_WIRE,
        }
    ]
    assert await charger.call("OpenPeriodicEventStream", STREAM) == {"status": "Accepted"}
    (row,) = await streams(desk)
    assert (row["number"], row["monitor_number"], row["closed_at"]) == (4, 12, None)
    assert (row["interval_s"], row["values_per_message"]) == (60, 30)


async def test_n12_open_streams_are_asked_for(charger, desk):
    """N12.FR.01: what the station tells is what is open; others are closed."""
    await charger.call("OpenPeriodicEventStream", STREAM)
    other = {"id": 9, "variableMonitoringId": 13, "params": {"interval": 10}}
    charger.answers["GetPeriodicEventStream"] = {"constantStreamData": [other]}
    command = await desk.command("get_event_streams")
    assert (await charger.wait_for_call("GetPeriodicEventStream")).payload == {}
    assert command["state"] == "accepted"
    assert {row["number"]: row["closed_at"] is None for row in await streams(desk)} == {4: False, 9: True}
    charger.answers["GetPeriodicEventStream"] = {}
    await desk.command("get_event_streams")
    assert [row for row in await streams(desk) if row["closed_at"] is None] == []


async def test_n13_a_stream_is_closed(charger, desk):
    """N13.FR.02: nothing more comes of it."""
    await charger.call("OpenPeriodicEventStream", STREAM)
    assert await charger.call("ClosePeriodicEventStream", {"id": 4}) == {}
    assert (await streams(desk))[0]["closed_at"] is not None


async def test_n14_a_stream_is_adjusted(charger, desk):
    """N14.FR.01, N14.FR.02, N14.FR.03: a new rate is kept once the station took it."""
    await charger.call("OpenPeriodicEventStream", STREAM)
    charger.answers["AdjustPeriodicEventStream"] = {"status": "Rejected"}
    refused = await desk.command("adjust_event_stream", stream=4, values=10)
    assert (refused["state"], (await streams(desk))[0]["values_per_message"]) == ("rejected", 30)
    charger.answers["AdjustPeriodicEventStream"] = {"status": "Accepted"}
    await charger.wait_for_call("AdjustPeriodicEventStream")
    await desk.command("adjust_event_stream", stream=4, interval_s=5, values=10)
    received = await charger.wait_for_call("AdjustPeriodicEventStream")
    assert received.payload == {"id": 4, "params": {"interval": 5, "values": 10}}
    row = (await streams(desk))[0]
    assert (row["interval_s"], row["values_per_message"]) == (5, 10)


async def test_n15_values_of_a_stream_are_stored_and_not_answered(charger, desk, database):
    """N15.FR.02, N15.FR.03: values come by SEND, get no answer, and stand with what their monitor tells."""
    charger.answers["SetVariableMonitoring"] = takes_monitors
    await desk.command("set_variable_monitoring", monitors=[CURRENT])
    await charger.call("OpenPeriodicEventStream", STREAM)
    await send_values(charger, (0, "16.0"), (1.5, "15.9"), pending=2)
    await database.until(lambda: StreamValue.objects.count() == 2, "the values are stored")
    (row,) = await streams(desk)
    assert (row["pending"], row["last_value_at"]) == (2, "2026-01-01T00:00:01.500000Z")
    values = await desk.list(f"event-streams/{row['id']}/values/")
    assert [(value["at"], value["value"]) for value in values] == [
        ("2026-01-01T00:00:00Z", "16.0"),
        ("2026-01-01T00:00:01.500000Z", "15.9"),
    ]
    assert (values[0]["component"], values[0]["name"], values[0]["severity"]) == ("EVSE", "Current", 7)
    assert not await database(Frame.objects.filter(message_id="send-1", direction="out").exists)


async def test_n15_values_of_a_stream_nobody_opened_are_kept(charger, desk, database):
    """N15: what a charger tells is stored whatever number it names."""
    await send_values(charger, (0, "1"), stream=77)
    await database.until(StreamValue.objects.exists, "the value is stored")
    (row,) = await streams(desk)
    assert (row["number"], row["monitor_number"]) == (77, None)


async def test_n04_monitors_of_a_target_difference(charger, desk):
    """N04: TargetDelta and TargetDeltaRelative watch how far a value is from its target."""
    charger.answers["SetVariableMonitoring"] = takes_monitors
    command = await desk.command("set_variable_monitoring", monitors=[CURRENT | {"type": "TargetDeltaRelative"}])
    assert command["state"] == "accepted"
    assert (await desk.list("stations/CP-1/monitors/"))[0]["type"] == "TargetDeltaRelative"


async def test_n02_reported_monitors_tell_who_set_them(charger, desk):
    """N02: eventNotificationType of a reported monitor."""
    monitor = {
        "id": 3,
        "transaction": True,
        "value": 5,
        "type": "UpperThreshold",
        "severity": 2,
        "eventNotificationType": "HardWiredMonitor",
    }
    report = {"requestId": 1, "seqNo": 0, "generatedAt": "2026-01-01T00:00:00Z"}
    monitors = [ON_WIRE | {"variableMonitoring": [monitor]}]
    await charger.call("NotifyMonitoringReport", report | {"monitor": monitors})
    (row,) = await desk.list("stations/CP-1/monitors/")
    assert (row["notification_type"], row["in_transaction"]) == ("HardWiredMonitor", True)


async def test_n07_an_event_tells_its_severity(charger, desk):
    """N07: severity of an event."""
    data = {
        "eventId": 1,
        "timestamp": "2026-01-01T00:00:00Z",
        "trigger": "Alerting",
        "actualValue": "90",
        "eventNotificationType": "HardWiredNotification",
        "severity": 1,
        **ON_WIRE,
    }
    await charger.call("NotifyEvent", {"generatedAt": "2026-01-01T00:00:00Z", "seqNo": 0, "eventData": [data]})
    assert (await desk.list("device-events/?severity_up_to=1"))[0]["severity"] == 1
