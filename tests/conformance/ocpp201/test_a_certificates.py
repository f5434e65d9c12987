"""OCPP 2.0.1 A02 and A03: a station's own certificates."""

from datetime import timedelta

import pytest
from cryptography import x509
from django.utils import timezone

from stations.domain.x509_read import common_name, is_issued_by, load_chain
from stations.models import Fact, StationCertificate
from stations.services import authority, certificates
from stations.simulator.transport import CallError
from tests.pki import signing_request


@pytest.fixture
async def charger(connect):
    async with connect("ocpp2.0.1") as charger:
        await charger.boot()
        charger.answers["CertificateSigned"] = {"status": "Accepted"}
        charger.answers["TriggerMessage"] = {"status": "Accepted"}
        yield charger


async def status_of(database, purpose, status):
    rows = StationCertificate.objects.filter(purpose=purpose, status=status)
    return await database.until(rows.first, f"{purpose} is {status}")


async def test_tc_a_11_certificate_of_the_station_by_request_of_the_csms(charger, desk, database):
    """A02.FR.11, A02.FR.14, F06.FR.01: trigger, signing request, accepted, and the certificate of that type."""
    command = await desk.command("renew_certificate")
    assert command["state"] == "accepted"
    assert (await charger.wait_for_call("TriggerMessage")).payload == {
        "requestedMessage": "SignChargingStationCertificate"
    }
    request = {"csr": signing_request(), "certificateType": "ChargingStationCertificate"}
    assert await charger.call("SignCertificate", request) == {"status": "Accepted"}
    sent = (await charger.wait_for_call("CertificateSigned")).payload
    assert sent["certificateType"] == "ChargingStationCertificate"
    (leaf,) = load_chain(sent["certificateChain"])
    assert common_name(leaf.subject) == "CP-1"
    assert leaf.public_key() == x509.load_pem_x509_csr(request["csr"].encode()).public_key()
    assert is_issued_by(leaf, load_chain(authority.roots()[0])[0])
    row = await status_of(database, "ChargingStationCertificate", "active")
    assert row.not_after > timezone.now() + timedelta(days=300)
    (shown,) = await desk.list("stations/CP-1/certificates/")
    assert (shown["status"], shown["common_name"]) == ("active", "CP-1")


async def test_tc_a_12_v2g_certificate_by_request_of_the_csms(charger, desk, database):
    """A02.FR.11, F06.FR.01: the same for the certificate that vehicles see, of another root."""
    command = await desk.command("renew_certificate", purpose="v2g", evse=1)
    assert command["state"] == "accepted"
    assert (await charger.wait_for_call("TriggerMessage")).payload == {
        "requestedMessage": "SignV2GCertificate",
        "evse": {"id": 1},
    }
    request = {"csr": signing_request("SECC-77"), "certificateType": "V2GCertificate"}
    assert await charger.call("SignCertificate", request) == {"status": "Accepted"}
    sent = (await charger.wait_for_call("CertificateSigned")).payload
    assert sent["certificateType"] == "V2GCertificate"
    (leaf,) = load_chain(sent["certificateChain"])
    assert common_name(leaf.subject) == "SECC-77"
    assert not is_issued_by(leaf, load_chain(authority.roots()[0])[0])
    await status_of(database, "V2GCertificate", "active")


async def test_tc_a_13_one_certificate_for_both(charger, desk, database):
    """A02.FR.11: a request without a type is answered with a certificate without one."""
    await desk.command("renew_certificate", purpose="combined")
    assert (await charger.wait_for_call("TriggerMessage")).payload == {"requestedMessage": "SignCombinedCertificate"}
    assert await charger.call("SignCertificate", {"csr": signing_request()}) == {"status": "Accepted"}
    assert (await charger.wait_for_call("CertificateSigned")).payload.keys() == {"certificateChain"}
    await status_of(database, "Combined", "active")


async def test_tc_a_14_a_certificate_that_the_station_refuses(charger, desk, database):
    """N/a: the station answers Rejected and tells a security event; the CSMS keeps both, and sends nothing again."""
    charger.answers["CertificateSigned"] = {
        "status": "Rejected",
        "statusInfo": {"reasonCode": "InvalidCertificate", "additionalInfo": "Unknown root"},
    }
    request = {"csr": signing_request(), "certificateType": "ChargingStationCertificate"}
    assert await charger.call("SignCertificate", request) == {"status": "Accepted"}
    await charger.wait_for_call("CertificateSigned")
    event = {"type": "InvalidChargingStationCertificate", "timestamp": "2027-01-01T00:00:00Z"}
    assert await charger.call("SecurityEventNotification", event) == {}
    row = await status_of(database, "ChargingStationCertificate", "rejected")
    assert "Unknown root" in row.problem
    assert row.due_at is None
    assert await database(Fact.objects.filter(kind="certificate.rejected").exists)


async def test_a_station_that_cannot_be_given_a_certificate_is_told_why(charger, desk, database):
    """A02.FR.12: a request in somebody else's name is rejected with the reason, and an operator sees it."""
    answer = await charger.call("SignCertificate", {"csr": signing_request("CP-2")})
    assert answer["status"] == "Rejected"
    assert answer["statusInfo"]["reasonCode"] == "InvalidCSR"
    assert "CP-2" in answer["statusInfo"]["additionalInfo"]
    (shown,) = await desk.list("stations/CP-1/certificates/")
    assert shown["status"] == "failed"
    assert "CP-2" in shown["problem"]


async def test_a_certificate_near_its_end_is_renewed(charger, desk, database):
    """A03.FR.02, seen from here: the station is asked in time, once, and people are told."""
    request = {"csr": signing_request(), "certificateType": "ChargingStationCertificate"}
    await charger.call("SignCertificate", request)
    row = await status_of(database, "ChargingStationCertificate", "active")
    near = row.not_after - timedelta(days=29)
    assert await database(lambda: certificates.sweep(now=near)) == 1
    assert await database(lambda: certificates.sweep(now=near)) == 0
    sent = await charger.wait_for_call("TriggerMessage")
    assert sent.payload == {"requestedMessage": "SignChargingStationCertificate"}
    assert await database(Fact.objects.filter(kind="certificate.expiring").count) == 1


async def test_a_station_that_waits_for_acceptance_may_renew_its_certificate(connect, desk):
    """A00.FR.806: credentials from the factory are replaced while it is Pending; unasked it may not."""
    async with connect("ocpp2.0.1", station={"registration": "Pending"}) as charger:
        charger.answers["TriggerMessage"] = {"status": "Accepted"}
        charger.answers["CertificateSigned"] = {"status": "Accepted"}
        request = {"csr": signing_request(), "certificateType": "ChargingStationCertificate"}
        with pytest.raises(CallError, match="SecurityError"):
            await charger.call("SignCertificate", request)
        command = await desk.command("renew_certificate")
        assert command["state"] == "accepted"
        assert await charger.call("SignCertificate", request) == {"status": "Accepted"}
        await charger.wait_for_call("CertificateSigned")
