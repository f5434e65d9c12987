"""OCPP 2.1: what blocks L and N01 add to 2.0.1."""

import pytest


@pytest.fixture
async def charger(connect):
    async with connect("ocpp2.1") as charger:
        await charger.boot()
        charger.answers["UpdateFirmware"] = {"status": "Accepted"}
        charger.answers["GetLog"] = {"status": "Accepted", "filename": "collector.csv"}
        yield charger


async def test_l01_the_reason_of_a_firmware_status_is_kept(charger, desk):
    """FirmwareStatusNotification has a statusInfo since 2.1: it says why."""
    await desk.command("update_firmware", url="https://firmware.example/" + "x" * 1000)
    request_id = (await charger.wait_for_call("UpdateFirmware")).payload["requestId"]
    info = {"reasonCode": "NoSpace", "additionalInfo": "12 MB are missing"}
    status = {"status": "DownloadFailed", "requestId": request_id, "statusInfo": info}
    assert await charger.call("FirmwareStatusNotification", status) == {}
    row = (await desk.list("firmware-updates/"))[0]
    assert (row["state"], row["detail"]) == ("failed", "NoSpace: 12 MB are missing")
    assert row["history"][-1]["detail"] == "NoSpace: 12 MB are missing"


async def test_l03_the_reason_of_a_publishing_status_is_kept(charger, desk):
    """So has PublishFirmwareStatusNotification."""
    status = {"status": "PublishFailed", "requestId": 5, "statusInfo": {"reasonCode": "NoSpace"}}
    assert await charger.call("PublishFirmwareStatusNotification", status) == {}
    row = (await desk.list("firmware-updates/"))[0]
    assert (row["request_id"], row["state"], row["detail"]) == (5, "failed", "NoSpace")


async def test_n01_the_log_of_a_data_collector(charger, desk):
    """GetLog knows a DataCollectorLog since 2.1, and LogStatusNotification a statusInfo."""
    command = await desk.command("get_log", log="data_collector")
    assert command["state"] == "accepted"
    sent = (await charger.wait_for_call("GetLog")).payload
    assert sent["logType"] == "DataCollectorLog"
    status = {"status": "UploadFailure", "requestId": sent["requestId"], "statusInfo": {"reasonCode": "NoNetwork"}}
    assert await charger.call("LogStatusNotification", status) == {}
    row = (await desk.list("log-requests/"))[0]
    assert (row["log"], row["state"], row["detail"]) == ("data_collector", "failed", "NoNetwork")


async def test_a04_an_event_that_only_2_1_knows_is_critical(charger, desk):
    """DiscardedRenewedClientCertificate."""
    event = {"type": "DiscardedRenewedClientCertificate", "timestamp": "2026-05-01T12:00:00Z"}
    assert await charger.call("SecurityEventNotification", event) == {}
    assert (await desk.list("security-events/"))[0]["is_critical"]
