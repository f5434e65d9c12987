"""OCPP 2.0.1 block N: what a station stores of a customer, told and cleared."""

import pytest

from stations.models import Frame

CARD = {"idToken": "CARD-1", "type": "ISO14443"}
CERTIFICATE = {
    "hash_algorithm": "SHA256",
    "issuer_name_hash": "aa",
    "issuer_key_hash": "bb",
    "serial_number": "1f",
}


@pytest.fixture
async def charger(connect):
    async with connect("ocpp2.0.1") as charger:
        await charger.boot()
        charger.answers["CustomerInformation"] = {"status": "Accepted"}
        yield charger


async def ask(charger, desk, **values):
    """Ask; the payload on the wire without its requestId, and that id."""
    await desk.command("customer_information", **values)
    payload = dict((await charger.wait_for_call("CustomerInformation")).payload)
    return payload, payload.pop("requestId")


async def tell(charger, request_id, text, *, number=0, more_follow=False):
    answer = await charger.call(
        "NotifyCustomerInformation",
        {
            "requestId": request_id,
            "data": text,
            "seqNo": number,
            "tbc": more_follow,
            "generatedAt": "2026-01-01T00:00:00Z",
        },
    )
    assert answer == {}


async def newest(desk):
    return (await desk.list("customer-information/"))[0]


async def test_tc_n_27_get_customer_information_with_data(charger, desk, database):
    """N09.FR.01, N09.FR.04: what a station stores of an id token is asked for, comes in parts and is read as one."""
    payload, request_id = await ask(charger, desk, report=True, id_token="CARD-1", id_token_type="ISO14443")
    assert payload == {"report": True, "clear": False, "idToken": CARD}
    await tell(charger, request_id, "three", number=1)
    assert (await newest(desk))["is_complete"] is False
    await tell(charger, request_id, "sessions ", number=0, more_follow=True)
    row = await newest(desk)
    assert (row["text"], row["is_complete"], row["request_id"]) == ("sessions three", True, request_id)
    assert (row["id_token"], row["wants_report"], row["wants_clearing"]) == ("CARD-1", True, False)
    frames = await database(
        lambda: [bytes(row.body) for row in Frame.objects.filter(action="NotifyCustomerInformation")]
    )
    assert frames
    assert not [frame for frame in frames if b"three" in frame or b"sessions" in frame]


async def test_tc_n_28_get_customer_information_without_data(charger, desk):
    """N09.FR.01, N09.FR.04: that there is nothing is told and shown, too."""
    _, request_id = await ask(charger, desk, report=True, id_token="CARD-1", id_token_type="ISO14443")
    await tell(charger, request_id, "no data found")
    row = await newest(desk)
    assert (row["text"], row["is_complete"]) == ("no data found", True)


async def test_tc_n_29_get_customer_information_not_accepted(charger, desk):
    """N09.FR.01, N09.FR.04: a refusal is shown."""
    charger.answers["CustomerInformation"] = {"status": "Rejected"}
    command = await desk.command("customer_information", report=True, id_token="CARD-1")
    assert command["state"] == "rejected"
    row = await newest(desk)
    assert (row["status"], row["is_complete"]) == ("Rejected", False)


async def test_tc_n_30_clear_customer_information_and_report_data(charger, desk):
    """N10.FR.08: a customer is forgotten, and what was stored is told once more."""
    payload, request_id = await ask(charger, desk, report=True, clear=True, id_token="CARD-1", id_token_type="ISO14443")
    assert payload == {"report": True, "clear": True, "idToken": CARD}
    await tell(charger, request_id, "sessions")
    row = await newest(desk)
    assert (row["text"], row["wants_clearing"]) == ("sessions", True)


async def test_tc_n_31_clear_customer_information_and_report_no_data(charger, desk):
    """N10.FR.08: a customer the station knows nothing of."""
    payload, request_id = await ask(charger, desk, report=True, clear=True, id_token="CARD-1", id_token_type="ISO14443")
    assert payload["clear"] is True
    await tell(charger, request_id, "")
    assert (await newest(desk))["is_complete"] is True


async def test_tc_n_32_clear_customer_information_without_report(charger, desk):
    """N10.FR.08: a customer is forgotten; the station only tells that it did."""
    payload, request_id = await ask(
        charger, desk, report=False, clear=True, id_token="CARD-1", id_token_type="ISO14443"
    )
    assert payload == {"report": False, "clear": True, "idToken": CARD}
    await tell(charger, request_id, "cleared")
    assert (await newest(desk))["text"] == "cleared"


async def test_tc_n_62_clear_customer_information_by_customer_identifier(charger, desk):
    """N10.FR.08: the customer is named by an identifier."""
    payload, request_id = await ask(charger, desk, report=True, clear=True, customer_identifier="OpenChargeAlliance")
    assert payload == {"report": True, "clear": True, "customerIdentifier": "OpenChargeAlliance"}
    await tell(charger, request_id, "x")
    assert (await newest(desk))["customer_identifier"] == "OpenChargeAlliance"


async def test_tc_n_63_clear_customer_information_by_certificate(charger, desk):
    """N10.FR.08: the customer is named by the hash data of their certificate."""
    payload, request_id = await ask(charger, desk, report=True, clear=True, certificate=CERTIFICATE)
    assert payload["customerCertificate"] == {
        "hashAlgorithm": "SHA256",
        "issuerNameHash": "aa",
        "issuerKeyHash": "bb",
        "serialNumber": "1f",
    }
    await tell(charger, request_id, "x")
    assert (await newest(desk))["certificate_serial_number"] == "1f"


async def test_tc_n_27_one_reference_to_a_customer_is_needed(charger, desk):
    """N09.FR.04: none, or two of them, never reach the wire."""
    nobody = await desk.command("customer_information", report=True)
    two = await desk.command("customer_information", report=True, id_token="CARD-1", customer_identifier="x")
    assert [command["state"] for command in (nobody, two)] == ["failed", "failed"]
    assert not [call for call in charger.received if call.action == "CustomerInformation"]


async def test_tc_n_46_clear_customer_information_updates_the_local_authorization_list(charger, desk):
    """N10.FR.02, N10.FR.08, D01.FR.01, D01.FR.06, D01.FR.18: a cleared customer leaves the local list, too."""
    charger.answers["SendLocalList"] = {"status": "Accepted"}
    entries = [{"id_token": "CARD-1", "id_token_type": "ISO14443"}, {"id_token": "OTHER"}]
    await desk.command("send_local_list", update="full", entries=entries)
    first = (await charger.wait_for_call("SendLocalList")).payload
    _, request_id = await ask(charger, desk, report=True, clear=True, id_token="CARD-1", id_token_type="ISO14443")
    await tell(charger, request_id, "sessions")
    second = (await charger.wait_for_call("SendLocalList")).payload
    assert second["updateType"] == "Differential"
    assert second["versionNumber"] > first["versionNumber"]
    assert [entry["idToken"] for entry in second["localAuthorizationList"]] == [CARD]
    assert "idTokenInfo" not in second["localAuthorizationList"][0]


async def test_tc_n_46_a_customer_who_is_in_no_list_changes_none(charger, desk):
    """N10.FR.02: only a list that holds the customer is changed."""
    await ask(charger, desk, clear=True, id_token="CARD-1", id_token_type="ISO14443")
    await desk.command("clear_cache")
    assert not [call for call in charger.received if call.action == "SendLocalList"]
