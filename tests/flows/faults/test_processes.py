"""Processes of ours that die without a word, under load."""

import psycopg

from tests.flows.faults import ledger
from tests.flows.faults.load import PATIENCE_S
from tests.server import until


def test_an_edge_killed_under_load_loses_nothing_acknowledged_and_another_takes_its_chargers(place, load):
    orphans = [driver for driver in load.drivers if driver.charger.link._url.startswith(place.ocpp)]
    others = [driver for driver in load.drivers if driver not in orphans]
    sockets = load.sockets
    place.kill("edge")
    load.reconnect(orphans, "edge-2")
    ledger.check(load)
    assert all(load.sockets[driver.identity] is sockets[driver.identity] for driver in others)
    place.start()
    load.reconnect(orphans, "edge")


def test_a_worker_killed_in_the_middle_of_a_task_leaves_its_facts_to_the_next(place, load):
    driver = load.drivers[0]
    with psycopg.connect(place.environment["DATABASE_URL"]) as holder:
        holder.execute("LOCK TABLE monitoring_offlinespell IN ACCESS EXCLUSIVE MODE")
        load.reconnect([driver], "edge")
        until(lambda: _waiting_for_a_lock(place), "the worker is in the middle of a fact", PATIENCE_S)
        place.kill("worker")
    place.start()
    ledger.check(load)
    doubled = "SELECT station_id, started_at FROM monitoring_offlinespell GROUP BY 1, 2 HAVING count(*) > 1"
    assert place.query(doubled) == []
    spells = (
        "SELECT count(*) FROM monitoring_offlinespell o JOIN stations_station s ON s.id = o.station_id"  # noqa: S608
        f" WHERE s.identity = '{driver.identity}'"
    )
    closed = (
        "SELECT count(*) FROM stations_fact f JOIN stations_station s ON s.id = f.subject_id"  # noqa: S608
        f" WHERE f.kind = 'station.disconnected' AND s.identity = '{driver.identity}'"
    )
    assert [(0,)] < place.query(spells) <= place.query(closed)


def _waiting_for_a_lock(place):
    return place.query(
        "SELECT pid FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE '%monitoring_offlinespell%'"
    )
