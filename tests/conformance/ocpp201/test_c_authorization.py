"""OCPP 2.0.1 block C: authorization."""

from datetime import UTC, datetime, timedelta

import pytest

from stations.domain.certificates import CertificateUse
from stations.domain.x509_read import to_pem
from stations.models import Site
from stations.services import installed_certificates
from tests import pki
from tests.conformance.transaction import EVSE, TOKEN, Transaction

NOBODY = {"idToken": "NOBODY", "type": "ISO14443"}
CARD_2 = {"idToken": "CARD-2", "type": "ISO14443"}
PASS = {"idToken": "OFFICER", "type": "ISO14443"}
CONTRACT = {"idToken": "DE8AACA2B3C4D5", "type": "eMAID"}
FLEET = {"idToken": "FLEET", "type": "ISO14443"}
OFFICERS = {"idToken": "OFFICERS", "type": "ISO14443"}


@pytest.fixture
async def charger(connect):
    async with connect("ocpp2.0.1", evses=2) as charger:
        await charger.boot()
        yield charger


@pytest.fixture
def card(desk):
    """`await card("BLOCKED", status="blocked")` is a card the desk made."""

    async def make(value, **fields):
        return await desk.post("id-tokens/", {"value": value} | fields)

    return make


@pytest.fixture
async def group(desk, card):
    """CARD-1 and CARD-2 are of the group FLEET."""
    (known,) = await desk.list("id-tokens/?value=CARD-1")
    await desk.patch(f"id-tokens/{known['id']}/", {"parent": "FLEET"})
    await card("CARD-2", parent="FLEET")


@pytest.fixture
async def master_pass(desk, charger, card):
    """OFFICER is of the group that the station lets end everybody's sessions."""
    charger.answers["GetVariables"] = lambda payload: {
        "getVariableResult": [
            {**payload["getVariableData"][0], "attributeStatus": "Accepted", "attributeValue": "OFFICERS"}
        ]
    }
    await card("OFFICER", parent="OFFICERS")
    await desk.command("get_variables", variables=[{"component": "AuthCtrlr", "name": "MasterPassGroupId"}])


@pytest.fixture
async def contract(card):
    """The vehicle's contract is known."""
    await card(CONTRACT["idToken"], type="eMAID")


@pytest.fixture
def issuer(settings):
    """A mobility operator with its responder at loopback: `issuer.url`."""
    settings.PKI_HOSTS = ["127.0.0.1"]
    authority = pki.Authority("MO Root")
    with pki.responder(authority) as url:
        authority.url = url
        yield authority


async def ask(charger, token, **members):
    return await charger.call("Authorize", {"idToken": token} | members)


async def status_of(charger, token):
    return (await ask(charger, token))["idTokenInfo"]["status"]


def info_of(answer):
    """Status and group of an answer with idTokenInfo."""
    info = answer["idTokenInfo"]
    return info["status"], info.get("groupIdToken")


async def test_tc_c_02_local_start_transaction_authorization_invalid(charger):
    """C01.FR.07, C04.FR.01, C06.FR.04: nobody knows the token."""
    assert await status_of(charger, NOBODY) == "Invalid"
    for kind in ("KeyCode", "Local"):
        assert await status_of(charger, {"idToken": "1234", "type": kind}) == "Invalid"


async def test_tc_c_06_local_start_transaction_authorization_blocked(charger, card):
    """C01.FR.07: the token is blocked."""
    await card("LOST", status="blocked")
    assert await status_of(charger, {"idToken": "LOST", "type": "ISO14443"}) == "Blocked"


async def test_tc_c_07_local_start_transaction_authorization_expired(charger, card):
    """C01.FR.07: the token was good until yesterday."""
    await card("OLD", expires_at=(datetime.now(UTC) - timedelta(days=1)).isoformat())
    assert await status_of(charger, {"idToken": "OLD", "type": "ISO14443"}) == "Expired"


