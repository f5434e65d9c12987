"""OCPP 2.1 block C: prepaid cards and ad hoc payment."""

from datetime import UTC, datetime

import pytest

from stations.models import Settlement
from tests.conformance.transaction import EVSE, Transaction

PREPAID = {"idToken": "PREPAID", "type": "ISO14443"}
PAYMENT = {
    "idToken": "psp-" + "0123456789" * 12,
    "type": "DirectPayment",
    "additionalInfo": [{"additionalIdToken": "1234", "type": "cardLast4Digits"}],
}
SETTLED_AT = "2026-03-01T12:00:00.000Z"


@pytest.fixture
async def charger(connect):
    async with connect("ocpp2.1") as charger:
        await charger.boot()
        yield charger


@pytest.fixture
def prepaid(desk):
    """`await prepaid("12.50")` is a card with that much left."""
    return lambda balance: desk.post("id-tokens/", {"value": "PREPAID", "prepaid_balance": balance})


async def ask(charger, token):
    return (await charger.call("Authorize", {"idToken": token}))["idTokenInfo"]


def is_now(text):
    return abs((datetime.fromisoformat(text) - datetime.now(UTC)).total_seconds()) < 30


async def settles(charger, status, **members):
    payload = {"pspRef": PAYMENT["idToken"], "status": status, "settlementAmount": 0, "settlementTime": SETTLED_AT}
    return await charger.call("NotifySettlement", payload | members)


async def test_c17_prepaid_card_with_credit(charger, prepaid):
    """C17.FR.01, C17.FR.03: accepted, never to be cached, and what is left is the session's limit, told once."""
    await prepaid("12.50")
    info = await ask(charger, PREPAID)
    assert info["status"] == "Accepted"
    assert is_now(info["cacheExpiryDateTime"])
    transaction = Transaction(charger)
    started = await transaction.start("Authorized", evse=EVSE, idToken=PREPAID)
    assert started["transactionLimit"] == {"maxCost": 12.5}
    assert "transactionLimit" not in await transaction.update(state="Charging")


async def test_c17_prepaid_card_shown_after_the_cable(charger, prepaid):
    """C17.FR.03: the limit goes with the answer to the event that brings the card."""
    await prepaid("3")
    transaction = Transaction(charger)
    assert "transactionLimit" not in await transaction.start(evse=EVSE)
    updated = await transaction.update("Authorized", idToken=PREPAID)
    assert updated["transactionLimit"] == {"maxCost": 3}


async def test_c17_prepaid_card_without_credit(charger, prepaid):
    """C17.FR.02: NoCredit, never to be cached."""
    await prepaid("0")
    info = await ask(charger, PREPAID)
    assert info["status"] == "NoCredit"
    assert is_now(info["cacheExpiryDateTime"])


async def test_c18_authorization_using_locally_connected_payment_terminal(charger, desk):
    """C18.FR.04, C18.FR.06: the payment service vouches for the card; its reference is the session's token."""
    assert await ask(charger, PAYMENT) == {"status": "Accepted"}
    info = {"transactionLimit": {"maxCost": 50}}
    started = await Transaction(charger).event("Started", "Authorized", evse=EVSE, idToken=PAYMENT, info=info)
    assert started["idTokenInfo"]["status"] == "Accepted"
    (session,) = await desk.list("sessions/?station=CP-1")
    assert session["id_token"] == PAYMENT["idToken"]


async def test_c18_a_payment_that_the_network_blocked_is_blocked(charger, desk):
    """C18.FR.07: the network may refuse a payment all the same."""
    await desk.post("id-tokens/", {"value": PAYMENT["idToken"], "type": "DirectPayment", "status": "blocked"})
    assert await ask(charger, PAYMENT) == {"status": "Blocked"}


