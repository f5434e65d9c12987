"""OCPP 2.0.1 block L: firmware."""

import pytest

CERTIFICATE = "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----"
URL = "https://firmware.example/2.bin"
SIGNED = {"url": URL, "signing_certificate": CERTIFICATE, "signature": "c2lnbmF0dXJl"}
CHECKSUM = "0123456789abcdef0123456789abcdef"
TO_THE_END = ["Downloading", "Downloaded", "SignatureVerified", "Installing", "InstallRebooting"]


@pytest.fixture
async def charger(connect):
    async with connect("ocpp2.0.1", evses=2) as charger:
        await charger.boot()
        for action in ("UpdateFirmware", "PublishFirmware"):
            charger.answers[action] = {"status": "Accepted"}
        yield charger


@pytest.fixture
def told(charger):
    """The station says how an update goes."""

    async def tell(request_id, *words):
        for word in words:
            status = {"status": word, "requestId": request_id}
            assert await charger.call("FirmwareStatusNotification", status) == {}

    return tell


@pytest.fixture
def update(charger, desk):
    """Ask for a signed update; the request as it reached the station."""

    async def ask(**values):
        command = await desk.command("update_firmware", **SIGNED | values)
        return command, (await charger.wait_for_call("UpdateFirmware")).payload

    return ask


@pytest.fixture
def restarted(charger):
    """The station restarts with the new firmware."""

    async def restart():
        assert await charger.boot(reason="FirmwareUpdate") == "Accepted"

    return restart


async def newest(desk):
    return (await desk.list("firmware-updates/"))[0]


def words(row):
    return [word["status"] for word in row["history"]]


async def test_tc_l_01_secure_firmware_update_installation_successful(update, told, restarted, desk):
    """L01.FR.01, L01.FR.11, L01.FR.15: certificate and signature reach the station; each of its words is kept."""
    command, sent = await update(retries=3, retry_interval=60)
    assert command["state"] == "accepted"
    assert sent["firmware"]["signingCertificate"] == CERTIFICATE
    assert sent["firmware"]["signature"] == "c2lnbmF0dXJl"
    assert (sent["firmware"]["location"], sent["retries"], sent["retryInterval"]) == (URL, 3, 60)
    await told(sent["requestId"], *TO_THE_END)
    await restarted()
    await told(sent["requestId"], "Installed")
    row = await newest(desk)
    assert (row["request_id"], row["state"], row["is_signed"]) == (sent["requestId"], "installed", True)
    assert words(row) == [*TO_THE_END, "Installed"]


async def test_tc_l_02_secure_firmware_update_install_scheduled(update, told, restarted, desk):
    """L01.FR.01, L01.FR.11, L01.FR.15: an installation in the future is asked for and shown as waiting."""
    _, sent = await update(install_at="2099-01-01T00:00:00Z")
    assert sent["firmware"]["installDateTime"] == "2099-01-01T00:00:00.000Z"
    await told(sent["requestId"], "Downloading", "Downloaded", "SignatureVerified", "InstallScheduled")
    row = await newest(desk)
    assert (row["state"], row["status"], row["install_at"]) == (
        "downloaded",
        "InstallScheduled",
        "2099-01-01T00:00:00Z",
    )
    await told(sent["requestId"], "Installing", "InstallRebooting")
    await restarted()
    await told(sent["requestId"], "Installed")
    assert (await newest(desk))["state"] == "installed"


async def test_tc_l_03_secure_firmware_update_download_scheduled(update, told, restarted, desk):
    """L01.FR.01, L01.FR.11, L01.FR.15: a download in the future is asked for and shown as scheduled."""
    _, sent = await update(retrieve_at="2099-01-01T00:00:00Z")
    assert sent["firmware"]["retrieveDateTime"] == "2099-01-01T00:00:00.000Z"
    await told(sent["requestId"], "DownloadScheduled")
    assert (await newest(desk))["state"] == "scheduled"
    await told(sent["requestId"], *TO_THE_END)
    await restarted()
    await told(sent["requestId"], "Installed")
    assert (await newest(desk))["state"] == "installed"


async def test_tc_l_04_secure_firmware_update_revoked_certificate(charger, update, desk):
    """L01.FR.01: a station that finds the signing certificate revoked ends the update."""
    charger.answers["UpdateFirmware"] = {"status": "RevokedCertificate"}
    command, _ = await update()
    row = await newest(desk)
    assert (command["state"], row["state"], row["status"]) == ("rejected", "failed", "RevokedCertificate")


