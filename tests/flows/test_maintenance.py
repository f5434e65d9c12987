"""A virtual charger that is left to itself uploads its log and takes a firmware."""

import pytest

from stations.models import FirmwareUpdate, LogRequest


@pytest.fixture(params=["ocpp1.6", "ocpp2.0.1"])
async def charger(request, connect):
    async with connect(request.param) as charger:
        await charger.boot()
        yield charger


@pytest.mark.parametrize("log", ["diagnostics", "security"])
async def test_a_log_is_uploaded_to_us(charger, desk, database, log):
    await desk.command("get_log", log=log)
    row = await database.until(
        lambda: LogRequest.objects.filter(status="Uploaded").first(), "the charger says that it is uploaded", 120
    )
    assert row.file_name == "charger.log"
    assert b"received Get" in await desk.download(f"log-requests/{row.pk}/file/")


async def test_a_log_for_an_address_beyond_the_charger_fails(charger, desk, database):
    await desk.command("get_log", log="diagnostics", url="ftp://files.example/")
    await database.until(lambda: LogRequest.objects.filter(state="failed").exists(), "the charger gives up")


async def test_a_firmware_is_installed_with_a_restart(charger, desk, database):
    await desk.command("update_firmware", url="https://firmware.example/2.bin")
    row = await database.until(
        lambda: FirmwareUpdate.objects.filter(state="installed").first(), "the charger says that it is installed"
    )
    assert [word["status"] for word in row.history] == ["Downloading", "Downloaded", "Installing", "Installed"]
