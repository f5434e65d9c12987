"""OCPP 1.6 sections 5.13 and 5.2: reservation."""

from datetime import UTC, datetime, timedelta

import pytest

from drivers.models import IdToken
from stations.services import reservations
from stations.simulator.charger import CallError
from tests import factories


def in_minutes(minutes):
    return (datetime.now(UTC) + timedelta(minutes=minutes)).isoformat()


@pytest.fixture
async def charger(connect):
    async with connect("ocpp1.6") as charger:
        await charger.boot()
        charger.answers["ReserveNow"] = {"status": "Accepted"}
        charger.answers["CancelReservation"] = {"status": "Accepted"}
        yield charger


@pytest.fixture
def reserve(desk):
    """`await reserve(evse=1)` asks at the desk for a reservation and shows it once it is answered."""

    async def ask(*, minutes=30, **values):
        body = {"station": "CP-1", "id_token": "CARD-1", "expires_at": in_minutes(minutes)}
        return await desk.post("reservations/?wait=30", body | values)

    return ask


async def says_status(charger, status, connector_id=1, error="NoError"):
    payload = {"connectorId": connector_id, "errorCode": error, "status": status}
    await charger.call("StatusNotification", payload)


async def starts(charger, id_tag, **members):
    payload = {
        "connectorId": 1,
        "idTag": id_tag,
        "meterStart": 0,
        "timestamp": datetime.now(UTC).isoformat(),
    }
    return await charger.call("StartTransaction", payload | members)


async def test_tc_046_reservation_of_a_connector_transaction(charger, desk, reserve):
    """The place is kept, and used by the transaction that names the reservation."""
    reservation = await reserve(evse=1)
    assert reservation["state"] == "accepted"
    received = await charger.wait_for_call("ReserveNow")
    assert received.payload["connectorId"] == 1
    assert received.payload["idTag"] == "CARD-1"
    assert received.payload["reservationId"] == reservation["id"]
    await says_status(charger, "Reserved")
    answer = await starts(charger, "CARD-1", reservationId=reservation["id"])
    assert answer["idTagInfo"]["status"] == "Accepted"
    used = await desk.get(f"reservations/{reservation['id']}/")
    session = await desk.get(f"sessions/{used['session']}/")
    assert (used["state"], session["transaction_id"]) == ("used", str(answer["transactionId"]))


async def test_tc_047_reservation_of_a_connector_expires(charger, desk, reserve, database):
    """The charge point only shows Available again; the reservation's time says what that means."""
    reservation = await reserve(evse=1, minutes=0)
    await says_status(charger, "Reserved")
    await says_status(charger, "Available")
    await database(reservations.sweep)
    assert (await desk.get(f"reservations/{reservation['id']}/"))["state"] == "expired"


async def refused(charger, desk, reserve, word):
    charger.answers["ReserveNow"] = {"status": word}
    reservation = await reserve(evse=1)
    received = await charger.wait_for_call("ReserveNow")
    assert (received.payload["connectorId"], received.payload["idTag"]) == (1, "CARD-1")
    assert (reservation["state"], reservation["answer"]) == ("rejected", word)
    [command] = await desk.list("commands/?kind=reserve")
    assert (command["state"], command["result"]) == ("rejected", {"status": word})


async def test_tc_048_1_reservation_of_a_connector_faulted(charger, desk, reserve):
    """The charge point's word stands on the reservation that was not made."""
    await refused(charger, desk, reserve, "Faulted")


async def test_tc_048_2_reservation_of_a_connector_occupied(charger, desk, reserve):
    """The charge point's word stands on the reservation that was not made."""
    await refused(charger, desk, reserve, "Occupied")


async def test_tc_048_3_reservation_of_a_connector_unavailable(charger, desk, reserve):
    """The charge point's word stands on the reservation that was not made."""
    await refused(charger, desk, reserve, "Unavailable")


async def test_tc_048_4_reservation_of_a_connector_rejected(charger, desk, reserve):
    """The charge point's word stands on the reservation that was not made."""
    await refused(charger, desk, reserve, "Rejected")


async def test_tc_049_reservation_of_a_charge_point_transaction(charger, desk, reserve):
    """Connector 0 is the whole charge point; any connector's transaction uses it up."""
    reservation = await reserve()
    received = await charger.wait_for_call("ReserveNow")
    assert received.payload["connectorId"] == 0
    await starts(charger, "CARD-1", reservationId=reservation["id"])
    assert (await desk.get(f"reservations/{reservation['id']}/"))["state"] == "used"


async def test_tc_051_cancel_reservation(charger, desk, reserve):
    """The reservation is cancelled once the charge point says so."""
    reservation = await reserve(evse=1)
    await says_status(charger, "Reserved")
    cancelled = await desk.post(f"reservations/{reservation['id']}/cancel/?wait=30", {})
    assert cancelled["state"] == "cancelled"
    received = await charger.wait_for_call("CancelReservation")
    assert received.payload == {"reservationId": reservation["id"]}


