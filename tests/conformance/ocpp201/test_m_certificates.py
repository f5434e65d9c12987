"""OCPP 2.0.1 block M: certificates that a station trusts, and those of vehicles."""

import base64

import pytest
from cryptography.x509 import ocsp

from stations.domain.certificates import HashAlgorithm
from stations.gateways.contract_certificates import Answer
from stations.models import Fact, InstalledCertificate
from stations.services import authority
from tests.pki import Authority, responder


@pytest.fixture
async def charger(connect):
    async with connect("ocpp2.0.1") as charger:
        await charger.boot()
        yield charger


@pytest.fixture
def root():
    return Authority("Some root")


async def install(charger, desk, root, use):
    """An operator enters a root and has it installed; the station takes it."""
    charger.answers["InstallCertificate"] = {"status": "Accepted"}
    entered = await desk.post("root-certificates/", {"name": "Root", "use": use, "pem": root.pem})
    command = await desk.command("install_certificate", root=entered["id"])
    assert command["state"] == "accepted"
    assert (await charger.wait_for_call("InstallCertificate")).payload == {
        "certificateType": use,
        "certificate": root.pem,
    }
    (row,) = await desk.list(f"stations/CP-1/installed-certificates/?use={use}")
    assert row["subject"] == "CN=Some root"
    return row


async def listed(charger, desk, chain, *, use=None):
    """The station tells what it holds."""
    status = "Accepted" if chain else "NotFound"
    answer = {"status": status} | ({"certificateHashDataChain": chain} if chain else {})
    charger.answers["GetInstalledCertificateIds"] = answer
    command = await desk.command("get_installed_certificates", **({"use": use} if use else {}))
    received = await charger.wait_for_call("GetInstalledCertificateIds")
    assert received.payload == ({"certificateType": [use]} if use else {})
    return command, await desk.list("stations/CP-1/installed-certificates/")


def entry(root, use, algorithm=HashAlgorithm.SHA256, **more):
    return {"certificateType": use, "certificateHashData": root.hashes_of(root.certificate, algorithm), **more}


async def test_tc_m_01_install_csms_root(charger, desk, root):
    """M05.FR.01: InstallCertificate with the type and the certificate; an accepted one shows."""
    await install(charger, desk, root, "CSMSRootCertificate")


async def test_tc_m_02_install_manufacturer_root(charger, desk, root):
    """M05.FR.01: the same for a manufacturer's."""
    await install(charger, desk, root, "ManufacturerRootCertificate")


async def test_tc_m_03_install_v2g_root(charger, desk, root):
    """M05.FR.01: the same for that of the V2G world."""
    await install(charger, desk, root, "V2GRootCertificate")


async def test_tc_m_04_install_mo_root(charger, desk, root):
    """M05.FR.01: the same for a mobility operator's."""
    await install(charger, desk, root, "MORootCertificate")


async def test_tc_m_05_install_failed(charger, desk, database):
    """M05.FR.01, M05.FR.03: a station that fails has it not; without a root named, it is our own that is sent."""
    charger.answers["InstallCertificate"] = {"status": "Failed"}
    command = await desk.command("install_certificate")
    assert command["state"] == "rejected"
    sent = (await charger.wait_for_call("InstallCertificate")).payload
    assert sent == {"certificateType": "CSMSRootCertificate", "certificate": authority.roots()[0]}
    assert not await database(InstalledCertificate.objects.exists)


@pytest.mark.parametrize("algorithm", HashAlgorithm)
async def test_tc_m_12_list_csms_roots(charger, desk, root, algorithm):
    """M03.FR.01: hashes of each algorithm are read, and the certificate behind them found."""
    await install(charger, desk, root, "CSMSRootCertificate")
    chain = [entry(root, "CSMSRootCertificate", algorithm)]
    command, rows = await listed(charger, desk, chain, use="CSMSRootCertificate")
    assert command["state"] == "accepted"
    (row,) = rows
    assert row["hash_algorithm"] == algorithm
    assert row["subject"] == "CN=Some root"


