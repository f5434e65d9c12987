"""Handshakes that fail, over real sockets: what they are answered, who is slowed down, two chargers with one identity.

Each caller has an address of its own: the server believes the X-Forwarded-For of this machine.
"""

import json
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import timedelta

import pytest
from django.utils import timezone
from websockets.asyncio.client import connect as dial
from websockets.exceptions import InvalidStatus

from stations.consumers import handshake
from stations.domain.backoff import Backoff, Doorkeeper
from stations.domain.credentials import hash_password
from stations.models import Connection, Fact, ProfileUpgrade, RefusedAttempt, SharedIdentity, Station
from tests.tls import PASSWORD, answer_to, basic

HERE, THERE = "203.0.113.7", "198.51.100.9"


@pytest.fixture(autouse=True)
def fresh_door(monkeypatch):
    """Nobody has failed here before; who has to wait still does when a slow machine knocks again."""
    monkeypatch.setattr(handshake.door, "_keeper", Doorkeeper(callers=Backoff(first_s=60)))
    monkeypatch.setattr(handshake, "passwords", handshake.Passwords())


def headers_of(address, password=PASSWORD, identity="CP-1"):
    return {"X-Forwarded-For": address, "Authorization": basic(identity, password.encode())}


@pytest.fixture
def knock(server):
    """`await knock(address, password)` is the status of a handshake."""

    async def make(address, password=PASSWORD, *, identity="CP-1", on="CP-1"):
        return await answer_to(f"{server.ocpp}/{on}", headers=headers_of(address, password, identity))

    return make


async def statuses(knock, times, *arguments, **more):
    return [(await knock(*arguments, **more)).status_code for _ in range(times)]


# --- Status codes ---


async def test_an_unknown_identity_is_404_and_wrong_credentials_are_401(make_protected, knock):
    make_protected()
    assert (await knock(HERE, on="CP-9")).status_code == 404
    wrong = await knock(HERE, "x" * 20)
    assert (wrong.status_code, wrong.headers["WWW-Authenticate"]) == (401, 'Basic realm="Busbar"')


async def test_without_a_common_subprotocol_the_handshake_is_completed_and_the_socket_closed(
    make_protected, server, database
):
    """OCPP-J 1.6 section 3.1.2."""
    make_protected()
    async with dial(
        f"{server.ocpp}/CP-1", subprotocols=("ocpp1.5",), additional_headers=headers_of(HERE), proxy=None
    ) as socket:
        assert socket.subprotocol is None
        await socket.wait_closed()
        assert socket.close_code == 1000
    assert await database(lambda: RefusedAttempt.objects.get().detail) == "Offered: ocpp1.5."


async def test_a_wrong_password_is_not_told_that_the_subprotocol_is_wrong_too(make_protected, server):
    make_protected()
    url, headers = f"{server.ocpp}/CP-1", headers_of(HERE, "x" * 20)
    assert (await answer_to(url, subprotocols=("ocpp1.5",), headers=headers)).status_code == 401


# --- Back-off ---


async def test_who_fails_again_and_again_has_to_wait(make_protected, knock, database):
    make_protected()
    assert await statuses(knock, 6, HERE, "x" * 20) == [401] * 6
    slowed = await knock(HERE, "x" * 20)
    assert slowed.status_code == 429
    assert int(slowed.headers["Retry-After"]) >= 1
    # What is only slowed down writes nothing.
    assert await database(lambda: RefusedAttempt.objects.get().count) == 6


async def test_guesses_from_elsewhere_and_from_next_door_do_not_keep_a_healthy_charger_out(
    make_protected, knock, database, depot
):
    make_protected()
    await database(
        lambda: Station.objects.create(
            site=depot, identity="CP-2", security_profile=1, password_hash=hash_password(PASSWORD)
        )
    )
    await statuses(knock, 20, THERE, "x" * 20)
    await statuses(knock, 20, HERE, "x" * 20, identity="CP-2", on="CP-2")
    assert (await knock(HERE)).status_code == 101


async def test_a_charger_that_was_let_in_before_gets_in_while_its_own_address_is_slowed_down(make_protected, knock):
    make_protected()
    assert (await knock(HERE)).status_code == 101
    assert 429 in await statuses(knock, 10, HERE, "x" * 20)
    assert (await knock(HERE)).status_code == 101


async def test_a_password_put_right_by_an_operator_is_taken_at_once(make_protected, knock, desk):
    make_protected()
    right = "y" * 20
    assert (await statuses(knock, 8, HERE, right))[-1] == 429
    await desk.patch("stations/CP-1/", {"password": right})
    assert (await knock(HERE, right)).status_code == 101


async def test_a_password_that_was_changed_is_not_remembered(make_protected, knock, desk):
    """What this process verified before is worth nothing against another hash."""
    make_protected()
    assert (await knock(HERE)).status_code == 101
    await desk.patch("stations/CP-1/", {"password": "y" * 20})
    assert (await knock(HERE)).status_code == 401