async def test_tc_c_08_authorization_through_authorization_cache_accepted(charger):
    """C12.FR.03: the station trusted its cache, and hears of us that it was right."""
    transaction = Transaction(charger)
    await transaction.start(evse=EVSE)
    answer = await transaction.update("Authorized", idToken=TOKEN)
    assert answer["idTokenInfo"]["status"] == "Accepted"


async def test_tc_c_20_authorization_through_authorization_cache_invalid(charger, desk):
    """C12.FR.03: the station trusted its cache, and hears of us that it was wrong."""
    transaction = Transaction(charger)
    await transaction.start(evse=EVSE)
    answer = await transaction.update("Authorized", idToken=NOBODY)
    assert answer["idTokenInfo"]["status"] == "Invalid"
    (session,) = await desk.list("sessions/?station=CP-1")
    assert session["id_token"] == "NOBODY"


async def test_tc_c_37_clear_authorization_data_in_authorization_cache_accepted(charger, desk):
    """C11: the station forgets whom it has seen."""
    command = await desk.command("clear_cache")
    assert (command["state"], command["result"]) == ("accepted", {"status": "Accepted"})
    assert (await charger.wait_for_call("ClearCache")).payload == {}


async def test_tc_c_38_clear_authorization_data_in_authorization_cache_rejected(charger, desk):
    """C11: the station does not, and the command says so."""
    charger.answers["ClearCache"] = {"status": "Rejected"}
    command = await desk.command("clear_cache")
    assert (command["state"], command["result"]) == ("rejected", {"status": "Rejected"})


async def test_tc_c_39_authorization_by_group_id_success(charger, group, desk):
    """C09.FR.02, C09.FR.03: each answer tells the group; another card of it ends what the first one began."""
    transaction = Transaction(charger)
    await transaction.start(evse=EVSE)
    assert info_of(await ask(charger, CARD_2)) == ("Accepted", FLEET)
    assert info_of(await transaction.update("Authorized", idToken=TOKEN)) == ("Accepted", FLEET)
    await transaction.update(state="Charging")
    assert info_of(await ask(charger, CARD_2)) == ("Accepted", FLEET)
    assert info_of(await transaction.update("StopAuthorized", idToken=CARD_2)) == ("Accepted", FLEET)
    await transaction.end("EVCommunicationLost", "Local")
    (session,) = await desk.list("sessions/?station=CP-1")
    assert (session["id_token"], session["stop_reason"]) == ("CARD-1", "Local")


async def test_tc_c_40_authorization_by_group_id_success_with_local_authorization_list(charger, group, desk):
    """C09.FR.02, C09.FR.03: both cards stand in the list with their group, and so in our answers."""
    charger.answers["SendLocalList"] = {"status": "Accepted"}
    await desk.command("send_local_list", update="full", entries=[{"id_token": "CARD-1"}, {"id_token": "CARD-2"}])
    listed = (await charger.wait_for_call("SendLocalList")).payload["localAuthorizationList"]
    assert [entry["idTokenInfo"]["groupIdToken"] for entry in listed] == [FLEET, FLEET]
    transaction = Transaction(charger)
    assert info_of(await transaction.start("Authorized", evse=EVSE, idToken=TOKEN)) == ("Accepted", FLEET)
    await transaction.update(state="Charging")
    assert info_of(await transaction.update("StopAuthorized", idToken=CARD_2)) == ("Accepted", FLEET)


async def test_tc_c_43_authorization_by_group_id_invalid_status_with_local_authorization_list(charger, group, desk):
    """C09.FR.02, C09.FR.03: the list calls a card invalid; asked, we say what it is by now."""
    charger.answers["SendLocalList"] = {"status": "Accepted"}
    await desk.command("send_local_list", update="full", entries=[{"id_token": "CARD-2", "status": "Invalid"}])
    transaction = Transaction(charger)
    assert info_of(await transaction.start("Authorized", evse=EVSE, idToken=TOKEN)) == ("Accepted", FLEET)
    await transaction.update(state="Charging")
    assert info_of(await ask(charger, CARD_2)) == ("Accepted", FLEET)
    assert info_of(await transaction.update("StopAuthorized", idToken=CARD_2)) == ("Accepted", FLEET)