async def test_c18_vat_number_validation(charger, desk):
    """C18.FR.09, C18.FR.10: by its country's pattern, with the EVSE of the question."""
    accepted = await charger.call("VatNumberValidation", {"vatNumber": "DE 123456789", "evseId": 1})
    assert accepted == {"vatNumber": "DE 123456789", "status": "Accepted", "evseId": 1}
    rejected = await charger.call("VatNumberValidation", {"vatNumber": "12"})
    assert rejected == {"vatNumber": "12", "status": "Rejected"}
    kept = [(check["evse"], check["is_accepted"]) for check in await desk.list("vat-checks/?station=CP-1")]
    assert kept == [(None, False), (1, True)]


async def test_c19_cancelation_prior_to_transaction(charger, desk):
    """C19.FR.02: the payment was released before a session began."""
    assert await settles(charger, "Canceled") == {}
    (settlement,) = await desk.list("settlements/?station=CP-1")
    shown = {name: settlement[name] for name in ("psp_ref", "status", "amount", "session", "settled_at")}
    assert shown == {
        "psp_ref": PAYMENT["idToken"],
        "status": "Canceled",
        "amount": "0.0000",
        "session": None,
        "settled_at": "2026-03-01T12:00:00Z",
    }


async def test_c20_cancelation_after_start_of_transaction(charger, desk):
    """C20.FR.05: the settlement names the session that cost nothing."""
    transaction = Transaction(charger)
    await transaction.start("Authorized", evse=EVSE, idToken=PAYMENT)
    await transaction.end("StopAuthorized", "Local")
    await settles(charger, "Canceled", transactionId="TX-1")
    (session,) = await desk.list("sessions/?station=CP-1")
    (settlement,) = await desk.list(f"settlements/?session={session['id']}")
    assert (settlement["transaction_id"], settlement["status"]) == ("TX-1", "Canceled")


async def test_c21_settlement_at_end_of_transaction(charger, desk, database):
    """C21.FR.02, C21.FR.04: amount, time and receipt are kept; told again it is one settlement still."""
    company = {"name": "Volta", "address1": "Main Street 1", "city": "Berlin", "country": "Germany"}
    details = {
        "settlementAmount": 23.45,
        "receiptId": "R-1",
        "receiptUrl": "https://psp.example/r/1",
        "vatNumber": "DE123456789",
        "vatCompany": company,
    }
    for _ in range(2):
        await settles(charger, "Settled", **details)
    (settlement,) = await desk.list("settlements/?psp_ref=" + PAYMENT["idToken"])
    shown = [settlement[name] for name in ("status", "amount", "receipt_id", "receipt_url", "vat_number", "company")]
    assert shown == ["Settled", "23.4500", "R-1", "https://psp.example/r/1", "DE123456789", company]
    assert await database(Settlement.objects.count) == 1


async def test_c22_settlement_is_rejected_or_fails(charger, desk):
    """C22.FR.01, C22.FR.02: both are kept, with what the terminal said of it."""
    await settles(charger, "Rejected", settlementAmount=9, statusInfo="Card declined")
    await settles(charger, "Failed", settlementAmount=9)
    settlements = await desk.list("settlements/")
    told = [(settlement["status"], settlement["status_info"]) for settlement in settlements]
    assert told == [("Failed", ""), ("Rejected", "Card declined")]


async def test_c23_increasing_authorization_amount(charger, desk):
    """C23.FR.02: the station raises the session's limit, and we take it down."""
    transaction = Transaction(charger)
    info = {"transactionLimit": {"maxCost": 50}}
    await transaction.event("Started", "Authorized", evse=EVSE, idToken=PAYMENT, info=info)
    await transaction.event("Updated", "LimitSet", info={"transactionLimit": {"maxCost": 70}})
    (session,) = await desk.list("sessions/?station=CP-1")
    assert session["details"]["transactionLimit"] == {"maxCost": 70}


