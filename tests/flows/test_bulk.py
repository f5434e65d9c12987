"""A command to many stations, over real sockets: versions, one that refuses, one that is silent, one that is away."""

from contextlib import AsyncExitStack

import pytest

from drivers.domain.roles import Role
from stations.domain.commands import CommandKind, CommandState
from stations.models import BulkCommand, Command, Connector, Station
from stations.services import bulk
from stations.simulator.charger import NEVER, VirtualCharger
from stations.simulator.profile import Profile
from tests import factories

VERSIONS = {"CP-16": "ocpp1.6", "CP-201": "ocpp2.0.1", "CP-21": "ocpp2.1"}


@pytest.fixture
def chargers(server, make_station):
    """A virtual charger of each version by its identity, and a station CP-AWAY whose charger is not there."""
    for identity in (*VERSIONS, "CP-AWAY"):
        make_station(identity, protocol=VERSIONS.get(identity, "ocpp1.6"))
    return {
        identity: VirtualCharger(
            Profile(identity=identity, protocol=protocol, id_tokens=("CARD-1",), reboot_s=0.1), url=server.ocpp
        )
        for identity, protocol in VERSIONS.items()
    }


@pytest.fixture
def send(depot, database):
    """Send a command to all stations as an operator does, and have it made."""
    person = factories.MembershipFactory(organization=depot.organization, role=Role.OPERATOR).user

    async def started(kind, **values):
        def run():
            ids = list(Station.objects.order_by("identity").values_list("pk", flat=True))
            draft = bulk.draft(organization=depot.organization, stations=ids, requested_by=person)
            bulk.word(bulk=draft, kind=kind, values=values, wait_s=3600)
            return begun(draft, person)

        return await database(run)

    async def undone(origin):
        return await database(lambda: begun(bulk.undo(bulk=origin, requested_by=person), person))

    def begun(draft, person):
        bulk.start(bulk=draft, ticked=True, counted=draft.total)
        while bulk.make_next():
            pass
        return BulkCommand.objects.get(pk=draft.pk)

    started.undo = undone
    return started


def _states(asked):
    rows = Command.objects.filter(bulk=asked).select_related("station")
    return {row.station.identity: row.state for row in rows}


async def _until(database, asked, expected):
    await database.until(lambda: _states(asked) == expected, f"the outcomes are {expected}", 30)


async def test_each_station_has_its_own_outcome(chargers, send, database, settings):
    settings.OCPP_CALL_TIMEOUT_SECONDS = 2
    async with AsyncExitStack() as stack:
        for charger in chargers.values():
            await stack.enter_async_context(charger)
            await charger.boot()
        chargers["CP-201"].answers["ClearCache"] = {"status": "Rejected"}
        chargers["CP-21"].answers["ClearCache"] = NEVER
        asked = await send(CommandKind.CLEAR_CACHE)
        expected = {
            "CP-16": CommandState.ACCEPTED,
            "CP-201": CommandState.REJECTED,
            "CP-21": CommandState.TIMEOUT,
            "CP-AWAY": CommandState.QUEUED,
        }
        await _until(database, asked, expected)


async def test_a_station_that_was_away_is_told_when_it_comes(chargers, send, database, server):
    away = VirtualCharger(Profile(identity="CP-AWAY", protocol="ocpp1.6", reboot_s=0.1), url=server.ocpp)
    asked = await send(CommandKind.CLEAR_CACHE)
    async with away:
        await away.boot()
        await database.until(lambda: _states(asked)["CP-AWAY"] == CommandState.ACCEPTED, "it was told")


async def test_stations_of_all_versions_go_out_of_service_and_come_back_by_an_undo(chargers, send, database):
    away = {"CP-AWAY": CommandState.QUEUED}
    done = dict.fromkeys(VERSIONS, CommandState.ACCEPTED)

    def unavailable():
        return set(Connector.objects.filter(status="unavailable").values_list("station__identity", flat=True))

    async with AsyncExitStack() as stack:
        for charger in chargers.values():
            await stack.enter_async_context(charger)
            await charger.boot()
        asked = await send(CommandKind.CHANGE_AVAILABILITY, operative=False)
        await _until(database, asked, done | away)
        await database.until(lambda: unavailable() == set(VERSIONS), "all are out of service")
        await _until(database, await send.undo(asked), done)
        await database.until(lambda: not unavailable(), "all are back")