async def two_sessions(charger, card):
    await card("CARD-2")
    both = [Transaction(charger, "TX-1"), Transaction(charger, "TX-2")]
    for number, (transaction, token) in enumerate(zip(both, (TOKEN, CARD_2), strict=True), 1):
        await transaction.start(evse={"id": number, "connectorId": 1})
        await transaction.update("Authorized", idToken=token)
        await transaction.update(state="Charging")
    return both


async def test_tc_c_47_stop_transaction_with_a_master_pass_with_ui_all_transactions(charger, master_pass, card, desk):
    """C16.FR.01: the pass is accepted with its group, and ends both sessions."""
    both = await two_sessions(charger, card)
    assert info_of(await ask(charger, PASS)) == ("Accepted", OFFICERS)
    for transaction in both:
        answer = await transaction.end("StopAuthorized", "MasterPass", idToken=PASS)
        assert info_of(answer) == ("Accepted", OFFICERS)
    sessions = await desk.list("sessions/?station=CP-1")
    assert {session["stop_reason"] for session in sessions} == {"MasterPass"}
    assert {session["id_token"] for session in sessions} == {"CARD-1", "CARD-2"}


async def test_tc_c_48_stop_transaction_with_a_master_pass_with_ui_specific_transactions(
    charger, master_pass, card, desk
):
    """C16.FR.01: the session that was chosen ends, the other one goes on."""
    first, _ = await two_sessions(charger, card)
    assert info_of(await ask(charger, PASS)) == ("Accepted", OFFICERS)
    answer = await first.end("StopAuthorized", "MasterPass", idToken=PASS)
    assert info_of(answer) == ("Accepted", OFFICERS)
    (running,) = await desk.list("sessions/?station=CP-1&open=true")
    assert running["transaction_id"] == "TX-2"


async def test_tc_c_49_stop_transaction_with_a_master_pass_without_ui(charger, master_pass, card, desk):
    """C16.FR.02: a station without a display ends all of them."""
    both = await two_sessions(charger, card)
    assert info_of(await ask(charger, PASS)) == ("Accepted", OFFICERS)
    for transaction in both:
        answer = await transaction.end("StopAuthorized", "MasterPass", idToken=PASS)
        assert answer["idTokenInfo"]["status"] == "Accepted"
    assert await desk.list("sessions/?station=CP-1&open=true") == []


async def test_tc_c_50_authorization_using_contract_certificates_local_validation_accepted(charger, contract, issuer):
    """C07.FR.04: the issuer's responder is asked about the certificate; contract and certificate are good."""
    certificate = issuer.issue("Contract")
    hashes = issuer.hashes_of(certificate) | {"responderURL": issuer.url}
    answer = await ask(charger, CONTRACT, iso15118CertificateHashData=[hashes])
    assert (answer["idTokenInfo"]["status"], answer["certificateStatus"]) == ("Accepted", "Accepted")
    assert [request.serial_number for request in issuer.asked] == [certificate.serial_number]
    started = await Transaction(charger).start("Authorized", evse=EVSE, idToken=CONTRACT)
    assert started["idTokenInfo"]["status"] == "Accepted"


async def test_tc_c_51_authorization_using_contract_certificates_local_validation_rejected(charger, contract, issuer):
    """C07.FR.16: the certificate is revoked, so the contract is Invalid."""
    certificate = issuer.issue("Contract")
    issuer.revoke(certificate)
    hashes = issuer.hashes_of(certificate) | {"responderURL": issuer.url}
    answer = await ask(charger, CONTRACT, iso15118CertificateHashData=[hashes])
    assert (answer["idTokenInfo"]["status"], answer["certificateStatus"]) == ("Invalid", "CertificateRevoked")