async def test_tc_l_05_secure_firmware_update_invalid_certificate(charger, update, desk):
    """L01.FR.01: ... and one that finds it invalid says so in a critical security event as well."""
    charger.answers["UpdateFirmware"] = {"status": "InvalidCertificate", "statusInfo": {"reasonCode": "InvalidCert"}}
    await update()
    event = {"type": "InvalidFirmwareSigningCertificate", "timestamp": "2026-05-01T12:00:00Z"}
    assert await charger.call("SecurityEventNotification", event) == {}
    row, stored = await newest(desk), (await desk.list("security-events/"))[0]
    assert (row["state"], row["status"], row["detail"]) == ("failed", "InvalidCertificate", "InvalidCert")
    assert (stored["type"], stored["is_critical"]) == ("InvalidFirmwareSigningCertificate", True)


async def test_tc_l_06_secure_firmware_update_invalid_signature(charger, update, told, desk):
    """L01.FR.01, L01.FR.11: a signature that does not fit ends the update."""
    _, sent = await update()
    await told(sent["requestId"], "Downloading", "Downloaded", "InvalidSignature")
    event = {"type": "InvalidFirmwareSignature", "timestamp": "2026-05-01T12:00:00Z"}
    assert await charger.call("SecurityEventNotification", event) == {}
    assert (await newest(desk))["state"] == "failed"
    assert (await desk.list("security-events/?is_critical=true"))[0]["type"] == "InvalidFirmwareSignature"


async def test_tc_l_07_secure_firmware_update_download_failed(update, told, desk):
    """L01.FR.01, L01.FR.11: a download that fails ends the update."""
    _, sent = await update()
    await told(sent["requestId"], "Downloading", "DownloadFailed")
    row = await newest(desk)
    assert (row["state"], row["status"]) == ("failed", "DownloadFailed")


async def test_tc_l_08_secure_firmware_update_install_verification_failed(update, told, desk):
    """L01.FR.01, L01.FR.11: so does a verification that fails."""
    _, sent = await update()
    await told(
        sent["requestId"], "Downloading", "Downloaded", "SignatureVerified", "Installing", "InstallVerificationFailed"
    )
    row = await newest(desk)
    assert (row["state"], row["status"]) == ("failed", "InstallVerificationFailed")


async def test_tc_l_09_secure_firmware_update_installation_failed(update, told, restarted, desk):
    """L01.FR.01, L01.FR.11: so does an installation that fails after the restart."""
    _, sent = await update()
    await told(sent["requestId"], *TO_THE_END)
    await restarted()
    await told(sent["requestId"], "InstallationFailed")
    row = await newest(desk)
    assert (row["state"], row["status"]) == ("failed", "InstallationFailed")


async def test_tc_l_10_secure_firmware_update_accepted_canceled(charger, update, told, restarted, desk):
    """L01.FR.01, L01.FR.11, L01.FR.24: an update that another one takes the place of is shown as canceled."""
    _, first = await update()
    await told(first["requestId"], "Downloading")
    charger.answers["UpdateFirmware"] = {"status": "AcceptedCanceled"}
    command, second = await update(url="https://firmware.example/3.bin")
    assert command["state"] == "accepted"
    await told(second["requestId"], *TO_THE_END)
    await restarted()
    await told(second["requestId"], "Installed")
    rows = {row["request_id"]: row["state"] for row in await desk.list("firmware-updates/")}
    assert rows == {first["requestId"]: "canceled", second["requestId"]: "installed"}


async def test_tc_l_11_secure_firmware_update_unable_to_cancel(charger, update, told, restarted, desk):
    """L01.FR.01, L01.FR.11, L01.FR.27: the one that goes on goes on, the one that was refused has failed."""
    _, first = await update()
    await told(first["requestId"], "Downloading")
    charger.answers["UpdateFirmware"] = {"status": "Rejected"}
    command, second = await update()
    assert command["state"] == "rejected"
    await told(first["requestId"], "Downloaded", "SignatureVerified", "Installing", "InstallRebooting")
    await restarted()
    await told(first["requestId"], "Installed")
    rows = {row["request_id"]: row["state"] for row in await desk.list("firmware-updates/")}
    assert rows == {first["requestId"]: "installed", second["requestId"]: "failed"}


async def test_tc_l_13_firmware_update_waits_for_an_ongoing_transaction(charger, update, told, restarted, desk):
    """L01.FR.01, L01.FR.11: connectors without a transaction go out of service; the update follows the transaction."""
    await charger.plug_in(1)
    await charger.start(1, "CARD-1")
    _, sent = await update()
    await told(sent["requestId"], "DownloadScheduled")
    status = {"timestamp": "2026-05-01T12:00:00Z", "connectorStatus": "Unavailable", "evseId": 2, "connectorId": 1}
    assert await charger.call("StatusNotification", status) == {}
    connectors = {row["evse"]: row["status"] for row in await desk.list("connectors/")}
    assert connectors[2] == "unavailable"
    await charger.stop(1)
    await charger.unplug(1)
    await told(sent["requestId"], *TO_THE_END)
    await restarted()
    await told(sent["requestId"], "Installed")
    assert (await newest(desk))["state"] == "installed"


