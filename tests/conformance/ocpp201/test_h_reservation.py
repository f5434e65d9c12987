"""OCPP 2.0.1 block H: reservation."""

from datetime import UTC, datetime, timedelta

import pytest

from stations.models import Connector
from stations.services import reservations
from tests.conformance.transaction import EVSE, TOKEN, Transaction


@pytest.fixture
async def charger(connect):
    async with connect("ocpp2.0.1", evses=2) as charger:
        await charger.boot()
        charger.answers["ReserveNow"] = {"status": "Accepted"}
        charger.answers["CancelReservation"] = {"status": "Accepted"}
        yield charger


@pytest.fixture
def reserve(desk):
    """`await reserve(evse=1)` asks at the desk for a reservation and shows it once it is answered."""

    async def ask(*, minutes=30, **values):
        expires_at = (datetime.now(UTC) + timedelta(minutes=minutes)).isoformat()
        body = {"station": "CP-1", "id_token": "CARD-1", "expires_at": expires_at}
        return await desk.post("reservations/?wait=30", body | values)

    return ask


@pytest.fixture
def now(desk):
    """`await now(reservation)` is the reservation as it is by now."""
    return lambda reservation: desk.get(f"reservations/{reservation['id']}/")


async def says_status(charger, status, evse_id=1):
    payload = {
        "timestamp": datetime.now(UTC).isoformat(),
        "connectorStatus": status,
        "evseId": evse_id,
        "connectorId": 1,
    }
    await charger.call("StatusNotification", payload)


async def updates(charger, reservation, status):
    payload = {"reservationId": reservation["id"], "reservationUpdateStatus": status}
    return await charger.call("ReservationStatusUpdate", payload)


async def test_tc_h_01_reserve_a_specific_evse_accepted_valid_id_token(charger, desk, reserve, now, database):
    """H01, H03: the EVSE is kept for the token, and the transaction under the reservation uses it."""
    reservation = await reserve(evse=1)
    assert (reservation["state"], reservation["answer"]) == ("accepted", "Accepted")
    received = (await charger.wait_for_call("ReserveNow")).payload
    assert (received["evseId"], received["idToken"], received["id"]) == (1, TOKEN, reservation["id"])
    assert "connectorType" not in received
    await says_status(charger, "Reserved")
    assert await database(lambda: Connector.objects.get(evse__number=1).status) == "reserved"
    transaction = Transaction(charger)
    await transaction.start(evse=EVSE)
    await transaction.update("Authorized", idToken=TOKEN, reservationId=reservation["id"])
    used = await now(reservation)
    session = await desk.get(f"sessions/{used['session']}/")
    assert (used["state"], session["transaction_id"]) == ("used", "TX-1")


async def test_tc_h_07_reserve_a_specific_evse_reservation_ended_not_used(charger, reserve, now):
    """H01, H04: nobody came; the station says so."""
    reservation = await reserve(evse=1)
    await says_status(charger, "Reserved")
    await says_status(charger, "Available")
    assert await updates(charger, reservation, "Expired") == {}
    assert (await now(reservation))["state"] == "expired"


async def test_tc_h_08_reserve_an_unspecified_evse_accepted(charger, reserve):
    """H01, H03: any EVSE, of any connector."""
    reservation = await reserve()
    assert (reservation["state"], reservation["evse"]) == ("accepted", None)
    received = (await charger.wait_for_call("ReserveNow")).payload
    assert set(received) == {"id", "expiryDateTime", "idToken"}
    assert received["idToken"] == TOKEN


async def test_tc_h_14_reserve_an_unspecified_evse_as_many_as_there_are(charger, reserve, desk):
    """H01: each reservation has its own number; the statuses are taken as they come."""
    numbers = [(await reserve())["id"] for _ in range(2)]
    received = [(await charger.wait_for_call("ReserveNow")).payload["id"] for _ in range(2)]
    assert received == numbers
    for evse_id in (1, 2):
        await says_status(charger, "Reserved", evse_id)
    station = await desk.get("stations/CP-1/")
    assert [evse["status"] for evse in station["evses"]] == ["reserved", "reserved"]


