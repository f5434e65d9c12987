"""OCPP 2.0.1 C07: a vehicle identifies itself with its contract certificate."""

import pytest

from drivers.models import IdToken
from stations.domain.x509_read import to_pem
from tests import factories
from tests.pki import Authority, responder

EMAID = "DEVLTC00000001"


@pytest.fixture
async def charger(connect, depot, database, settings):
    settings.PKI_HOSTS = ["127.0.0.1"]
    await database(lambda: factories.IdTokenFactory(organization=depot.organization, value=EMAID, type="eMAID"))
    async with connect("ocpp2.0.1") as charger:
        await charger.boot()
        yield charger


@pytest.fixture
def mobility():
    return Authority("Mobility operator")


async def authorize(charger, **more):
    return await charger.call("Authorize", {"idToken": {"idToken": EMAID, "type": "eMAID"}, **more})


async def judged(charger, mobility, contract):
    """The answer on a contract whose hashes the station tells."""
    with responder(mobility) as url:
        hashes = [mobility.hashes_of(contract) | {"responderURL": url}]
        answer = await authorize(charger, iso15118CertificateHashData=hashes)
    assert [request.serial_number for request in mobility.asked] == [contract.serial_number]
    return answer["idTokenInfo"]["status"], answer["certificateStatus"]


async def test_tc_c_50_hashes_of_a_valid_contract(charger, mobility):
    """C07.FR.04: the responder named is asked, then token and certificate are accepted."""
    assert await judged(charger, mobility, mobility.issue(EMAID)) == ("Accepted", "Accepted")


async def test_tc_c_51_hashes_of_a_revoked_contract(charger, mobility):
    """C07.FR.16: a revoked certificate makes the token invalid."""
    contract = mobility.issue(EMAID)
    mobility.revoke(contract)
    assert await judged(charger, mobility, contract) == ("Invalid", "CertificateRevoked")


@pytest.fixture
async def trusted(desk, mobility):
    """An operator has entered the mobility operator's root."""
    await desk.post("root-certificates/", {"name": "MO", "use": "MORootCertificate", "pem": mobility.pem})


async def test_tc_c_52_the_certificate_itself(charger, mobility, trusted):
    """C07.FR.04, C07.FR.05: its chain is checked here, and the responder that it names is asked."""
    with responder(mobility) as url:
        answer = await authorize(charger, certificate=to_pem(mobility.issue(EMAID, ocsp_url=url)))
    assert len(mobility.asked) == 1
    assert (answer["idTokenInfo"]["status"], answer["certificateStatus"]) == ("Accepted", "Accepted")


async def test_a_contract_of_an_operator_nobody_knows_is_refused(charger, mobility):
    """C07.FR.17: no root that could check it."""
    answer = await authorize(charger, certificate=to_pem(mobility.issue(EMAID)))
    assert (answer["idTokenInfo"]["status"], answer["certificateStatus"]) == ("Invalid", "NoCertificateAvailable")


async def test_an_expired_contract_is_refused(charger, mobility, trusted):
    """C07.FR.15."""
    answer = await authorize(charger, certificate=to_pem(mobility.issue(EMAID, days=-1)))
    assert (answer["idTokenInfo"]["status"], answer["certificateStatus"]) == ("Expired", "CertificateExpired")


async def test_a_good_certificate_of_a_blocked_contract_is_cancelled(charger, mobility, database):
    """C07.FR.13."""
    await database(lambda: IdToken.objects.filter(value=EMAID).update(status="blocked"))
    assert await judged(charger, mobility, mobility.issue(EMAID)) == ("Blocked", "ContractCancelled")


async def test_a_responder_that_does_not_answer_vouches_for_nobody(charger, mobility):
    """C07.FR.17."""
    hashes = [mobility.hashes_of(mobility.issue(EMAID)) | {"responderURL": "http://127.0.0.1:1/"}]
    answer = await authorize(charger, iso15118CertificateHashData=hashes)
    assert (answer["idTokenInfo"]["status"], answer["certificateStatus"]) == ("Invalid", "CertChainError")