async def list_of(charger, desk, root, use):
    _, (row,) = await listed(charger, desk, [entry(root, use)], use=use)
    assert (row["use"], row["serial_number"]) == (use, format(root.certificate.serial_number, "x"))


async def test_tc_m_13_list_manufacturer_roots(charger, desk, root):
    """M03.FR.01: those of one type are asked for and kept."""
    await list_of(charger, desk, root, "ManufacturerRootCertificate")


async def test_tc_m_14_list_v2g_roots(charger, desk, root):
    """M03.FR.01: the same for V2G roots."""
    await list_of(charger, desk, root, "V2GRootCertificate")


async def test_tc_m_15_list_v2g_chains(charger, desk, root):
    """M03.FR.01, M03.FR.05: a chain is told with its children."""
    child = root.hashes_of(root.issue("Sub CA", ca=True))
    chain = [entry(root, "V2GCertificateChain", childCertificateHashData=[child])]
    _, (row,) = await listed(charger, desk, chain, use="V2GCertificateChain")
    assert row["children"] == [child]


async def test_tc_m_16_list_mo_roots(charger, desk, root):
    """M03.FR.01: the same for mobility operators' roots."""
    await list_of(charger, desk, root, "MORootCertificate")


async def test_tc_m_17_list_csms_and_manufacturer_roots(charger, desk, root):
    """M03.FR.01: two types at once, by a raw call, which has the same effect."""
    uses = ["CSMSRootCertificate", "ManufacturerRootCertificate"]
    answer = {"status": "Accepted", "certificateHashDataChain": [entry(root, use) for use in uses]}
    charger.answers["GetInstalledCertificateIds"] = answer
    await desk.call("GetInstalledCertificateIds", {"certificateType": uses})
    rows = await desk.list("stations/CP-1/installed-certificates/")
    assert [row["use"] for row in rows] == uses


async def test_tc_m_18_list_all(charger, desk, root):
    """M03.FR.01: without a type, all; what the station names no longer is gone."""
    await install(charger, desk, root, "MORootCertificate")
    uses = ["CSMSRootCertificate", "ManufacturerRootCertificate", "V2GRootCertificate", "V2GCertificateChain"]
    _, rows = await listed(charger, desk, [entry(root, use) for use in uses])
    assert [row["use"] for row in rows] == uses


async def test_tc_m_19_nothing_found(charger, desk, root):
    """M03.FR.01, M03.FR.02: NotFound is an answer: there is none."""
    await install(charger, desk, root, "ManufacturerRootCertificate")
    command, rows = await listed(charger, desk, [], use="ManufacturerRootCertificate")
    assert command["result"] == {"status": "NotFound"}
    assert rows == []


@pytest.mark.parametrize("algorithm", HashAlgorithm)
async def test_tc_m_20_delete(charger, desk, root, algorithm):
    """M04.FR.01, M04.FR.07: the hashes are sent as the station told them, and the certificate is gone."""
    await install(charger, desk, root, "CSMSRootCertificate")
    _, (row,) = await listed(charger, desk, [entry(root, "CSMSRootCertificate", algorithm)])
    charger.answers["DeleteCertificate"] = {"status": "Accepted"}
    command = await desk.command("delete_certificate", installed=row["id"])
    assert command["state"] == "accepted"
    sent = (await charger.wait_for_call("DeleteCertificate")).payload
    assert sent == {"certificateHashData": root.hashes_of(root.certificate, algorithm)}
    assert await desk.list("stations/CP-1/installed-certificates/") == []


async def test_a_station_gets_its_hashes_back_as_it_wrote_them(charger, desk, root):
    """M04.FR.01: in capital letters, with leading zeros; and we still know which certificate it is."""
    await install(charger, desk, root, "CSMSRootCertificate")
    told = {name: value.upper() for name, value in root.hashes_of(root.certificate).items()}
    told["serialNumber"] = told["serialNumber"].rjust(40, "0")
    chain = [{"certificateType": "CSMSRootCertificate", "certificateHashData": told}]
    _, (row,) = await listed(charger, desk, chain)
    assert row["subject"] == "CN=Some root"
    charger.answers["DeleteCertificate"] = {"status": "Accepted"}
    await desk.command("delete_certificate", installed=row["id"])
    assert (await charger.wait_for_call("DeleteCertificate")).payload == {"certificateHashData": told}
    assert await desk.list("stations/CP-1/installed-certificates/") == []


