"""OCPP 2.1: what it adds on certificates."""

import base64

import pytest

from stations.domain.certificate_hash import hash_data
from stations.gateways.contract_certificates import Answer
from stations.models import StationCertificate
from stations.services import authority
from tests.pki import Authority, responder, signing_request


@pytest.fixture
async def charger(connect, settings):
    settings.PKI_HOSTS = ["127.0.0.1"]
    async with connect("ocpp2.1") as charger:
        await charger.boot()
        charger.answers["CertificateSigned"] = {"status": "Accepted"}
        charger.answers["TriggerMessage"] = {"status": "Accepted"}
        yield charger


@pytest.fixture
def issuer():
    return Authority("Issuer")


def hashes_of_our_root():
    root = authority.stations().root
    return hash_data(root, root).to_wire()


async def test_a03_certificate_carries_the_id_of_its_request(charger, database):
    """A03: unasked, and CertificateSigned names the requestId of the SignCertificate that it answers."""
    request = {
        "csr": signing_request(),
        "certificateType": "ChargingStationCertificate",
        "requestId": 77,
        "hashRootCertificate": hashes_of_our_root(),
    }
    assert await charger.call("SignCertificate", request) == {"status": "Accepted"}
    sent = (await charger.wait_for_call("CertificateSigned")).payload
    assert sent["requestId"] == 77
    assert sent["certificateType"] == "ChargingStationCertificate"
    await database.until(StationCertificate.objects.filter(status="active", request_id=77).exists, "it is in use")


async def test_a02_a_root_that_is_not_ours_cannot_be_asked_for(charger, issuer):
    """A02: a request for a certificate under another root is rejected with the reason."""
    foreign = issuer.hashes_of(issuer.certificate)
    answer = await charger.call("SignCertificate", {"csr": signing_request(), "hashRootCertificate": foreign})
    assert answer["status"] == "Rejected"
    assert "root" in answer["statusInfo"]["additionalInfo"]


async def test_a02_certificate_for_iso_15118_20(charger, desk, database):
    """A02, F06: the station is asked for a request of its own kind, and gets a certificate of that kind."""
    await desk.command("renew_certificate", purpose="v2g20")
    assert (await charger.wait_for_call("TriggerMessage")).payload == {"requestedMessage": "SignV2G20Certificate"}
    await charger.call("SignCertificate", {"csr": signing_request("SECC"), "certificateType": "V2G20Certificate"})
    sent = (await charger.wait_for_call("CertificateSigned")).payload
    assert sent["certificateType"] == "V2G20Certificate"


async def chain_status(charger, requests):
    answer = await charger.call("GetCertificateChainStatus", {"certificateStatusRequests": requests})
    return answer["certificateStatus"]


async def test_m07_status_of_a_chain_by_ocsp_and_revocation_list(charger, issuer):
    """M07: each certificate by the source it names; a revoked one shows in both."""
    good, bad = issuer.issue("Good", ca=True), issuer.issue("Bad", ca=True)
    issuer.revoke(bad)
    with responder(issuer) as url:
        requests = [
            {"certificateHashData": issuer.hashes_of(certificate), "source": source, "urls": [url]}
            for source in ("OCSP", "CRL")
            for certificate in (good, bad)
        ]
        found = await chain_status(charger, requests)
    assert [item["status"] for item in found] == ["Good", "Revoked", "Good", "Revoked"]
    assert [item["certificateHashData"] for item in found] == [item["certificateHashData"] for item in requests]
    assert all(item["nextUpdate"] for item in found)


async def test_m07_the_second_address_is_asked_where_the_first_fails(charger, issuer):
    """M07: of several addresses the first that answers counts."""
    with responder(issuer) as url:
        data = issuer.hashes_of(issuer.issue("Good"))
        requests = [{"certificateHashData": data, "source": "OCSP", "urls": ["http://127.0.0.1:1/", url]}]
        (found,) = await chain_status(charger, requests)
    assert found["status"] == "Good"


async def test_m07_nobody_answers(charger, issuer):
    """M07: Failed, where no address answers."""
    requests = [
        {
            "certificateHashData": issuer.hashes_of(issuer.issue("Good")),
            "source": "CRL",
            "urls": ["http://127.0.0.1:1/"],
        }
    ]
    (found,) = await chain_status(charger, requests)
    assert found["status"] == "Failed"


class Vehicles:
    """A provider that has more contracts than were asked for."""

    signs = False
    wanted = []

    def contract_certificate(self, wanted):
        self.wanted.append(wanted)
        return Answer(base64.b64encode(b"Res").decode(), remaining=2)


async def test_m01_several_contracts(charger, settings):
    """M01: how many chains and which contracts are wanted goes to the provider, how many are left comes back."""
    settings.CONTRACT_CERTIFICATES = f"{__name__}.Vehicles"
    Vehicles.wanted.clear()
    request = {
        "iso15118SchemaVersion": "urn:iso:std:iso:15118:-20:CommonMessages",
        "action": "Install",
        "exiRequest": "AAAA",
        "maximumContractCertificateChains": 1,
        "prioritizedEMAIDs": ["DE1", "DE2"],
    }
    answer = await charger.call("Get15118EVCertificate", request)
    assert (answer["status"], answer["remainingContracts"]) == ("Accepted", 2)
    (wanted,) = Vehicles.wanted
    assert (wanted.most_chains, wanted.prioritized_emaids) == (1, ("DE1", "DE2"))
