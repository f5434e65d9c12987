"""Chargers that live by themselves."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from stations.simulator.fleet import Fleet
from stations.simulator.profile import Profile

from .csms import ScriptedCsms

MIXED = [
    Profile(identity=f"SIM-{n}", protocol="ocpp1.6" if n % 2 else "ocpp2.0.1", seed=n, reboot_s=0.01) for n in range(8)
]


@pytest.fixture(autouse=True)
def hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    """The delays that are real seconds, whatever the speed."""
    monkeypatch.setattr("stations.simulator.life.FIRST_CARS_WITHIN_S", 0.2)
    monkeypatch.setattr("stations.simulator.life.HEARTBEAT_LOOK_S", 0.2)
    monkeypatch.setattr("stations.simulator.transport.FIRST_RETRY_S", 0.05)


@contextlib.asynccontextmanager
async def running(fleet: Fleet) -> AsyncIterator[Fleet]:
    task = asyncio.create_task(fleet.run())
    try:
        yield fleet
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task


async def test_cars_come_and_charge_in_both_versions(csms: ScriptedCsms) -> None:
    fleet = Fleet(MIXED, url=csms.url, speed=120, occupied_at_start=1, connects_per_s=500)
    async with running(fleet):
        await csms.wait_until(
            lambda: {"StartTransaction", "MeterValues", "TransactionEvent"} <= set(csms.actions), timeout_s=60
        )
        totals = fleet.totals()
    assert totals.connected == totals.chargers == 8
    assert totals.charging > 0
    assert totals.energy_wh > 0


async def test_a_stopped_fleet_says_nothing_of_its_sessions(csms: ScriptedCsms) -> None:
    fleet = Fleet(MIXED[:2], url=csms.url, speed=120, occupied_at_start=1)
    async with running(fleet):
        await csms.wait_until(lambda: {"StartTransaction", "TransactionEvent"} <= set(csms.actions), timeout_s=60)
    await csms.wait_until(lambda: len(csms.closes) == 2)
    assert csms.closes == [1000, 1000]
    assert "StopTransaction" not in csms.actions
    assert "Ended" not in {event["eventType"] for event in csms.payloads("TransactionEvent")}


async def test_a_fleet_waits_for_a_csms_that_is_not_there_yet(csms: ScriptedCsms) -> None:
    await csms.close()
    async with running(Fleet(MIXED[:2], url=csms.url, connects_per_s=500)):
        await asyncio.sleep(0)
        await csms.open()
        await csms.wait_until(lambda: csms.actions.count("BootNotification") == 2)


async def test_offline_spells_and_faults_happen(csms: ScriptedCsms) -> None:
    profiles = [
        Profile(identity="SIM-1", faults_per_hour=20),
        Profile(identity="SIM-2", protocol="ocpp2.0.1", offline_spells_per_hour=20),
    ]
    async with running(Fleet(profiles, url=csms.url, speed=600, connects_per_s=500)):
        await csms.wait_until(
            lambda: (
                len(csms.connections) > 2
                and any(note.get("status") == "Faulted" for note in csms.payloads("StatusNotification"))
            ),
            timeout_s=60,
        )


async def test_a_remote_start_brings_a_car(csms: ScriptedCsms) -> None:
    fleet = Fleet(MIXED[1:2], url=csms.url, speed=60, occupied_at_start=0, arrivals_per_hour=0)
    async with running(fleet):
        await csms.wait_until(lambda: "StatusNotification" in csms.actions)
        await csms.call("RemoteStartTransaction", {"idTag": "APP"})
        await csms.wait_until(lambda: "StartTransaction" in csms.actions)
    assert csms.payloads("StartTransaction")[0]["idTag"] == "APP"


async def test_heartbeats_follow_the_interval(csms: ScriptedCsms) -> None:
    csms.answers["BootNotification"] = {
        "status": "Accepted",
        "currentTime": "2026-01-01T00:00:00Z",
        "interval": 1,
    }
    async with running(Fleet(MIXED[:1], url=csms.url)):
        await csms.wait_until(lambda: csms.actions.count("Heartbeat") == 2, timeout_s=60)


async def test_the_next_run_ends_what_the_last_one_left(csms: ScriptedCsms, tmp_path: Path) -> None:
    def fleet() -> Fleet:
        return Fleet(
            MIXED[:2], url=csms.url, speed=10, occupied_at_start=1, connects_per_s=500, memory_path=tmp_path / "memory"
        )

    async with running(fleet()):
        await csms.wait_until(lambda: {"StartTransaction", "TransactionEvent"} <= set(csms.actions), timeout_s=60)
        await csms.wait_until(lambda: len(csms.payloads("StatusNotification")) >= 5)
    async with running(fleet()) as second:
        await csms.wait_until(lambda: "StopTransaction" in csms.actions and len(csms.payloads("TransactionEvent")) > 1)
        assert second.chargers[1].station.outlet(1).meter.register_wh > 0
    stop, (started, ended) = csms.payloads("StopTransaction")[0], csms.payloads("TransactionEvent")[:2]
    assert (stop["transactionId"], stop["reason"]) == (101, "PowerLoss")
    assert stop["meterStop"] >= csms.payloads("StartTransaction")[0]["meterStart"]
    assert started["transactionInfo"]["transactionId"] == ended["transactionInfo"]["transactionId"]
    assert ended["transactionInfo"]["stoppedReason"] == "PowerLoss"
    assert (started["seqNo"], ended["seqNo"]) == (0, 1)