async def test_l02_non_secure_firmware_update(charger, desk, told):
    """L02.FR.01: without a signature neither certificate nor signature is sent."""
    await desk.command("update_firmware", url=URL)
    sent = (await charger.wait_for_call("UpdateFirmware")).payload
    assert set(sent["firmware"]) == {"location", "retrieveDateTime"}
    await told(sent["requestId"], "Downloading", "Downloaded", "Installing", "Installed")
    assert ((await newest(desk))["state"], (await newest(desk))["is_signed"]) == ("installed", False)


@pytest.fixture
def publish(charger, desk):
    """Ask a local controller to publish a firmware, and tell how that goes."""

    async def ask(*words, location=()):
        command = await desk.command("publish_firmware", url=URL, checksum=CHECKSUM, retries=2)
        sent = (await charger.wait_for_call("PublishFirmware")).payload
        assert (sent["location"], sent["checksum"], sent["retries"]) == (URL, CHECKSUM, 2)
        for word in words:
            status = {"status": word, "requestId": sent["requestId"]}
            if word == "Published":
                status["location"] = list(location)
            assert await charger.call("PublishFirmwareStatusNotification", status) == {}
        return command

    return ask


async def test_tc_l_17_publish_firmware_published(publish, desk):
    """L03: the firmware is published, and it is shown where."""
    command = await publish(
        "Downloading", "Downloaded", "ChecksumVerified", "Published", location=["http://controller.local/2.bin"]
    )
    row = await newest(desk)
    assert (command["state"], row["state"], row["action"]) == ("accepted", "published", "PublishFirmware")
    assert row["published_at_urls"] == ["http://controller.local/2.bin"]


async def test_tc_l_24_publish_firmware_download_failed(publish, desk):
    """L03: a download that fails ends it."""
    await publish("Downloading", "DownloadFailed")
    assert (await newest(desk))["state"] == "failed"


async def test_tc_l_19_publish_firmware_invalid_checksum(publish, desk):
    """L03: so does a checksum that does not fit."""
    await publish("Downloading", "Downloaded", "InvalidChecksum")
    row = await newest(desk)
    assert (row["state"], row["status"]) == ("failed", "InvalidChecksum")


async def test_tc_l_20_publish_firmware_publish_failed(publish, desk):
    """L03: so does publishing that fails."""
    await publish("Downloading", "Downloaded", "ChecksumVerified", "PublishFailed")
    row = await newest(desk)
    assert (row["state"], row["status"]) == ("failed", "PublishFailed")


async def test_tc_l_21_unpublish_firmware_unpublished(charger, publish, desk):
    """L04: a firmware that is offered no longer is shown so."""
    await publish("Downloading", "Downloaded", "ChecksumVerified", "Published", location=["http://c.local/2.bin"])
    charger.answers["UnpublishFirmware"] = {"status": "Unpublished"}
    command = await desk.command("unpublish_firmware", checksum=CHECKSUM)
    assert (await charger.wait_for_call("UnpublishFirmware")).payload == {"checksum": CHECKSUM}
    row = await newest(desk)
    assert (command["state"], row["state"], row["status"]) == ("accepted", "canceled", "Unpublished")


async def test_tc_l_22_unpublish_firmware_no_firmware(charger, desk):
    """L04: a controller that offers no such firmware says so."""
    charger.answers["UnpublishFirmware"] = {"status": "NoFirmware"}
    command = await desk.command("unpublish_firmware", checksum=CHECKSUM)
    assert (command["state"], command["result"]) == ("rejected", {"status": "NoFirmware"})


async def test_tc_l_23_unpublish_firmware_download_ongoing(charger, publish, desk):
    """L04: one that is being downloaded stays published."""
    await publish("Downloading", "Downloaded", "ChecksumVerified", "Published", location=["http://c.local/2.bin"])
    charger.answers["UnpublishFirmware"] = {"status": "DownloadOngoing"}
    command = await desk.command("unpublish_firmware", checksum=CHECKSUM)
    assert (command["state"], (await newest(desk))["state"]) == ("rejected", "published")


async def test_a04_security_event_notification(charger, desk):
    """A04.FR.03: a security event is confirmed and kept, as critical where the list says so."""
    for event_type in ("TamperDetectionActivated", "InvalidMessages"):
        event = {"type": event_type, "timestamp": "2026-05-01T12:00:00Z", "techInfo": "door"}
        assert await charger.call("SecurityEventNotification", event) == {}
    stored = {row["type"]: row["is_critical"] for row in await desk.list("security-events/")}
    assert stored == {"TamperDetectionActivated": True, "InvalidMessages": False}


async def test_a_status_without_a_request_says_that_nothing_goes_on(charger, desk):
    """L01.FR.20: Idle without a requestId is the answer to a trigger, and no update."""
    assert await charger.call("FirmwareStatusNotification", {"status": "Idle"}) == {}
    assert await desk.list("firmware-updates/") == []
