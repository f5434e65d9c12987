"""OCPP 1.6 certification: firmware, unsigned and signed."""

import pytest

from stations.models import Fact

CERTIFICATE = "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----"
URL = "https://user:secret@firmware.example/2.bin"
SIGNED = {"url": URL, "signing_certificate": CERTIFICATE, "signature": "c2lnbmF0dXJl"}


@pytest.fixture
async def charger(connect):
    async with connect("ocpp1.6") as charger:
        await charger.boot()
        charger.answers["UpdateFirmware"] = {}
        charger.answers["SignedUpdateFirmware"] = {"status": "Accepted"}
        yield charger


@pytest.fixture
def told(charger):
    """The charger says how an unsigned update goes."""

    async def tell(*words):
        for word in words:
            assert await charger.call("FirmwareStatusNotification", {"status": word}) == {}

    return tell


@pytest.fixture
def told_signed(charger):
    """The charger says how a signed update goes."""

    async def tell(request_id, *words):
        for word in words:
            status = {"status": word, "requestId": request_id}
            assert await charger.call("SignedFirmwareStatusNotification", status) == {}

    return tell


async def newest(desk):
    return (await desk.list("firmware-updates/"))[0]


def words(update):
    return [word["status"] for word in update["history"]]


async def test_tc_044_1_firmware_update_download_and_install_successful(charger, desk, told):
    """The charger is told where and when, says each step, restarts, and the update is shown as installed."""
    command = await desk.command("update_firmware", url=URL, retrieve_at="2027-01-01T00:00:00Z", retries=3)
    assert command["state"] == "accepted"
    assert "secret" not in str(command)
    sent = (await charger.wait_for_call("UpdateFirmware")).payload
    assert sent == {"location": URL, "retrieveDate": "2027-01-01T00:00:00.000Z", "retries": 3}
    steps = ["Downloading", "Downloaded", "Installing"]
    await told(*steps)
    await charger.boot()
    await told("Installed")
    update = await newest(desk)
    assert (update["state"], update["status"], update["command"]) == ("installed", "Installed", command["id"])
    assert words(update) == [*steps, "Installed"]
    assert update["location"] == "https://••••••@firmware.example/2.bin"


async def test_tc_044_2_firmware_download_failed(charger, desk, told, database):
    """A download that fails is shown as failed, and those who alert hear of it."""
    await desk.command("update_firmware", url=URL)
    await told("Downloading", "DownloadFailed")
    update = await newest(desk)
    assert (update["state"], update["status"]) == ("failed", "DownloadFailed")
    fact = await database(lambda: Fact.objects.filter(kind="firmware.status").order_by("-id").first())
    assert (fact.data["state"], fact.data["status"]) == ("failed", "DownloadFailed")


async def test_tc_044_3_firmware_installation_failed(charger, desk, told):
    """An installation that fails is shown as failed, with all that was said before."""
    await desk.command("update_firmware", url=URL)
    await told("Downloading", "Downloaded", "Installing", "InstallationFailed")
    update = await newest(desk)
    assert (update["state"], update["status"]) == ("failed", "InstallationFailed")
    assert words(update) == ["Downloading", "Downloaded", "Installing", "InstallationFailed"]


async def test_tc_080_secure_firmware_update(charger, desk, told_signed):
    """Certificate and signature reach the charger, and its words are tied to the request by their requestId."""
    command = await desk.command("update_firmware", **SIGNED, install_at="2027-01-02T00:00:00Z")
    assert command["state"] == "accepted"
    sent = (await charger.wait_for_call("SignedUpdateFirmware")).payload
    assert sent["firmware"]["signingCertificate"] == CERTIFICATE
    assert sent["firmware"]["signature"] == "c2lnbmF0dXJl"
    assert sent["firmware"]["installDateTime"] == "2027-01-02T00:00:00.000Z"
    steps = ["Downloading", "Downloaded", "SignatureVerified", "Installing", "InstallRebooting"]
    await told_signed(sent["requestId"], *steps)
    await charger.boot()
    await told_signed(sent["requestId"], "Installed")
    update = await newest(desk)
    assert (update["state"], update["is_signed"], update["request_id"]) == ("installed", True, sent["requestId"])
    assert words(update) == [*steps, "Installed"]


async def test_tc_081_secure_firmware_update_invalid_signature(charger, desk, told_signed):
    """A signature that does not fit ends the update; the security event is stored as critical."""
    await desk.command("update_firmware", **SIGNED)
    request_id = (await charger.wait_for_call("SignedUpdateFirmware")).payload["requestId"]
    await told_signed(request_id, "Downloading", "Downloaded", "InvalidSignature")
    event = {"type": "InvalidFirmwareSignature", "timestamp": "2026-05-01T12:00:00Z"}
    assert await charger.call("SecurityEventNotification", event) == {}
    assert (await newest(desk))["state"] == "failed"
    stored = (await desk.list("security-events/"))[0]
    assert (stored["type"], stored["is_critical"]) == ("InvalidFirmwareSignature", True)


@pytest.mark.parametrize("status", ["InvalidCertificate", "RevokedCertificate", "Rejected"])
async def test_a_charger_that_refuses_a_signed_update_has_it_shown_as_failed(charger, desk, status):
    """The answer itself ends the update."""
    charger.answers["SignedUpdateFirmware"] = {"status": status}
    command = await desk.command("update_firmware", **SIGNED)
    update = await newest(desk)
    assert (command["state"], update["state"], update["status"]) == ("rejected", "failed", status)


async def test_an_update_asked_for_by_a_raw_call_is_followed_as_well(charger, desk, told):
    """The effect hangs on the message, whoever sent it."""
    await desk.call("UpdateFirmware", {"location": URL, "retrieveDate": "2027-01-01T00:00:00Z"})
    await told("Downloading")
    update = await newest(desk)
    assert (update["state"], update["action"]) == ("downloading", "UpdateFirmware")


async def test_a_new_update_ends_the_one_before_it(charger, desk, told):
    """OCPP 1.6 names no request in its words: they belong to the newest update that is open."""
    await desk.command("update_firmware", url=URL)
    await told("Downloading")
    await desk.command("update_firmware", url="https://firmware.example/3.bin")
    await told("Downloading", "Downloaded")
    second, first = await desk.list("firmware-updates/")
    assert (first["state"], second["state"]) == ("canceled", "downloaded")


async def test_half_a_signature_and_a_time_that_1_6_cannot_say_are_refused(charger, desk):
    """What the version cannot express fails with the reason, and no update is left open."""
    half = await desk.command("update_firmware", url=URL, signature="c2ln")
    late = await desk.command("update_firmware", url=URL, install_at="2027-01-02T00:00:00Z")
    assert (half["state"], late["state"]) == ("failed", "failed")
    assert "certificate" in half["error"]
    assert "time of installation" in late["error"]
    assert await desk.list("firmware-updates/?state=requested") == []