async def test_an_unknown_identity_that_keeps_trying_is_let_in_once_it_is_known(make_protected, knock):
    assert (await statuses(knock, 10, HERE))[-1] == 429
    make_protected()
    assert (await knock(HERE)).status_code == 101


def test_what_was_verified_is_remembered_for_a_bounded_number_of_stations():
    passwords = handshake.Passwords(capacity=3)
    for station_id in range(10):
        passwords._remember(station_id, b"digest")
    assert len(passwords._verified) == 3


# --- Two chargers with one identity ---


@asynccontextmanager
async def charger(server, address, serial):
    """A raw socket that has booted."""
    async with dial(
        f"{server.ocpp}/CP-1", subprotocols=["ocpp1.6"], additional_headers=headers_of(address), proxy=None
    ) as socket:
        boot = {"chargePointVendor": "V", "chargePointModel": "M", "chargePointSerialNumber": serial}
        await socket.send(json.dumps([2, "1", "BootNotification", boot]))
        assert json.loads(await socket.recv())[2]["status"] == "Accepted"
        yield socket


@asynccontextmanager
async def fight(server, pairs):
    """Sockets that supersede each other, one for each address and serial number; what the first refused one was told.

    The last one that was let in stays open.
    """
    async with AsyncExitStack() as open_sockets:
        refused = None
        try:
            for address, serial in pairs:
                await open_sockets.enter_async_context(charger(server, address, serial))
        except InvalidStatus as refusal:
            refused = refusal.response
        yield refused


TWO = [(HERE, "SN-A"), (THERE, "SN-B")] * 4


def holder_and_other():
    """The addresses of the charger that is connected and of the one that is not."""
    holder = Connection.objects.get(closed_at=None).remote_address
    return holder, HERE if holder == THERE else THERE


async def test_two_chargers_with_one_identity_are_found_and_the_newcomer_is_refused(
    make_protected, server, database, desk
):
    make_protected()
    async with fight(server, TWO) as refused:
        assert refused.status_code == 409
        assert 1 <= int(refused.headers["Retry-After"]) <= 30
        station = await desk.get("stations/CP-1/")
        assert station["connected"]
        assert sorted(station["shared_identity"]["addresses"]) == sorted([HERE, THERE])
        assert sorted(station["shared_identity"]["serial_numbers"]) == ["SN-A", "SN-B"]
    fact = await database(lambda: Fact.objects.get(kind="station.identity_shared"))
    assert set(fact.data["addresses"]) == {HERE, THERE}
    assert await database(lambda: RefusedAttempt.objects.get().reason) == "identity_shared"


async def test_the_holder_itself_comes_back_at_once_and_so_does_anybody_when_it_is_gone(
    make_protected, server, database
):
    make_protected()
    async with fight(server, TWO):
        holder, other = await database(holder_and_other)
        assert (await answer_to(f"{server.ocpp}/CP-1", headers=headers_of(other))).status_code == 409
        assert (await answer_to(f"{server.ocpp}/CP-1", headers=headers_of(holder))).status_code == 101
    await database.until(lambda: not Connection.objects.filter(closed_at=None).exists(), "all sockets are closed")
    assert (await answer_to(f"{server.ocpp}/CP-1", headers=headers_of(other))).status_code == 101


async def test_after_the_wait_the_other_one_has_its_turn_and_the_next_wait_is_longer(make_protected, server, database):
    make_protected()
    async with fight(server, TWO):
        holder, other = await database(holder_and_other)
        await database(lambda: SharedIdentity.objects.update(hold_until=timezone.now() - timedelta(seconds=1)))
        async with charger(server, other, "SN-X"):
            refused = await answer_to(f"{server.ocpp}/CP-1", headers=headers_of(holder))
    assert refused.status_code == 409
    assert 30 < int(refused.headers["Retry-After"]) <= 60


async def test_a_lone_charger_whose_network_flaps_between_two_uplinks_is_always_let_in(
    make_protected, server, database
):
    make_protected()
    async with fight(server, [(HERE, "SN-A"), (THERE, "SN-A")] * 6) as refused:
        assert refused is None
    assert not await database(SharedIdentity.objects.exists)


# --- Profiles on their way ---


async def test_a_station_without_credentials_rises_to_a_password_and_stays_there(make_protected, server, database):
    """Until it has come with the right one it gets in as before, whatever it sends."""
    station = make_protected(0)
    await database(
        lambda: ProfileUpgrade.objects.create(
            station=station, profile=1, state=ProfileUpgrade.State.ACCEPTED, started_at=timezone.now()
        )
    )
    url, right = f"{server.ocpp}/CP-1", headers_of(HERE)
    seen = [
        (await answer_to(url, headers=headers)).status_code
        for headers in ({}, headers_of(HERE, "x" * 20), right, {}, right)
    ]
    assert seen == [101, 101, 101, 401, 101]
    facts = await database(lambda: list(Fact.objects.values_list("kind", flat=True).order_by("id")))
    assert facts.count("station.security_profile_raised") == 1
    assert facts.count("station.security_profile_not_used") == 2
