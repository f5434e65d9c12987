"""The crowd of cheap chargers, and a small run of each benchmark that uses it."""

import os

import pytest

from benchmarks.crowd import Charger, Lost, Refused
from tests.benchmarks.running import report_of


async def test_a_cheap_charger_talks_and_answers(server, make_station, database, desk):
    await database(lambda: make_station("CP-1"))
    charger = Charger("CP-1", "ocpp1.6", lambda charger, call: {"status": "Accepted"})
    await charger.connect(server.ocpp)
    assert (await charger.boot())["status"] == "Accepted"
    assert set(await charger.call("Heartbeat", {})) == {"currentTime"}
    assert (await desk.command("clear_cache"))["state"] == "accepted"
    with pytest.raises(Refused, match="NotImplemented"):
        await charger.call("NoSuchAction", {})
    charger.drop()
    with pytest.raises(Lost):
        await charger.call("Heartbeat", {})


async def test_a_refused_handshake_is_said(server):
    with pytest.raises(Refused, match="404"):
        await Charger("NOBODY", "ocpp1.6").connect(server.ocpp)


SMALL = {
    "connections": ["--chargers=20", "--settle=1"],
    "storm": ["--chargers=20"],
    "commands": ["--chargers=20", "--commands=20"],
}


@pytest.mark.skipif("DATABASE_URL" not in os.environ, reason="needs PostgreSQL")
@pytest.mark.parametrize("name", list(SMALL))
def test_a_small_run_reports(name, tmp_path):
    found = report_of(tmp_path, name, *SMALL[name])
    assert (found["name"], found["rows"][0]["chargers"]) == (name, 20)


@pytest.mark.skipif("DATABASE_URL" not in os.environ, reason="needs PostgreSQL and Redis")
def test_faults_in_a_storm_are_told_by_webhook_and_by_letter(tmp_path):
    found = report_of(tmp_path, "alerts", "--faults=5", "--rate=2", "--storm=10")
    assert {row["way"]: (row["told"], row["doubles"], row["storms"] > 0) for row in found["rows"]} == {
        "webhook": (5, 0, True),
        "email": (5, 0, True),
    }
