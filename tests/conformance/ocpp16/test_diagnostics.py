"""OCPP 1.6 certification: diagnostics, the security log and security events."""

import pytest

from stations.models import Fact, LogRequest
from stations.simulator.charger import CallError
from tests.uploads import upload


@pytest.fixture
async def charger(connect):
    async with connect("ocpp1.6") as charger:
        await charger.boot()
        charger.answers["GetDiagnostics"] = {"fileName": "diagnostics.zip"}
        charger.answers["GetLog"] = {"status": "Accepted", "filename": "security.log"}
        yield charger


async def newest(desk):
    return (await desk.list("log-requests/"))[0]


async def test_tc_045_1_get_diagnostics(charger, desk, server):
    """The charger is given an address of ours, uploads there, and the file can be fetched."""
    command = await desk.command(
        "get_log", log="diagnostics", oldest="2026-01-01T00:00:00Z", retries=1, retry_interval=10
    )
    assert command["state"] == "accepted"
    sent = (await charger.wait_for_call("GetDiagnostics")).payload
    assert sent["startTime"] == "2026-01-01T00:00:00.000Z"
    assert (sent["retries"], sent["retryInterval"]) == (1, 10)
    assert sent["location"].startswith(f"{server.http}/uploads/")
    assert await charger.call("DiagnosticsStatusNotification", {"status": "Uploading"}) == {}
    assert (await newest(desk))["state"] == "uploading"
    assert await upload(sent["location"] + "diagnostics.zip", b"PK") == 201
    assert await charger.call("DiagnosticsStatusNotification", {"status": "Uploaded"}) == {}
    row = await newest(desk)
    assert (row["state"], row["status"], row["told_name"]) == ("uploaded", "Uploaded", "diagnostics.zip")
    assert await desk.download(f"log-requests/{row['id']}/file/") == b"PK"


async def test_tc_045_2_get_diagnostics_upload_failed(charger, desk, database):
    """An upload that fails is shown as failed, and those who alert hear of it."""
    await desk.command("get_log", log="diagnostics", url="ftp://files.example/in/")
    assert (await charger.wait_for_call("GetDiagnostics")).payload == {"location": "ftp://files.example/in/"}
    await charger.call("DiagnosticsStatusNotification", {"status": "Uploading"})
    await charger.call("DiagnosticsStatusNotification", {"status": "UploadFailed"})
    row = await newest(desk)
    assert (row["state"], row["status"]) == ("failed", "UploadFailed")
    fact = await database(lambda: Fact.objects.filter(kind="log.status").order_by("-id").first())
    assert fact.data["state"] == "failed"


async def test_tc_079_get_security_log(charger, desk):
    """The security log is asked for by GetLog, and its words tied to the request by their requestId."""
    command = await desk.command("get_log", log="security")
    assert command["state"] == "accepted"
    sent = (await charger.wait_for_call("GetLog")).payload
    assert sent["logType"] == "SecurityLog"
    request_id = sent["requestId"]
    await charger.call("LogStatusNotification", {"status": "Uploading", "requestId": request_id})
    assert await upload(sent["log"]["remoteLocation"], b"event 1") == 201
    await charger.call("LogStatusNotification", {"status": "Uploaded", "requestId": request_id})
    row = await newest(desk)
    assert (row["log"], row["request_id"], row["state"]) == ("security", request_id, "uploaded")
    assert row["file_name"] == "security.log"


async def security_event(charger, desk, event_type):
    event = {"type": event_type, "timestamp": "2026-05-01T12:00:00Z", "techInfo": "expired"}
    assert await charger.call("SecurityEventNotification", event) == {}
    return (await desk.list("security-events/"))[0]


async def test_tc_077_invalid_charge_point_certificate_security_event(charger, desk, database):
    """The event is stored with its time and alerted on as critical; told again it is no second one."""
    stored = await security_event(charger, desk, "InvalidChargePointCertificate")
    assert (stored["type"], stored["tech_info"]) == ("InvalidChargePointCertificate", "expired")
    assert stored["at"] == "2026-05-01T12:00:00Z"
    await security_event(charger, desk, "InvalidChargePointCertificate")
    fact = await database(lambda: Fact.objects.get(kind="security.event"))
    assert (fact.data["type"], fact.data["critical"]) == ("InvalidChargePointCertificate", True)


async def test_tc_078_invalid_central_system_certificate_security_event(charger, desk):
    """The event is stored as critical."""
    stored = await security_event(charger, desk, "InvalidCentralSystemCertificate")
    assert (stored["type"], stored["is_critical"]) == ("InvalidCentralSystemCertificate", True)


async def test_an_event_of_the_vendors_own_is_kept_and_not_critical(charger, desk):
    """A type that no list has."""
    assert not (await security_event(charger, desk, "CoffeeSpilt"))["is_critical"]


async def test_a_charger_without_diagnostics_says_so_by_an_answer_without_a_name(charger, desk):
    """Section 5.9: nothing will be uploaded."""
    charger.answers["GetDiagnostics"] = {}
    await desk.command("get_log", log="diagnostics")
    row = await newest(desk)
    assert (row["state"], row["detail"]) == ("failed", "The charger has no diagnostics.")


async def test_a_charger_without_get_diagnostics_is_asked_by_get_log_the_next_time(charger, desk):
    """One with the security extension alone: the first try fails with the reason, the next goes the other way."""
    charger.answers["GetDiagnostics"] = CallError("NotImplemented", "no such action")
    command = await desk.command("get_log", log="diagnostics")
    assert (command["state"], command["error_code"]) == ("failed", "NotImplemented")
    row = await newest(desk)
    assert (row["state"], row["status"]) == ("failed", "NotImplemented")
    command = await desk.command("get_log", log="diagnostics")
    assert (command["state"], command["action"]) == ("accepted", "GetLog")
    assert (await charger.wait_for_call("GetLog")).payload["logType"] == "DiagnosticsLog"


async def test_an_upload_is_let_in_once_and_with_its_token_only(charger, desk, server, database, settings):
    """The address is good for one file, for a day, up to a size, under a harmless name."""
    settings.UPLOAD_MAX_BYTES = 1000
    await desk.command("get_log", log="diagnostics")
    location = (await charger.wait_for_call("GetDiagnostics")).payload["location"]
    assert await upload(f"{server.http}/uploads/{'x' * 43}/a.zip", b"PK") == 404
    assert await upload(location + "a.zip", b"x" * 1001) == 413
    form = (
        b'--limit\r\nContent-Disposition: form-data; name="file"; filename="../../etc/pass wd"\r\n\r\n'
        b"content\r\n--limit--\r\n"
    )
    multipart = "multipart/form-data; boundary=limit"
    assert await upload(location, form, method="POST", content_type=multipart) == 201
    assert await upload(location, b"again") == 409
    row = await newest(desk)
    assert (row["file_name"], row["size"]) == ("pass_wd", len(b"content"))
    await database(lambda: LogRequest.objects.update(token_expires_at="2026-01-01T00:00:00Z"))
    assert await upload(location, b"again") == 404


async def test_a_body_beyond_all_limits_is_refused_before_it_is_kept(charger, desk, settings):
    """Django would put all of it on disk before any view sees it."""
    settings.UPLOAD_MAX_BYTES = 1000
    await desk.command("get_log", log="diagnostics")
    location = (await charger.wait_for_call("GetDiagnostics")).payload["location"]
    # None: it closes while the charger still sends.
    assert await upload(location, b"x" * 2_000_000) in (413, None)
    assert (await newest(desk))["size"] is None