async def test_tc_052_cancel_reservation_rejected(charger, desk, reserve):
    """Rejected says that the charge point holds no such reservation: neither do we any longer."""
    charger.answers["CancelReservation"] = {"status": "Rejected"}
    reservation = await reserve(evse=1)
    command = await desk.command("cancel_reservation", reservation_id=reservation["id"])
    assert (command["state"], command["result"]) == ("rejected", {"status": "Rejected"})
    assert (await desk.get(f"reservations/{reservation['id']}/"))["state"] == "removed"


async def test_tc_053_use_a_reserved_connector_with_parent_id_tag(charger, desk, depot, reserve, database):
    """Another card of the group may use the place; its parent is in our answer."""
    await database(lambda: IdToken.objects.update(parent="FLEET-7"))
    await database(lambda: factories.IdTokenFactory(organization=depot.organization, value="CARD-2", parent="FLEET-7"))
    reservation = await reserve(evse=1, group_id_token="FLEET-7")
    received = await charger.wait_for_call("ReserveNow")
    assert received.payload["parentIdTag"] == "FLEET-7"
    authorized = await charger.call("Authorize", {"idTag": "CARD-2"})
    assert authorized["idTagInfo"] == {"status": "Accepted", "parentIdTag": "FLEET-7"}
    await starts(charger, "CARD-2", reservationId=reservation["id"])
    assert (await desk.get(f"reservations/{reservation['id']}/"))["state"] == "used"


async def test_a_start_that_does_not_name_its_reservation_uses_it_all_the_same(charger, desk, reserve):
    """Section 5.13: a transaction for the reserved idTag on the reserved connector ends the reservation."""
    reservation = await reserve(evse=1)
    await starts(charger, "card-1")
    assert (await desk.get(f"reservations/{reservation['id']}/"))["state"] == "used"


async def test_a_reserved_connector_that_faults_keeps_no_place(charger, desk, reserve):
    """Section 5.13: the reservation ends when the connector is set to Faulted or Unavailable."""
    reservation = await reserve(evse=1)
    await says_status(charger, "Faulted", error="GroundFailure")
    assert (await desk.get(f"reservations/{reservation['id']}/"))["state"] == "removed"


async def test_a_reservation_made_by_a_raw_call_is_one_like_any_other(charger, desk):
    """The effects hang on the messages: number, token and connector are as on the wire, known or not."""
    expiry = in_minutes(30)
    payload = {"connectorId": 9, "expiryDate": expiry, "idTag": "NOBODY", "reservationId": 4711}
    await desk.call("ReserveNow", payload)
    [reservation] = await desk.list("reservations/?station=CP-1")
    kept = {name: reservation[name] for name in ("id", "state", "id_token", "evse", "answer")}
    assert kept == {"id": 4711, "state": "accepted", "id_token": "NOBODY", "evse": 9, "answer": "Accepted"}
    await desk.call("CancelReservation", {"reservationId": 4711})
    assert (await desk.get("reservations/4711/"))["state"] == "cancelled"


async def test_a_transaction_under_a_reservation_we_never_heard_of_is_kept(charger, desk):
    """A charge point is never refused because it names a number that we do not know."""
    answer = await starts(charger, "CARD-1", reservationId=99)
    assert answer["idTagInfo"]["status"] == "Accepted"
    assert (await desk.get("reservations/99/"))["state"] == "used"


async def test_a_reservation_without_an_answer_that_can_be_read_failed(charger, desk, reserve, database):
    """A CALLERROR is no promise to keep a place."""
    charger.answers["ReserveNow"] = CallError("NotSupported", "no reservations here")
    reservation = await reserve(evse=1)
    await database(reservations.sweep)
    assert (await desk.get(f"reservations/{reservation['id']}/"))["state"] == "failed"


async def test_a_number_of_more_than_32_bits_does_not_stand_in_the_way(charger, desk):
    """What no message can carry fails by itself, and the next command follows."""
    until = in_minutes(5)
    hopeless = await desk.command("reserve", id_token="CARD-1", expires_at=until, reservation_id=2**40)
    longwinded = await desk.command("reserve", id_token="x" * 5000, expires_at=until)
    following = await desk.command("clear_cache")
    assert [hopeless["state"], longwinded["state"], following["state"]] == ["failed", "failed", "accepted"]


async def test_a_raw_reservation_with_a_time_that_is_none_is_refused_here(charger, desk):
    """It would reach no charge point that reads it."""
    payload = {"connectorId": 1, "expiryDate": "soon", "idTag": "CARD-1", "reservationId": 1}
    body = {"action": "ReserveNow", "payload": payload}
    await desk.post("stations/CP-1/calls/", body, status=(400,))


async def test_a_reservation_by_command_has_its_number_from_its_row(charger, desk):
    """The neutral command gives one out where none is given."""
    command = await desk.command("reserve", id_token="CARD-1", evse=1, expires_at=in_minutes(5))
    (reservation,) = await desk.list(f"reservations/?command={command['id']}")
    received = await charger.wait_for_call("ReserveNow")
    assert received.payload["reservationId"] == reservation["id"]
    assert reservation["state"] == "accepted"