async def test_tc_c_52_authorization_using_contract_certificates_central_validation_accepted(
    charger, contract, issuer, depot, database
):
    """C07.FR.04, C07.FR.05: the chain comes whole; it leads to a root of ours, and its responder is asked."""
    await database(
        lambda: installed_certificates.add_root(
            organization=depot.organization, name="MO", use=CertificateUse.MO_ROOT, pem=issuer.pem
        )
    )
    certificate = issuer.issue("Contract", ocsp_url=issuer.url)
    answer = await ask(charger, CONTRACT, certificate=to_pem(certificate))
    assert (answer["idTokenInfo"]["status"], answer["certificateStatus"]) == ("Accepted", "Accepted")
    assert [request.serial_number for request in issuer.asked] == [certificate.serial_number]


async def test_a_good_certificate_of_a_blocked_contract_is_cancelled(charger, desk, contract, issuer):
    """C07.FR.13: the certificate is valid, the contract is not."""
    (known,) = await desk.list(f"id-tokens/?value={CONTRACT['idToken']}")
    await desk.patch(f"id-tokens/{known['id']}/", {"status": "blocked"})
    hashes = issuer.hashes_of(issuer.issue("Contract")) | {"responderURL": issuer.url}
    answer = await ask(charger, CONTRACT, iso15118CertificateHashData=[hashes])
    assert (answer["idTokenInfo"]["status"], answer["certificateStatus"]) == ("Blocked", "ContractCancelled")


async def test_a_start_button_is_nobody_to_be_refused(charger, desk):
    """C02.FR.02: a token of type NoAuthorization is accepted."""
    nobody = {"idToken": "", "type": "NoAuthorization"}
    answer = await Transaction(charger).start("Authorized", evse=EVSE, idToken=nobody)
    assert answer["idTokenInfo"] == {"status": "Accepted"}


async def test_what_we_asked_a_station_to_start_is_not_refused_afterwards(charger, desk):
    """C03, C05: a token of type Central is our own; one we never sent is nobody's."""
    charger.answers["RequestStartTransaction"] = {"status": "Accepted"}
    await desk.command("remote_start", id_token="PAYMENT-77", evse=1)
    sent = (await charger.wait_for_call("RequestStartTransaction")).payload["idToken"]
    answer = await Transaction(charger).start("RemoteStart", evse=EVSE, idToken=sent)
    assert (sent["type"], answer["idTokenInfo"]["status"]) == ("Central", "Accepted")
    assert await status_of(charger, {"idToken": "PAYMENT-78", "type": "Central"}) == "Invalid"


async def test_a_master_pass_starts_nothing(charger, master_pass):
    """C16.FR.03: tokens of the MasterPassGroupId shall not be allowed to start a transaction."""
    answer = await Transaction(charger).start("Authorized", evse=EVSE, idToken=PASS)
    assert answer["idTokenInfo"]["status"] == "Invalid"


async def test_an_answer_tells_all_that_is_known_of_a_token(charger, card):
    """C01.FR.06, C01.FR.08, C10: group, language, message, priority, and until when it may be cached."""
    await card(
        "VIP",
        parent="FLEET",
        language="de",
        message="Willkommen",
        charging_priority=5,
        expires_at="2031-01-01T00:00:00Z",
    )
    answer = await ask(charger, {"idToken": "VIP", "type": "ISO14443"})
    assert answer["idTokenInfo"] == {
        "status": "Accepted",
        "cacheExpiryDateTime": "2031-01-01T00:00:00.000Z",
        "chargingPriority": 5,
        "language1": "de",
        "groupIdToken": FLEET,
        "personalMessage": {"format": "UTF8", "content": "Willkommen", "language": "de"},
    }


async def test_a_second_session_of_a_token_is_told_so_where_the_site_wants_one(charger, database):
    """AuthorizationStatusEnumType, ConcurrentTx: only relevant for an answer to a transaction's start."""
    await database(lambda: Site.objects.update(one_session_per_token=True))
    await Transaction(charger).start("Authorized", evse=EVSE, idToken=TOKEN)
    assert await status_of(charger, TOKEN) == "Accepted"
    second = Transaction(charger, "TX-2")
    answer = await second.start("Authorized", evse={"id": 2, "connectorId": 1}, idToken=TOKEN)
    assert answer["idTokenInfo"]["status"] == "ConcurrentTx"
