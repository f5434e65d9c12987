"""A station that nobody announced knocks, waits, and is taken in or not."""

import base64

import pytest
import websockets

from stations.consumers import handshake
from stations.domain.backoff import Backoff, Doorkeeper
from stations.models import Command, RefusedAttempt, Station
from stations.services import onboarding
from stations.simulator.charger import CallError, VirtualCharger
from stations.simulator.profile import Profile

PASSWORD = "knock three times"


@pytest.fixture
def door(depot, database):
    """Opens the depot's door; `password` "": anybody may knock."""

    async def open_door(password=PASSWORD, is_open=True):
        return await database(
            lambda: onboarding.set_door(organization=depot.organization, site=depot, is_open=is_open, password=password)
        )

    return open_door


@pytest.fixture
def newcomer(server):
    return lambda password=PASSWORD: VirtualCharger(
        Profile(identity="NEW-1", protocol="ocpp1.6", password=password, reboot_s=0.1), url=server.ocpp
    )


async def refused(server, password, identity="NEW-1"):
    credentials = base64.b64encode(f"{identity}:{password}".encode()).decode()
    headers = {"Authorization": f"Basic {credentials}"}
    with pytest.raises(websockets.InvalidStatus) as caught:
        await websockets.connect(f"{server.ocpp}/{identity}", subprotocols=["ocpp1.6"], additional_headers=headers)
    return caught.value.response.status_code


async def test_by_default_the_door_is_closed(server, depot, database):
    assert await refused(server, PASSWORD) == 404
    assert await database(lambda: RefusedAttempt.objects.get().reason) == "unknown_identity"


async def test_a_closed_door_and_a_wrong_password_let_nobody_in(server, door, database):
    await door(is_open=False)
    assert await refused(server, PASSWORD) == 404
    await door()
    assert await refused(server, "something else") == 404
    assert not await database(Station.objects.exists)


async def test_a_newcomer_waits_in_quarantine_until_it_is_taken_in(newcomer, door, desk, depot):
    await door()
    async with newcomer() as charger:
        assert await charger.boot() == "Pending"
        [waiting] = await desk.list("stations/?quarantined=true")
        assert (waiting["identity"], waiting["registration"], waiting["vendor"]) == ("NEW-1", "Pending", "Busbar")
        assert waiting["site"] == depot.pk
        await desk.patch("stations/NEW-1/", {"registration": "Accepted", "name": "Gate 3"})
        await charger.wait_until(lambda: charger.registered, timeout_s=60)
        assert await desk.list("stations/?quarantined=true") == []
    async with newcomer() as charger:
        assert await charger.boot() == "Accepted"


async def test_a_newcomer_that_is_turned_away_stays_so(newcomer, door, desk):
    await door()
    async with newcomer() as charger:
        await charger.boot()
        await desk.patch("stations/NEW-1/", {"registration": "Rejected"})
        assert await charger.boot() == "Rejected"
    [known] = await desk.list("stations/?quarantined=true")
    assert known["registration"] == "Rejected"


async def test_without_a_password_on_the_door_anybody_may_knock(newcomer, door, database):
    await door(password="")
    async with newcomer(password=None) as charger:
        assert await charger.boot() == "Pending"
    assert await database(lambda: Station.objects.get().security_profile) == 0


async def test_a_newcomer_gets_a_password_of_its_own_as_it_is_taken_in(newcomer, door, desk, depot, database, operator):
    await door()
    async with newcomer() as charger:
        await charger.boot()
        await database(
            lambda: onboarding.accept(
                station=Station.objects.get(identity="NEW-1"), site=depot, name="", by=operator, rotates_password=True
            )
        )
        received = await charger.wait_for_call("ChangeConfiguration")
        assert received.payload["key"] == "AuthorizationKey"
        await database.until(
            lambda: not onboarding.has_shared_password(Station.objects.get(identity="NEW-1")), "the password is its own"
        )


async def test_a_crowd_at_the_door_does_not_fill_the_table(server, door, database, monkeypatch):
    monkeypatch.setattr(onboarding, "MAX_WAITING", 0)
    await door()
    assert await refused(server, PASSWORD) == 404


async def test_guessing_at_the_doors_password_by_ever_new_identities_is_slowed_down(server, door, monkeypatch):
    monkeypatch.setattr(handshake.door, "_keeper", Doorkeeper(strangers=Backoff(free=3, first_s=60)))
    await door()
    statuses = [await refused(server, "a guess", identity=f"NEW-{number}") for number in range(6)]
    assert statuses == [404, 404, 404, 404, 429, 429]


@pytest.mark.parametrize("protocol", ["ocpp1.6", "ocpp2.0.1"])
async def test_the_doctor_finds_a_healthy_charger_healthy(connect, protocol, desk, database):
    async with connect(protocol) as charger:
        await charger.boot()
        await desk.post("stations/CP-1/checks/", {})
        await database.until(
            lambda: Command.objects.filter(state="accepted").count() == 2, "the charger has answered both questions"
        )
        verdicts = {finding["check"]: finding["verdict"] for finding in await desk.get("stations/CP-1/checks/")}
    healthy = ("connected", "boot", "registration", "identity", "configuration", "trigger", "latency", "connectors")
    assert {check: verdicts[check] for check in healthy} == dict.fromkeys(healthy, "ok")
    # A bench: no password, no TLS.
    assert (verdicts["password"], verdicts["encryption"]) == ("bad", "warn")


async def test_the_doctor_names_a_charger_that_refuses_and_does_not_answer(connect, desk, database):
    async with connect("ocpp1.6", clock_offset_s=900) as charger:
        await charger.boot()
        charger.answers["GetConfiguration"] = CallError("NotSupported", "")
        charger.answers["TriggerMessage"] = {"status": "NotImplemented"}
        await charger.plug_in(1)
        await charger.start(1, "CARD-1")
        await charger.meter(1, seconds=60)
        await desk.post("stations/CP-1/checks/", {})
        await database.until(
            lambda: Command.objects.filter(state__in=["failed", "rejected"]).count() == 2, "both were refused"
        )
        verdicts = {finding["check"]: finding["verdict"] for finding in await desk.get("stations/CP-1/checks/")}
    assert (verdicts["configuration"], verdicts["trigger"], verdicts["clock"]) == ("warn", "warn", "bad")