async def test_tc_m_21_delete_failed(charger, desk, root):
    """M04.FR.01, M04.FR.07: a station that fails to delete it has it still."""
    await install(charger, desk, root, "CSMSRootCertificate")
    _, (row,) = await listed(charger, desk, [entry(root, "CSMSRootCertificate")])
    charger.answers["DeleteCertificate"] = {"status": "Failed"}
    command = await desk.command("delete_certificate", installed=row["id"])
    assert command["state"] == "rejected"
    assert len(await desk.list("stations/CP-1/installed-certificates/")) == 1


async def test_tc_m_24_status_of_a_certificate(charger, settings, root):
    """M06.FR.01, M06.FR.02, M06.FR.03, M06.FR.08, M06.FR.09: the OCSP response, DER, in base64; asked for once."""
    settings.PKI_HOSTS = ["127.0.0.1"]
    certificate = root.issue("Sub CA", ca=True)
    with responder(root) as url:
        asked = {"ocspRequestData": root.hashes_of(certificate) | {"responderURL": url}}
        answer = await charger.call("GetCertificateStatus", asked)
        assert await charger.call("GetCertificateStatus", asked) == answer
    assert answer["status"] == "Accepted"
    response = ocsp.load_der_ocsp_response(base64.b64decode(answer["ocspResult"], validate=True))
    assert response.certificate_status is ocsp.OCSPCertStatus.GOOD
    assert response.serial_number == certificate.serial_number
    assert len(root.asked) == 1


@pytest.mark.parametrize("url", ["http://127.0.0.1:1/", "http://localhost/", "ftp://ocsp.example/", "nonsense"])
async def test_a_station_cannot_have_us_ask_anybody(charger, root, url):
    """M06.FR.04: a responder that cannot be asked is Failed with a reason; addresses inside our network never are."""
    asked = root.hashes_of(root.certificate) | {"responderURL": url}
    answer = await charger.call("GetCertificateStatus", {"ocspRequestData": asked})
    assert answer["status"] == "Failed"
    assert answer["statusInfo"]["additionalInfo"]


class Vehicles:
    """A provider of contract certificates that has one for everybody."""

    signs = False
    wanted = []

    def contract_certificate(self, wanted):
        self.wanted.append(wanted)
        return Answer(base64.b64encode(b"CertificateInstallationRes").decode())


async def contract_certificate(charger, action):
    request = {"iso15118SchemaVersion": "urn:iso:15118:2:2013:MsgDef", "action": action, "exiRequest": "AAAA"}
    return await charger.call("Get15118EVCertificate", request)


@pytest.fixture
def provider(settings):
    settings.CONTRACT_CERTIFICATES = f"{__name__}.Vehicles"
    Vehicles.wanted.clear()
    return Vehicles


async def test_tc_m_26_contract_certificate_installed(charger, provider):
    """M01.FR.01: what the provider makes of the vehicle's request goes back as it is."""
    answer = await contract_certificate(charger, "Install")
    assert answer == {"status": "Accepted", "exiResponse": base64.b64encode(b"CertificateInstallationRes").decode()}
    assert provider.wanted[0].action == "Install"


async def test_tc_m_28_contract_certificate_updated(charger, provider):
    """M02.FR.01: the same for an update."""
    answer = await contract_certificate(charger, "Update")
    assert answer["status"] == "Accepted"
    assert provider.wanted[0].action == "Update"


async def test_without_a_provider_a_vehicle_is_told_that_there_is_none(charger, database):
    """M01.FR.01: Failed, with the reason, and a fact for people."""
    answer = await contract_certificate(charger, "Install")
    assert answer["status"] == "Failed"
    assert "provider" in answer["statusInfo"]["additionalInfo"]
    assert await database(Fact.objects.filter(kind="contract_certificate.asked").exists)
