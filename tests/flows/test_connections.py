"""Which socket of a charger counts, and what becomes of those whose process dies."""

import json
import threading
import time
from contextlib import closing
from datetime import timedelta
from uuid import uuid4

import pytest
import websockets
from django.db import connection as database_connection
from django.utils import timezone

from stations.models import Connection, EdgeProcess, Fact, Station
from stations.ocpp import edge, lanes, session
from stations.services import connections
from stations.services.connections import Handshake
from stations.services.work import Work
from tests import factories


async def test_a_new_socket_supersedes_the_old_one_whose_close_changes_nothing(server, make_station, database):
    await database(lambda: make_station("CP-1"))
    old = await websockets.connect(f"{server.ocpp}/CP-1", subprotocols=["ocpp1.6"])
    async with websockets.connect(f"{server.ocpp}/CP-1", subprotocols=["ocpp2.0.1"]) as new:
        await old.wait_closed()
        await new.send(json.dumps([2, "a", "Heartbeat", {}]))
        await new.recv()
        station = await database(lambda: Station.objects.select_related("connection").get())
        assert station.connected
        assert station.connection.protocol == "ocpp2.0.1"
        closed = await database(Connection.objects.exclude(closed_at=None).get)
        assert closed.close_reason == "superseded by a newer connection"
    await database.until(lambda: not Station.objects.get().connected, "the station is offline")


async def test_connecting_and_disconnecting_are_facts(server, make_station, database):
    await database(lambda: make_station("CP-1"))
    async with websockets.connect(f"{server.ocpp}/CP-1", subprotocols=["ocpp1.6"]):
        pass
    await database.until(lambda: not Station.objects.get().connected, "the station is offline")
    kinds = await database(lambda: list(Fact.objects.order_by("id").values_list("kind", flat=True)))
    assert kinds == ["station.connected", "station.disconnected"]


async def test_an_outage_closes_the_socket_without_an_answer(server, make_station, database, monkeypatch):
    await database(lambda: make_station("CP-1"))
    async with websockets.connect(f"{server.ocpp}/CP-1", subprotocols=["ocpp1.6"]) as socket:
        monkeypatch.setattr(lanes, "OUTAGE_LIMIT_S", 0.1)
        monkeypatch.setattr(lanes, "_database_answers", lambda: False)
        monkeypatch.setattr(Work, "load", _away)
        stop = {"transactionId": 1, "meterStop": 5, "timestamp": "2026-01-01T00:00:00Z"}
        await socket.send(json.dumps([2, "a", "StopTransaction", stop]))
        with pytest.raises(websockets.ConnectionClosed):
            await socket.recv()
        monkeypatch.undo()
    assert socket.close_code == 1013


async def test_a_close_that_could_not_be_stored_is_made_up_for(server, make_station, database, monkeypatch):
    monkeypatch.setattr(edge, "TOUCH_S", 0.1)
    monkeypatch.setattr(connections, "SETTLING", timedelta(0))
    await database(lambda: make_station("CP-1"))
    tried = threading.Event()

    def close_connection(**arguments):
        tried.set()
        _away()

    async with websockets.connect(f"{server.ocpp}/CP-1", subprotocols=["ocpp1.6"]):
        monkeypatch.setattr(connections, "close_connection", close_connection)
    await database.until(tried.is_set, "the close is tried")
    assert await database(lambda: Connection.objects.get().closed_at is None)
    monkeypatch.undo()
    await database.until(lambda: not Station.objects.get().connected, "the station is offline")


async def test_an_edge_that_cannot_start_tries_again_at_the_next_handshake(server, make_station, monkeypatch, database):
    await database(lambda: make_station("CP-1"))
    monkeypatch.setattr(connections, "start_process", _away)
    with pytest.raises(websockets.InvalidStatus):
        await websockets.connect(f"{server.ocpp}/CP-1", subprotocols=["ocpp1.6"])
    monkeypatch.undo()
    async with websockets.connect(f"{server.ocpp}/CP-1", subprotocols=["ocpp1.6"]):
        assert await database(lambda: Station.objects.get().connected)