async def test_c24_ad_hoc_payment_via_stand_alone_payment_terminal(charger, desk):
    """C24.FR.01, C24.FR.02: started for the payment's reference, with what was authorized as its limit."""
    charger.answers["RequestStartTransaction"] = {"status": "Accepted"}
    await desk.command(
        "remote_start", id_token=PAYMENT["idToken"], id_token_type="DirectPayment", evse=1, max_cost=40.0
    )
    request = (await charger.wait_for_call("RequestStartTransaction")).payload
    assert request["idToken"] == {"idToken": PAYMENT["idToken"], "type": "DirectPayment"}
    started = await Transaction(charger).event(
        "Started",
        "RemoteStart",
        evse=EVSE,
        idToken=request["idToken"],
        info={"remoteStartId": request["remoteStartId"]},
    )
    assert started["idTokenInfo"]["status"] == "Accepted"
    assert started["transactionLimit"] == {"maxCost": 40}


async def test_c25_ad_hoc_payment_via_a_qr_code(charger, desk):
    """C25.FR.21: the station is told that somebody who scanned the EVSE's code is paying."""
    charger.answers["NotifyWebPaymentStarted"] = {}
    command = await desk.command("notify_web_payment", evse=1, timeout_s=120)
    assert command["state"] == "accepted"
    received = await charger.wait_for_call("NotifyWebPaymentStarted")
    assert received.payload == {"evseId": 1, "timeout": 120}


TARIFF = {"tariffId": "DRIVER-1", "currency": "EUR", "energy": {"prices": [{"priceKwh": 0.29}]}}


async def test_i08_authorization_with_a_drivers_own_tariff(charger, desk):
    """I08: the tariff goes with the verdict, for a token that is accepted; Q01: so do the directions of energy."""
    terms = {"tariff": TARIFF, "energy_transfer": ["AC_three_phase", "AC_BPT"]}
    card = await desk.post("id-tokens/", {"value": "MEMBER", **terms})
    assert card["tariff"] == TARIFF
    answer = await charger.call("Authorize", {"idToken": {"idToken": "MEMBER", "type": "ISO14443"}})
    assert answer == {
        "idTokenInfo": {"status": "Accepted"},
        "tariff": TARIFF,
        "allowedEnergyTransfer": ["AC_three_phase", "AC_BPT"],
    }
    await desk.patch(f"id-tokens/{card['id']}/", {"status": "blocked"})
    answer = await charger.call("Authorize", {"idToken": {"idToken": "MEMBER", "type": "ISO14443"}})
    assert answer == {"idTokenInfo": {"status": "Blocked"}}


async def test_i08_a_tariff_that_no_station_could_read_is_refused(charger, desk):
    """I08: the schema is that of the answer which carries it."""
    for terms in ({"tariff": {"currency": "EUR"}}, {"energy_transfer": ["BACKWARDS"]}):
        await desk.post("id-tokens/", {"value": "MEMBER", **terms}, status=(400,))


async def test_c01_a_token_type_of_a_station_of_its_own(charger, desk):
    """IdTokenType.type is a text that stations may extend."""
    await desk.post("id-tokens/", {"value": "PLATE-1", "type": "LicensePlate"})
    assert (await ask(charger, {"idToken": "PLATE-1", "type": "LicensePlate"}))["status"] == "Accepted"


async def test_h04_a_reservation_whose_driver_came_without_a_session(charger, desk):
    """H04, NoTransaction: the reservation was used and no transaction began."""
    charger.answers["ReserveNow"] = {"status": "Accepted"}
    body = {"station": "CP-1", "id_token": "CARD-1", "evse": 1, "expires_at": "2031-01-01T00:00:00Z"}
    reservation = await desk.post("reservations/?wait=30", body)
    payload = {"reservationId": reservation["id"], "reservationUpdateStatus": "NoTransaction"}
    assert await charger.call("ReservationStatusUpdate", payload) == {}
    assert (await desk.get(f"reservations/{reservation['id']}/"))["state"] == "no_transaction"
