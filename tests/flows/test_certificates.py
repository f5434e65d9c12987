"""A charger that obeys: its certificate is renewed, a root installed, listed and deleted, in every version."""

import pytest

from stations.models import InstalledCertificate, StationCertificate
from tests.pki import Authority


@pytest.fixture
async def charger(connect, protocol):
    async with connect(protocol) as charger:
        await charger.boot()
        yield charger


async def test_it_makes_a_key_and_uses_what_is_signed_for_it(charger, desk, database):
    command = await desk.command("renew_certificate")
    assert command["state"] == "accepted"
    in_use = StationCertificate.objects.filter(status="active")
    row = await database.until(in_use.first, "the station uses its new certificate")
    assert row.common_name == charger.profile.serial


async def test_it_trusts_what_it_is_told_to(charger, desk, database):
    root = Authority("Some root")
    entered = await desk.post("root-certificates/", {"name": "R", "use": "CSMSRootCertificate", "pem": root.pem})
    await desk.command("install_certificate", root=entered["id"])
    # What it says of itself later is found to be the same.
    await desk.command("get_installed_certificates")
    (row,) = await desk.list("stations/CP-1/installed-certificates/")
    assert (row["use"], row["subject"]) == ("CSMSRootCertificate", "CN=Some root")
    command = await desk.command("delete_certificate", installed=row["id"])
    assert command["state"] == "accepted"
    assert not await database(InstalledCertificate.objects.exists)
    command = await desk.command("get_installed_certificates")
    assert command["result"] == {"status": "NotFound"}
