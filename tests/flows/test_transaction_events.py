"""TransactionEvents as they come in the field: late, out of order, of somebody else, of a charger that was reset."""

import json

import pytest
import websockets

from stations.domain.commands import CommandKind, CommandState
from stations.models import Command, Session, Station
from stations.services import commands
from tests import factories


@pytest.fixture
async def socket(server, make_station, depot, database):
    await database(lambda: make_station("CP-1"))
    await database(lambda: factories.IdTokenFactory(organization=depot.organization, value="CARD-2"))
    async with websockets.connect(f"{server.ocpp}/CP-1", subprotocols=["ocpp2.0.1"]) as connection:
        yield connection


def event(kind, seq_no, register, *, minute=None, token=None, transaction="T-1", **info):
    """A TransactionEvent of EVSE 1 with a meter register in Wh; its minute is its seqNo unless given."""
    at = f"2026-01-01T00:{seq_no if minute is None else minute:02d}:00Z"
    payload = {
        "eventType": kind,
        "timestamp": at,
        "triggerReason": "MeterValuePeriodic",
        "seqNo": seq_no,
        "transactionInfo": {"transactionId": transaction, **info},
        "evse": {"id": 1, "connectorId": 1},
        "meterValue": [{"timestamp": at, "sampledValue": [{"value": register}]}],
    }
    return payload | ({"idToken": {"idToken": token, "type": "ISO14443"}} if token else {})


async def send(socket, *events):
    for number, payload in enumerate(events):
        await socket.send(json.dumps([2, f"e{number}", "TransactionEvent", payload]))
        answer = json.loads(await socket.recv())
        assert answer[0] == 3, answer


@pytest.mark.parametrize("order", [(0, 1, 2), (1, 0, 2), (2, 0, 1), (2, 1, 0)])
async def test_the_energy_is_right_in_whatever_order_events_arrive(socket, database, order):
    told = [event("Started", 0, 1000), event("Updated", 1, 2000), event("Ended", 2, 5000)]
    await send(socket, *(told[position] for position in order))
    session = await database(Session.objects.get)
    assert not session.is_open
    assert (session.energy_wh, session.meter_start_wh) == (4000, 1000)
    assert session.started_at.minute == 0


async def test_a_session_belongs_to_who_started_it_whoever_ends_it(socket, database):
    await send(socket, event("Started", 0, 0, token="CARD-1"), event("Ended", 1, 9, token="CARD-2"))
    assert (await database(Session.objects.get)).id_token == "CARD-1"


async def test_an_id_given_again_after_a_reset_is_another_session(socket, database):
    await send(
        socket,
        event("Started", 0, 1000, token="CARD-1"),
        event("Updated", 1, 2000),
        event("Started", 0, 2000, minute=30, token="CARD-2"),
        event("Ended", 1, 9000, minute=40),
    )
    sessions = await database(lambda: list(Session.objects.order_by("id")))
    assert [(s.id_token, s.energy_wh, s.is_open) for s in sessions] == [
        ("CARD-1", 1000, False),
        ("CARD-2", 7000, False),
    ]
    assert sessions[0].is_flagged


async def test_a_remote_start_with_the_cable_plugged_first_finds_its_session(socket, database):
    await send(socket, event("Started", 0, 0))
    command = await database(
        lambda: commands.request(
            station=Station.objects.get(),
            kind=CommandKind.REMOTE_START,
            values={"id_token": "CARD-1", "evse": 1},
            requested_by=None,
        )
    )
    call = json.loads(await socket.recv())
    await socket.send(json.dumps([3, call[1], {"status": "Accepted", "transactionId": "T-1"}]))
    await send(socket, event("Updated", 1, 0, remoteStartId=call[3]["remoteStartId"], token="CARD-1"))
    command = await database(lambda: Command.objects.get(pk=command.pk))
    session = await database(Session.objects.get)
    assert (command.state, command.session_id, command.effect_due_at) == (CommandState.ACCEPTED, session.pk, None)