async def test_tc_h_15_reserve_a_connector_with_a_specific_type_success(charger, reserve):
    """H01, H03: any EVSE with such a connector."""
    reservation = await reserve(connector_type="cCCS2")
    assert (reservation["state"], reservation["connector_type"]) == ("accepted", "cCCS2")
    received = (await charger.wait_for_call("ReserveNow")).payload
    assert (received["connectorType"], received["idToken"]) == ("cCCS2", TOKEN)
    assert "evseId" not in received


async def test_tc_h_17_cancel_reservation_of_an_evse_success(charger, desk, reserve):
    """H02: cancelled once the station says so, and never by a status alone."""
    reservation = await reserve(evse=1)
    await says_status(charger, "Reserved")
    cancelled = await desk.post(f"reservations/{reservation['id']}/cancel/?wait=30", {})
    received = await charger.wait_for_call("CancelReservation")
    assert received.payload == {"reservationId": reservation["id"]}
    await says_status(charger, "Available")
    assert cancelled["state"] == "cancelled"


async def test_tc_h_19_reserve_a_specific_evse_use_a_reserved_evse_with_group_id(charger, reserve):
    """H01, H03: the whole group may use the place."""
    reservation = await reserve(evse=1, group_id_token="FLEET")
    received = (await charger.wait_for_call("ReserveNow")).payload
    assert received["groupIdToken"]["idToken"] == "FLEET"
    assert (received["evseId"], received["idToken"]) == (1, TOKEN)
    assert (reservation["state"], reservation["group_id_token"]) == ("accepted", "FLEET")


async def test_tc_h_20_charging_station_cancels_reservation_when_faulted(charger, reserve, now):
    """H01: the station removed the reservation itself."""
    reservation = await reserve(evse=1)
    await says_status(charger, "Reserved")
    await says_status(charger, "Faulted")
    assert (await now(reservation))["state"] == "accepted"
    assert await updates(charger, reservation, "Removed") == {}
    assert (await now(reservation))["state"] == "removed"


async def test_tc_h_22_reserve_a_specific_evse_configured_to_reject(charger, reserve):
    """H01.FR.01: the station takes no reservations, and its word stands on this one."""
    charger.answers["ReserveNow"] = {"status": "Rejected"}
    reservation = await reserve(evse=1)
    assert (reservation["state"], reservation["answer"]) == ("rejected", "Rejected")


async def test_a_number_that_comes_again_replaces_its_reservation(charger, desk):
    """H01.FR.02: as in the station, so here."""
    until = (datetime.now(UTC) + timedelta(hours=1)).isoformat()
    for evse_id in (1, 2):
        await desk.call("ReserveNow", {"id": 7, "expiryDateTime": until, "idToken": TOKEN, "evseId": evse_id})
    (reservation,) = await desk.list("reservations/?station=CP-1")
    assert (reservation["id"], reservation["evse"], reservation["state"]) == (7, 2, "accepted")


async def test_a_session_told_after_the_end_is_proof_of_use(charger, reserve, now, database):
    """H03.FR.09: a station that was offline tells of it late."""
    reservation = await reserve(evse=1, minutes=0)
    await database(reservations.sweep)
    assert (await now(reservation))["state"] == "expired"
    await Transaction(charger).start(evse=EVSE, idToken=TOKEN, reservationId=reservation["id"])
    assert (await now(reservation))["state"] == "used"


async def test_an_update_on_a_reservation_we_never_heard_of_is_kept(charger, desk):
    """H04: the station is answered, and what it told stands there."""
    assert await updates(charger, {"id": 5}, "Removed") == {}
    (reservation,) = await desk.list("reservations/?station=CP-1")
    assert (reservation["id"], reservation["state"]) == (5, "removed")


async def test_a_remote_start_names_the_group_that_a_place_is_kept_for(charger, desk, reserve):
    """F01: groupIdToken only matters where a reservation for the group is active."""
    card = (await desk.list("id-tokens/?value=CARD-1"))[0]
    await desk.patch(f"id-tokens/{card['id']}/", {"parent": "FLEET"})
    await desk.command("remote_start", id_token="CARD-1", evse=1)
    assert "groupIdToken" not in (await charger.wait_for_call("RequestStartTransaction")).payload
    await reserve(evse=1, id_token="CARD-2", group_id_token="FLEET")
    await desk.command("remote_start", id_token="CARD-1", evse=1)
    received = await charger.wait_for_call("RequestStartTransaction")
    assert received.payload["groupIdToken"] == {"idToken": "FLEET", "type": "ISO14443"}
