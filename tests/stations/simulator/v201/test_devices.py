"""Monitors, display messages, customers and chosen reports of a 2.0.1 charger."""

from typing import Any

import pytest

from stations.simulator.charger import VirtualCharger

from ..csms import ScriptedCsms

POWER = {"component": {"name": "EVSE", "evse": {"id": 1}}, "variable": {"name": "Power"}}
MONITOR = {**POWER, "type": "Delta", "value": 1, "severity": 8}
MESSAGE = {"id": 7, "priority": "InFront", "message": {"format": "UTF8", "content": "Hello"}}


async def ask(csms: ScriptedCsms, action: str, **payload: Any) -> Any:
    return (await csms.call(action, payload))[2]


async def told(csms: ScriptedCsms, action: str) -> Any:
    await csms.wait_until(lambda: csms.payloads(action))
    return csms.payloads(action)[-1]


@pytest.mark.usefixtures("charger201")
async def test_a_monitor_is_set_reported_and_cleared(csms: ScriptedCsms) -> None:
    unknown = {**MONITOR, "variable": {"name": "Nothing"}}
    results = (await ask(csms, "SetVariableMonitoring", setMonitoringData=[MONITOR, unknown]))["setMonitoringResult"]
    assert [result["status"] for result in results] == ["Accepted", "UnknownVariable"]
    periodic = {"requestId": 1, "monitoringCriteria": ["PeriodicMonitoring"]}
    assert await ask(csms, "GetMonitoringReport", **periodic) == {"status": "EmptyResultSet"}
    assert await ask(csms, "GetMonitoringReport", requestId=2, componentVariable=[POWER]) == {"status": "Accepted"}
    report = await told(csms, "NotifyMonitoringReport")
    assert (report["requestId"], report["monitor"][0]["variableMonitoring"][0]["id"]) == (2, results[0]["id"])
    cleared = (await ask(csms, "ClearVariableMonitoring", id=[results[0]["id"], 99]))["clearMonitoringResult"]
    assert [result["status"] for result in cleared] == ["Accepted", "NotFound"]


@pytest.mark.usefixtures("charger201")
async def test_a_monitoring_level_out_of_range_is_refused(csms: ScriptedCsms) -> None:
    assert await ask(csms, "SetMonitoringLevel", severity=4) == {"status": "Accepted"}
    assert await ask(csms, "SetMonitoringLevel", severity=12) == {"status": "Rejected"}


@pytest.mark.usefixtures("charger201")
async def test_a_message_is_shown_told_and_removed(csms: ScriptedCsms) -> None:
    assert await ask(csms, "GetDisplayMessages", requestId=1) == {"status": "Unknown"}
    assert await ask(csms, "SetDisplayMessage", message=MESSAGE) == {"status": "Accepted"}
    assert await ask(csms, "GetDisplayMessages", requestId=2, state="Idle") == {"status": "Unknown"}
    assert await ask(csms, "GetDisplayMessages", requestId=3, priority="InFront") == {"status": "Accepted"}
    assert (await told(csms, "NotifyDisplayMessages"))["messageInfo"] == [MESSAGE]
    assert await ask(csms, "ClearDisplayMessage", id=7) == {"status": "Accepted"}
    assert await ask(csms, "ClearDisplayMessage", id=7) == {"status": "Unknown"}


@pytest.mark.usefixtures("charger201")
async def test_a_message_it_cannot_show_is_refused(csms: ScriptedCsms) -> None:
    html = {**MESSAGE, "message": {"format": "HTML", "content": "<p>"}}
    assert await ask(csms, "SetDisplayMessage", message=html) == {"status": "NotSupportedMessageFormat"}
    lost = {**MESSAGE, "transactionId": "NOBODY"}
    assert await ask(csms, "SetDisplayMessage", message=lost) == {"status": "UnknownTransaction"}


async def test_a_customer_is_told_and_forgotten(charger201: VirtualCharger, csms: ScriptedCsms) -> None:
    charger201.cache.add("TAG")
    customer = {"idToken": {"idToken": "TAG", "type": "ISO14443"}, "report": True, "clear": True}
    assert await ask(csms, "CustomerInformation", requestId=1, **customer) == {"status": "Accepted"}
    assert (await told(csms, "NotifyCustomerInformation"))["data"] == "in the authorization cache"
    assert "TAG" not in charger201.cache
    assert await ask(csms, "CustomerInformation", requestId=2, report=True, clear=False) == {"status": "Invalid"}


@pytest.mark.usefixtures("charger201")
async def test_a_report_of_chosen_variables(csms: ScriptedCsms) -> None:
    assert await ask(csms, "GetReport", requestId=4, componentVariable=[POWER]) == {"status": "Accepted"}
    report = await told(csms, "NotifyReport")
    assert [data["variable"]["name"] for data in report["reportData"]] == ["Power"]
    nothing = [{"component": {"name": "Nothing"}}]
    assert await ask(csms, "GetReport", requestId=5, componentVariable=nothing) == {"status": "EmptyResultSet"}
