"""A virtual charger keeps places, and says how they end."""

from datetime import timedelta

import pytest

from stations.simulator.charger import Misuse


@pytest.fixture
async def charger(make_charger, protocol):
    """Booted, with two outlets, of either version."""
    async with make_charger(protocol=protocol, evses=2) as charger:
        await charger.boot()
        yield charger


@pytest.fixture
def reserve(charger, csms):
    """`await reserve(1, "TAG", number=7)`: the word of the answer; outlet None is any."""

    async def ask(outlet_id, tag, *, number=1, minutes=15):
        until = (charger.clock.now() + timedelta(minutes=minutes)).isoformat()
        if charger.profile.protocol == "ocpp1.6":
            payload = {"connectorId": outlet_id or 0, "expiryDate": until, "idTag": tag, "reservationId": number}
        else:
            payload = {"id": number, "expiryDateTime": until, "idToken": {"idToken": tag, "type": "ISO14443"}}
            payload |= {"evseId": outlet_id} if outlet_id else {}
        return (await csms.call("ReserveNow", payload))[2]["status"]

    return ask


def told(csms):
    """The reservationId of the last session's first message."""
    started = csms.payloads("StartTransaction") or csms.payloads("TransactionEvent")
    return started[-1].get("reservationId")


async def test_a_kept_place_is_shown_and_used_by_its_token_alone(charger, csms, reserve):
    assert await reserve(1, "TAG", number=7) == "Accepted"
    await csms.wait_until(lambda: "Reserved" in str(csms.payloads("StatusNotification")[-1]))
    await charger.plug_in(1)
    with pytest.raises(Misuse):
        await charger.start(1, "OTHER")
    await charger.start(1, "tag")
    assert told(csms) == 7


async def test_any_place_is_one_that_is_free(charger, reserve):
    await charger.plug_in(1)
    assert await reserve(None, "TAG") == "Accepted"
    assert charger.outlet(2).reserved is not None


async def test_why_no_place_is_kept(charger, reserve):
    await charger.plug_in(1)
    await charger.fault(2)
    assert [await reserve(number, "TAG") for number in (1, 2, None, 9)] == [
        "Occupied",
        "Faulted",
        "Occupied",
        "Rejected",
    ]


async def test_a_place_is_given_free_when_it_is_cancelled(charger, csms, reserve):
    await reserve(1, "TAG", number=7)
    words = [(await csms.call("CancelReservation", {"reservationId": 7}))[2]["status"] for _ in range(2)]
    assert words == ["Accepted", "Rejected"]
    assert charger.outlet(1).reserved is None


async def test_a_place_is_given_free_when_its_time_is_over(charger, csms, reserve):
    await reserve(1, "TAG", number=7, minutes=1)
    await charger.advance(61)
    assert charger.outlet(1).reserved is None
    updates = csms.payloads("ReservationStatusUpdate")
    expected = [] if charger.profile.protocol == "ocpp1.6" else ["Expired"]
    assert [update["reservationUpdateStatus"] for update in updates] == expected


async def test_a_place_that_breaks_is_kept_no_longer(charger, reserve):
    await reserve(1, "TAG")
    await charger.fault(1)
    assert charger.outlet(1).reserved is None
