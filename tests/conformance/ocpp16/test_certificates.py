"""OCPP 1.6 with the security extension: certificates (cases 74 to 78)."""

import pytest

from stations.domain.certificates import HashAlgorithm
from stations.domain.x509_read import common_name, is_issued_by, load_chain
from stations.models import InstalledCertificate, StationCertificate
from stations.services import authority
from tests.pki import Authority, signing_request


@pytest.fixture
async def charger(connect):
    async with connect("ocpp1.6") as charger:
        await charger.boot()
        charger.answers["ExtendedTriggerMessage"] = {"status": "Accepted"}
        yield charger


@pytest.fixture
def root():
    return Authority("Some root")


async def renew(charger, desk, answer):
    """An operator asks for a renewal; the charge point makes a request and answers what it is sent with `answer`."""
    charger.answers["CertificateSigned"] = {"status": answer}
    command = await desk.command("renew_certificate")
    assert command["state"] == "accepted"
    trigger = await charger.wait_for_call("ExtendedTriggerMessage")
    assert trigger.payload == {"requestedMessage": "SignChargePointCertificate"}
    assert await charger.call("SignCertificate", {"csr": signing_request()}) == {"status": "Accepted"}
    (leaf,) = load_chain((await charger.wait_for_call("CertificateSigned")).payload["certificateChain"])
    return leaf


async def status_of(database, status):
    return await database.until(StationCertificate.objects.filter(status=status).first, f"it is {status}")


async def test_tc_074_update_charge_point_certificate(charger, desk, database):
    """Trigger, signing request, certificate: it is the charge point's, signed by our root, and in use from now on."""
    leaf = await renew(charger, desk, "Accepted")
    assert common_name(leaf.subject) == "CP-1"
    assert is_issued_by(leaf, load_chain(authority.roots()[0])[0])
    row = await status_of(database, "active")
    assert row.serial_number == format(leaf.serial_number, "x")


async def install(charger, desk, root, use, name):
    """A root is entered and installed; then the charge point names it in its list."""
    charger.answers["InstallCertificate"] = {"status": "Accepted"}
    entered = await desk.post("root-certificates/", {"name": "Root", "use": use, "pem": root.pem})
    command = await desk.command("install_certificate", root=entered["id"])
    assert command["state"] == "accepted"
    sent = (await charger.wait_for_call("InstallCertificate")).payload
    assert sent == {"certificateType": name, "certificate": root.pem}
    hashes = [root.hashes_of(root.certificate)]
    charger.answers["GetInstalledCertificateIds"] = {"status": "Accepted", "certificateHashData": hashes}
    await desk.command("get_installed_certificates", use=use)
    assert (await charger.wait_for_call("GetInstalledCertificateIds")).payload == {"certificateType": name}
    (row,) = await desk.list("stations/CP-1/installed-certificates/")
    assert (row["use"], row["subject"]) == (use, "CN=Some root")
    return row


async def test_tc_075_1_install_manufacturer_root_certificate(charger, desk, root):
    """A manufacturer's root is installed and then listed."""
    await install(charger, desk, root, "ManufacturerRootCertificate", "ManufacturerRootCertificate")


async def test_tc_075_2_install_central_system_root_certificate(charger, desk, root):
    """A root for our server is installed and then listed, under the name OCPP 1.6 has for it."""
    await install(charger, desk, root, "CSMSRootCertificate", "CentralSystemRootCertificate")


@pytest.mark.parametrize("algorithm", HashAlgorithm)
async def test_tc_076_delete_a_specific_certificate(charger, desk, root, algorithm):
    """The certificate is listed, named by its hashes and gone."""
    hashes = [root.hashes_of(root.certificate, algorithm)]
    charger.answers["GetInstalledCertificateIds"] = {"status": "Accepted", "certificateHashData": hashes}
    charger.answers["DeleteCertificate"] = {"status": "Accepted"}
    await desk.command("get_installed_certificates")
    (row,) = await desk.list("stations/CP-1/installed-certificates/")
    await desk.command("delete_certificate", installed=row["id"])
    assert (await charger.wait_for_call("DeleteCertificate")).payload == {"certificateHashData": hashes[0]}
    assert await desk.list("stations/CP-1/installed-certificates/") == []


async def test_tc_077_invalid_charge_point_certificate(charger, desk, database):
    """A charge point that refuses its certificate says so, and in a security event; both are kept."""
    await renew(charger, desk, "Rejected")
    event = {"type": "InvalidChargePointCertificate", "timestamp": "2027-01-01T00:00:00Z"}
    assert await charger.call("SecurityEventNotification", event) == {}
    await status_of(database, "rejected")
    (shown,) = await desk.list("security-events/")
    assert shown["type"] == "InvalidChargePointCertificate"


async def test_tc_078_invalid_central_system_certificate(charger, desk, database, root):
    """A charge point that refuses a root says so, and in a security event; it has the root not."""
    charger.answers["InstallCertificate"] = {"status": "Rejected"}
    command = await desk.command("install_certificate", pem=root.pem, use="CSMSRootCertificate")
    assert command["state"] == "rejected"
    event = {"type": "InvalidCentralSystemCertificate", "timestamp": "2027-01-01T00:00:00Z"}
    assert await charger.call("SecurityEventNotification", event) == {}
    assert not await database(InstalledCertificate.objects.exists)
    (shown,) = await desk.list("security-events/")
    assert shown["type"] == "InvalidCentralSystemCertificate"


async def test_a_request_in_anothers_name_is_rejected(charger):
    """There is no reason in the answer of OCPP 1.6; the row has it."""
    assert await charger.call("SignCertificate", {"csr": signing_request("CP-2")}) == {"status": "Rejected"}