async def test_a_charger_that_floods_and_goes_away_is_offline_in_the_end(server, make_station, database, monkeypatch):
    await database(lambda: make_station("CP-1"))
    monkeypatch.setattr(session, "MAX_INBOX", 5)
    async with websockets.connect(f"{server.ocpp}/CP-1", subprotocols=["ocpp1.6"]) as socket:
        commit = lanes.Lane._commit
        monkeypatch.setattr(lanes.Lane, "_commit", lambda lane, jobs: time.sleep(0.2) or commit(lane, jobs))
        for number in range(100):
            await socket.send(json.dumps([2, str(number), "StatusNotification", STATUS]))
        socket.transport.abort()
    monkeypatch.undo()
    await database.until(lambda: not Station.objects.get().connected, "the station is offline")


STATUS = {"connectorId": 1, "errorCode": "NoError", "status": "Available"}


def _away(*arguments, **more):
    raise lanes.OperationalError("away")


def opened(station, process):
    now = timezone.now()
    with Work.transaction({station.pk}, now) as work:
        handshake = Handshake(
            station_id=station.pk, process_id=process.pk, protocol="ocpp1.6", remote_address="", is_secure=False
        )
        return connections.open_connection(work=work, handshake=handshake)


def make_process(lease):
    now = timezone.now()
    return EdgeProcess.objects.create(id=uuid4(), host="test", started_at=now, lease_until=now + lease)


def test_connections_of_a_dead_process_are_closed_at_their_last_seen(db):
    station = factories.StationFactory()
    connection = opened(station, make_process(timedelta(seconds=-1)))
    assert connections.close_orphans(now=timezone.now()) == 1
    station.refresh_from_db()
    assert not station.connected
    assert station.last_seen == connection.last_seen
    fact = Fact.objects.get(kind="station.disconnected")
    assert fact.at == connection.last_seen


def test_a_charger_that_is_back_before_its_dead_process_is_found_out_was_away_since_its_last_sign(db):
    station = factories.StationFactory()
    dead = opened(station, make_process(timedelta(seconds=-1)))
    opened(station, make_process(timedelta(seconds=5)))
    dead.refresh_from_db()
    assert dead.close_reason == "its edge process died"
    kinds = list(Fact.objects.order_by("id").values_list("kind", "data__connection", "at"))
    assert kinds[1] == ("station.disconnected", dead.pk, dead.last_seen)
    assert [kind for kind, *_ in kinds] == ["station.connected", "station.disconnected", "station.connected"]
    station.refresh_from_db()
    assert station.connected
    assert station.connection_id != dead.pk


def test_connections_of_a_living_process_stay(db):
    station = factories.StationFactory()
    opened(station, make_process(timedelta(seconds=5)))
    assert connections.close_orphans(now=timezone.now()) == 0
    station.refresh_from_db()
    assert station.connected


def test_a_process_taken_for_dead_learns_which_of_its_sockets_no_longer_count(db):
    process = make_process(timedelta(seconds=5))
    lost, kept = factories.StationFactory(), factories.StationFactory()
    gone, current = opened(lost, process), opened(kept, process)
    opened(lost, make_process(timedelta(seconds=5)))
    later = timezone.now() + timedelta(seconds=3)
    assert connections.stale(process_id=process.pk, held=[gone.pk, current.pk]) == {gone.pk}
    connections.touch(seen={gone.pk: later, current.pk: later})
    kept.refresh_from_db()
    lost.refresh_from_db()
    assert kept.last_seen == later
    assert lost.last_seen < later


def test_two_processes_with_messages_of_one_charger_take_turns(transactional_db):
    """As when a charger reconnects to another process while the first one still has its messages."""
    station = factories.StationFactory()
    order, first_is_in, may_go_on = [], threading.Event(), threading.Event()

    def first():
        with closing(database_connection), Work.transaction({station.pk}, timezone.now()):
            first_is_in.set()
            may_go_on.wait(60)
            order.append("first")

    def second():
        first_is_in.wait(60)
        with closing(database_connection), Work.transaction({station.pk}, timezone.now()):
            order.append("second")

    threads = [threading.Thread(target=target) for target in (first, second)]
    for thread in threads:
        thread.start()
    threads[1].join(0.3)
    may_go_on.set()
    for thread in threads:
        thread.join(60)
    assert order == ["first", "second"]
