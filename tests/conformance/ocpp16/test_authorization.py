"""OCPP 1.6: whom we answer what, when it is asked and when it is told afterwards."""

from datetime import UTC, datetime, timedelta

import pytest

from drivers.models import IdToken
from stations.models import Session, Site
from tests import factories

FAR = datetime(2031, 1, 1, tzinfo=UTC)


@pytest.fixture
async def charger(connect):
    async with connect("ocpp1.6", evses=2) as charger:
        await charger.boot()
        yield charger


@pytest.fixture
def card(desk):
    """`await card("BLOCKED", status="blocked")` is a card the desk made."""

    async def make(value, **fields):
        return await desk.post("id-tokens/", {"value": value} | fields)

    return make


async def starts(charger, id_tag, *, connector_id=1, at=None, **members):
    payload = {
        "connectorId": connector_id,
        "idTag": id_tag,
        "meterStart": 0,
        "timestamp": (at or datetime.now(UTC)).isoformat(),
    }
    return await charger.call("StartTransaction", payload | members)


async def stops(charger, transaction_id, *, at=None, meter_stop=1500, **members):
    payload = {
        "transactionId": transaction_id,
        "meterStop": meter_stop,
        "timestamp": (at or datetime.now(UTC)).isoformat(),
    }
    return await charger.call("StopTransaction", payload | members)


async def answer_on(charger, id_tag):
    return (await charger.call("Authorize", {"idTag": id_tag}))["idTagInfo"]


async def test_tc_007_regular_start_charging_session_cached_id(charger, desk):
    """Without an Authorize before it, StartTransaction is answered with the verdict on its idTag."""
    answer = await starts(charger, "CARD-1")
    assert answer["idTagInfo"]["status"] == "Accepted"
    assert not [call for call in charger.sent if call.action == "Authorize"]
    (session,) = await desk.list("sessions/?station=CP-1")
    assert (session["transaction_id"], session["id_token"]) == (str(answer["transactionId"]), "CARD-1")


async def test_tc_023_1_start_charging_session_authorize_invalid(charger):
    """Nobody knows the idTag."""
    assert await answer_on(charger, "NOBODY") == {"status": "Invalid"}


async def test_tc_023_2_start_charging_session_authorize_expired(charger, card):
    """The idTag was good until yesterday."""
    yesterday = datetime.now(UTC) - timedelta(days=1)
    await card("OLD", expires_at=yesterday.isoformat())
    assert (await answer_on(charger, "OLD"))["status"] == "Expired"


async def test_tc_023_3_start_charging_session_authorize_blocked(charger, card):
    """The idTag is blocked."""
    await card("LOST", status="blocked")
    assert await answer_on(charger, "LOST") == {"status": "Blocked"}


async def test_tc_037_1_offline_start_transaction_valid_id_tag(charger, desk):
    """A start of an hour ago is kept with its own time, and its idTag is accepted."""
    an_hour_ago = datetime.now(UTC) - timedelta(hours=1)
    answer = await starts(charger, "CARD-1", at=an_hour_ago)
    assert answer["idTagInfo"]["status"] == "Accepted"
    (session,) = await desk.list("sessions/?station=CP-1&open=true")
    assert datetime.fromisoformat(session["started_at"]) == an_hour_ago


async def test_tc_037_3_offline_start_transaction_invalid_id_tag(charger, desk):
    """It is kept and told Invalid: the charge point then stops it, DeAuthorized."""
    answer = await starts(charger, "NOBODY", at=datetime.now(UTC) - timedelta(hours=1))
    assert answer["idTagInfo"]["status"] == "Invalid"
    assert await stops(charger, answer["transactionId"], reason="DeAuthorized") == {}
    (session,) = await desk.list("sessions/?station=CP-1")
    assert (session["stop_reason"], session["energy_wh"]) == ("DeAuthorized", 1500)


async def test_tc_039_offline_transaction(charger, desk):
    """Begun and ended while nobody listened: both are told afterwards, with their own times."""
    began = datetime.now(UTC) - timedelta(hours=2)
    ended = began + timedelta(minutes=30)
    answer = await starts(charger, "CARD-1", at=began)
    assert answer["idTagInfo"]["status"] == "Accepted"
    stopped = await stops(charger, answer["transactionId"], at=ended, idTag="CARD-1", reason="Local")
    assert stopped["idTagInfo"]["status"] == "Accepted"
    (session,) = await desk.list("sessions/?station=CP-1")
    times = [datetime.fromisoformat(session[name]) for name in ("started_at", "ended_at")]
    assert (times, session["energy_wh"]) == ([began, ended], 1500)


async def test_tc_061_clear_authorization_data_in_authorization_cache(charger, desk):
    """The charge point forgets whom it has seen."""
    command = await desk.command("clear_cache")
    assert (command["state"], command["result"]) == ("accepted", {"status": "Accepted"})
    assert (await charger.wait_for_call("ClearCache")).payload == {}


async def test_an_answer_tells_expiry_and_parent(charger, card):
    """`IdTagInfo`: until when it may be cached, and whose group it belongs to."""
    await card("FLEET-1", expires_at=FAR.isoformat(), parent="FLEET")
    info = {"status": "Accepted", "expiryDate": "2031-01-01T00:00:00.000Z", "parentIdTag": "FLEET"}
    assert await answer_on(charger, "fleet-1") == info


async def test_two_sessions_of_one_card_are_allowed_unless_the_site_says_otherwise(charger, database):
    """Section 7.2, ConcurrentTx: only StartTransaction is told so, and only where the network wants it."""
    await starts(charger, "CARD-1", connector_id=1)
    assert (await starts(charger, "CARD-1", connector_id=2))["idTagInfo"]["status"] == "Accepted"
    await database(lambda: Site.objects.update(one_session_per_token=True))
    assert (await answer_on(charger, "CARD-1"))["status"] == "Accepted"
    started = await starts(charger, "CARD-1", connector_id=2, meterStart=7)
    assert started["idTagInfo"]["status"] == "ConcurrentTx"


async def test_a_start_sent_again_is_not_its_own_rival(charger, database):
    """The repeat of a StartTransaction gets the answer that the first one got."""
    await database(lambda: Site.objects.update(one_session_per_token=True))
    at = datetime.now(UTC)
    first = await starts(charger, "CARD-1", at=at)
    again = await starts(charger, "CARD-1", at=at)
    assert (first, await database(Session.objects.count)) == (again, 1)


async def test_a_prepaid_card_without_credit_is_blocked_to_a_version_without_the_word(charger, card):
    """OCPP 1.6 has no NoCredit."""
    await card("EMPTY", prepaid_balance="0")
    assert (await answer_on(charger, "EMPTY"))["status"] == "Blocked"


async def test_a_card_of_another_organization_is_nobody_here(charger, database):
    """Each network knows its own."""
    await database(lambda: factories.IdTokenFactory(value="FOREIGN"))
    assert await answer_on(charger, "FOREIGN") == {"status": "Invalid"}
    assert await database(lambda: IdToken.objects.filter(value="FOREIGN").exists())
