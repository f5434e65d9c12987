"""OCPP 2.0.1 block N, use case N01: logs of the station."""

import pytest

from stations.models import LogRequest
from stations.simulator.charger import NEVER, CallError
from tests.uploads import upload


@pytest.fixture
async def charger(connect):
    async with connect("ocpp2.0.1") as charger:
        await charger.boot()
        charger.answers["GetLog"] = {"status": "Accepted", "filename": "station.log"}
        yield charger


@pytest.fixture
def told(charger):
    """The station says how the upload goes."""

    async def tell(status, request_id):
        return await charger.call("LogStatusNotification", {"status": status, "requestId": request_id})

    return tell


async def test_tc_n_25_retrieve_log_information_diagnostics_log(charger, desk, told):
    """N01.FR.01, N01.FR.08, N01.FR.09: the diagnostics log is asked for, uploaded to us, and can be fetched here."""
    command = await desk.command("get_log", log="diagnostics", retries=2, retry_interval=60)
    assert command["state"] == "accepted"
    sent = (await charger.wait_for_call("GetLog")).payload
    assert sent["logType"] == "DiagnosticsLog"
    assert (sent["retries"], sent["retryInterval"]) == (2, 60)
    assert await told("Uploading", sent["requestId"]) == {}
    assert await upload(sent["log"]["remoteLocation"] + "station.log", b"all is well") == 201
    assert await told("Uploaded", sent["requestId"]) == {}
    row = (await desk.list("log-requests/"))[0]
    assert row["request_id"] == sent["requestId"]
    assert (row["log"], row["state"], row["status"]) == ("diagnostics", "uploaded", "Uploaded")
    assert (row["file_name"], row["size"]) == ("station.log", len(b"all is well"))
    assert await desk.download(f"log-requests/{row['id']}/file/") == b"all is well"


async def test_tc_n_34_retrieve_log_information_rejected(charger, desk):
    """N01: a station that refuses has its request shown as failed."""
    charger.answers["GetLog"] = {"status": "Rejected", "statusInfo": {"reasonCode": "NoSpace"}}
    command = await desk.command("get_log", log="diagnostics")
    assert command["state"] == "rejected"
    row = (await desk.list("log-requests/"))[0]
    assert (row["state"], row["status"], row["detail"]) == ("failed", "Rejected", "NoSpace")


async def test_tc_n_35_retrieve_log_information_security_log(charger, desk, told):
    """N01.FR.03: the security log is asked for, with bounds of time, and its upload followed by its requestId."""
    await desk.command("get_log", log="security", oldest="2026-01-01T00:00:00Z", latest="2026-01-02T00:00:00Z")
    sent = (await charger.wait_for_call("GetLog")).payload
    assert sent["logType"] == "SecurityLog"
    assert sent["log"]["oldestTimestamp"] == "2026-01-01T00:00:00.000Z"
    assert sent["log"]["latestTimestamp"] == "2026-01-02T00:00:00.000Z"
    await told("Uploading", sent["requestId"])
    assert (await desk.list("log-requests/"))[0]["state"] == "uploading"
    await told("Uploaded", sent["requestId"])
    row = (await desk.list("log-requests/"))[0]
    assert (row["log"], row["state"], row["told_name"]) == ("security", "uploaded", "station.log")


async def test_tc_n_36_retrieve_log_information_second_request(charger, desk, told, database):
    """N01.FR.12: a second request cancels the first; what the station says of each goes to its own."""
    await desk.command("get_log", log="diagnostics")
    first = (await charger.wait_for_call("GetLog")).payload["requestId"]
    await told("Uploading", first)
    charger.answers["GetLog"] = {"status": "AcceptedCanceled", "filename": "second.log"}
    command = await desk.command("get_log", log="diagnostics")
    assert command["state"] == "accepted"
    second = (await charger.wait_for_call("GetLog")).payload["requestId"]
    await told("AcceptedCanceled", first)
    await told("Uploading", second)
    await told("Uploaded", second)
    states = await database(lambda: dict(LogRequest.objects.values_list("request_id", "state")))
    assert states == {first: "failed", second: "uploaded"}


async def test_a_raw_get_log_is_followed_as_well(charger, desk, told):
    """N01: ids are the client's own, and what gives access in the address is shown to nobody."""
    location = "ftp://user:secret@files.example/logs"
    payload = {"logType": "SecurityLog", "requestId": 77, "log": {"remoteLocation": location}}
    await desk.call("GetLog", payload)
    assert (await charger.wait_for_call("GetLog")).payload == payload
    await told("PermissionDenied", 77)
    row = (await desk.list("log-requests/"))[0]
    assert (row["request_id"], row["state"], row["status"]) == (77, "failed", "PermissionDenied")
    shown = [row, await desk.list("commands/"), await desk.list("frames/")]
    assert "secret" not in str(shown)
    assert "files.example/logs" in str(row)


async def test_a_station_that_tells_of_an_upload_unasked_is_believed(charger, desk, told):
    """N01: a log whose request nobody here knows is kept, and Idle is none."""
    await charger.call("LogStatusNotification", {"status": "Idle"})
    assert await desk.list("log-requests/") == []
    await told("Uploading", 4711)
    row = (await desk.list("log-requests/"))[0]
    assert (row["request_id"], row["state"], row["action"]) == (4711, "uploading", "GetLog")


async def test_an_upload_is_followed_before_the_request_is_answered(charger, desk, told):
    """N01.FR.07: what a station says of a request counts, whether it has answered it or not."""
    charger.answers["GetLog"] = NEVER
    payload = {"logType": "SecurityLog", "requestId": 77, "log": {"remoteLocation": "ftp://files.example/logs"}}
    await desk.call("GetLog", payload, wait=0)
    await charger.wait_for_call("GetLog")
    await told("Uploading", 77)
    row = (await desk.list("log-requests/"))[0]
    assert (row["log"], row["state"]) == ("security", "uploading")
    assert len(await desk.list("log-requests/")) == 1


async def test_a_raw_request_that_is_answered_with_an_error_has_failed(charger, desk):
    """The effect hangs on the message: whoever sent it."""
    charger.answers["GetLog"] = CallError("InternalError", "no disk")
    payload = {"logType": "SecurityLog", "requestId": 78, "log": {"remoteLocation": "ftp://files.example/logs"}}
    await desk.call("GetLog", payload)
    row = (await desk.list("log-requests/"))[0]
    assert (row["state"], row["status"], row["detail"]) == ("failed", "InternalError", "no disk")
