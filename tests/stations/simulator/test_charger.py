"""What holds for chargers of both versions: boot, statuses, clocks, offline spells, lost answers, restarts."""

from datetime import UTC, datetime, timedelta

import pytest

from stations.simulator.charger import Misuse, VirtualCharger
from stations.simulator.outlet import Status, StopReason
from stations.simulator.profile import Profile
from stations.simulator.vehicle import Vehicle

from .conftest import MakeCharger
from .csms import NEVER, ScriptedCsms, now

TRANSACTIONAL = {"StartTransaction", "StopTransaction", "TransactionEvent", "MeterValues"}


def timestamps(csms: ScriptedCsms) -> list[str]:
    """Of the transaction messages, as they came."""
    found = []
    for action, payload in csms.calls:
        if action in TRANSACTIONAL:
            found.append(payload.get("timestamp") or payload["meterValue"][0]["timestamp"])
    return found


async def charge(charger: VirtualCharger, seconds: float = 120) -> None:
    await charger.plug_in(1)
    await charger.start(1, "TAG")
    await charger.meter(1, seconds=seconds)


async def test_pending_is_retried_by_the_interval(make_charger: MakeCharger, csms: ScriptedCsms, protocol: str) -> None:
    answers = iter(["Pending", "Rejected", "Accepted"])
    csms.answers["BootNotification"] = lambda _: {"status": next(answers), "currentTime": now(), "interval": 1}
    async with make_charger(protocol=protocol) as charger:
        assert await charger.boot() == "Pending"
        assert csms.actions == ["BootNotification"]
        await charger.wait_until(lambda: charger.registered and len(charger.outbox) == 0, timeout_s=60)
    assert csms.actions[:3] == ["BootNotification"] * 3
    assert "StatusNotification" in csms.actions


async def test_nothing_of_a_session_is_sent_before_the_boot_is_accepted(
    make_charger: MakeCharger, csms: ScriptedCsms, protocol: str
) -> None:
    async with make_charger(protocol=protocol) as charger:
        await charge(charger)
        assert csms.actions == []
        await charger.boot()
    assert csms.actions[0] == "BootNotification"
    assert len(timestamps(csms)) >= 3


async def test_the_interval_becomes_the_heartbeat(make_charger: MakeCharger, csms: ScriptedCsms) -> None:
    csms.answers["BootNotification"] = {"status": "Accepted", "currentTime": now(), "interval": 17}
    async with make_charger() as charger:
        await charger.boot()
    assert charger.settings.heartbeat_s == 17


async def test_a_wrong_clock_stays_wrong(make_charger: MakeCharger, csms: ScriptedCsms, protocol: str) -> None:
    async with make_charger(protocol=protocol, clock_offset_s=-7200) as charger:
        await charger.boot()
    told = datetime.fromisoformat(csms.payloads("StatusNotification")[0]["timestamp"])
    assert abs(datetime.now(UTC) - timedelta(hours=2) - told) < timedelta(seconds=10)


async def test_a_clock_that_syncs_takes_the_time_of_the_csms(
    make_charger: MakeCharger, csms: ScriptedCsms, protocol: str
) -> None:
    csms.answers["BootNotification"] = {"status": "Accepted", "currentTime": "2031-05-06T07:08:09Z", "interval": 300}
    async with make_charger(protocol=protocol, clock_offset_s=-7200, syncs_clock=True) as charger:
        await charger.boot()
    assert csms.payloads("StatusNotification")[0]["timestamp"].startswith("2031-05-06T07:08:")


async def test_an_hour_is_charged_in_a_moment(make_charger: MakeCharger, protocol: str) -> None:
    async with make_charger(protocol=protocol) as charger:
        await charger.boot()
        await charger.plug_in(1, Vehicle(soc=0.1, max_power_w=11_000, ramp_w_per_s=11_000))
        await charger.start(1, "TAG")
        await charger.meter(1, seconds=3600)
        session = await charger.stop(1)
    assert session.energy_wh == pytest.approx(11_000, abs=1)
    assert session.ended_at - session.started_at == pytest.approx(timedelta(hours=1), abs=timedelta(seconds=5))


async def test_a_full_battery_suspends_the_session(make_charger: MakeCharger, protocol: str) -> None:
    async with make_charger(protocol=protocol) as charger:
        await charger.boot()
        await charger.plug_in(1, Vehicle(soc=0.99, capacity_wh=10_000))
        await charger.start(1, "TAG")
        assert charger.outlet(1).status == Status.CHARGING
        await charger.meter(1, seconds=3600)
        assert charger.outlet(1).status == Status.SUSPENDED_EV
        assert charger.outlet(1).meter.power_w == 0


async def test_starting_without_a_cable_is_refused(make_charger: MakeCharger) -> None:
    async with make_charger() as charger:
        with pytest.raises(Misuse):
            await charger.start(1, "TAG")


async def test_transaction_messages_wait_offline_and_leave_in_order(
    make_charger: MakeCharger, csms: ScriptedCsms, protocol: str
) -> None:
    async with make_charger(protocol=protocol) as charger:
        await charger.boot()
        await charge(charger)
        online = len(timestamps(csms))
        charger.go_offline()
        await charger.meter(1, seconds=180)
        await charger.stop(1)
        await charger.unplug(1)
        await charge(charger)
        assert len(timestamps(csms)) == online
        await charger.come_back()
        assert len(charger.outbox) == 0
    assert len(timestamps(csms)) == online + 4 + 3
    assert timestamps(csms) == sorted(timestamps(csms))
    assert csms.actions.count("BootNotification") == 1


async def test_after_an_offline_spell_only_changed_statuses_are_told(
    make_charger: MakeCharger, csms: ScriptedCsms, protocol: str
) -> None:
    async with make_charger(protocol=protocol, evses=2) as charger:
        await charger.boot()
        told = len(csms.payloads("StatusNotification"))
        charger.go_offline()
        await charger.plug_in(2)
        await charger.come_back()
    news = csms.payloads("StatusNotification")[told:]
    assert len(news) == 1
    assert news[0].get("connectorId") == 2 or news[0].get("evseId") == 2


async def test_an_unanswered_transaction_message_is_repeated_with_the_same_content(
    make_charger: MakeCharger, csms: ScriptedCsms, protocol: str
) -> None:
    action = "StartTransaction" if protocol == "ocpp1.6" else "TransactionEvent"
    answer = {"transactionId": 7, "idTagInfo": {"status": "Accepted"}} if protocol == "ocpp1.6" else {}
    lost = iter([NEVER])
    csms.answers[action] = lambda _: next(lost, answer)
    async with make_charger(protocol=protocol, call_timeout_s=1) as charger:
        await charger.boot()
        await charger.plug_in(1)
        await charger.start(1, "TAG")
    first, second = csms.payloads(action)[:2]
    assert first == second


async def test_a_message_the_csms_keeps_refusing_is_given_up(
    make_charger: MakeCharger, csms: ScriptedCsms, protocol: str
) -> None:
    action = "StartTransaction" if protocol == "ocpp1.6" else "TransactionEvent"
    csms.answers[action] = "InternalError"
    async with make_charger(protocol=protocol) as charger:
        await charger.boot()
        await charger.plug_in(1)
        await charger.start(1, "TAG")
        assert len(charger.outbox) == 0
    assert len(csms.payloads(action)) == charger.settings.message_attempts


async def test_a_fault_ends_the_session_and_passes(make_charger: MakeCharger, protocol: str) -> None:
    async with make_charger(protocol=protocol) as charger:
        await charger.boot()
        await charge(charger)
        session = charger.outlet(1).session
        await charger.fault(1, "GroundFailure")
        assert session is not None
        assert session.stop_reason == StopReason.FAULT
        assert charger.outlet(1).status == Status.FAULTED
        await charger.clear_fault(1)
        await charger.unplug(1)
        assert charger.outlet(1).status == Status.AVAILABLE


async def test_a_status_that_nobody_took_is_told_when_the_socket_is_back(
    make_charger: MakeCharger, csms: ScriptedCsms, protocol: str
) -> None:
    async with make_charger(protocol=protocol) as charger:
        await charger.boot()
        csms.answers["StatusNotification"] = "InternalError"
        await charger.fault(1, "GroundFailure")
        csms.answers["StatusNotification"] = {}
        before = len(csms.payloads("StatusNotification"))
        charger.go_offline()
        await charger.come_back()
    (told,) = csms.payloads("StatusNotification")[before:]
    assert "Faulted" in told.values()


async def test_pulling_the_cable_ends_the_session(make_charger: MakeCharger, protocol: str) -> None:
    async with make_charger(protocol=protocol) as charger:
        await charger.boot()
        await charge(charger)
        session = charger.outlet(1).session
        await charger.unplug(1)
        assert session is not None
        assert session.stop_reason == StopReason.EV_DISCONNECTED


async def test_identification_first_starts_with_the_cable(make_charger: MakeCharger, protocol: str) -> None:
    async with make_charger(protocol=protocol) as charger:
        await charger.boot()
        await charger.authorize("TAG", evse_id=1)
        await charger.plug_in(1)
        session = charger.outlet(1).session
        assert session is not None
        assert session.token.value == "TAG"


async def test_identification_without_a_cable_times_out(make_charger: MakeCharger, protocol: str) -> None:
    async with make_charger(protocol=protocol) as charger:
        await charger.boot()
        await charger.authorize("TAG", evse_id=1)
        assert charger.outlet(1).status == Status.PREPARING
        await charger.advance(61)
        assert charger.outlet(1).status == Status.AVAILABLE


async def test_offline_the_cache_decides_where_unknown_ids_are_not_allowed(
    make_charger: MakeCharger, protocol: str
) -> None:
    async with make_charger(protocol=protocol) as charger:
        await charger.boot()
        await charger.authorize("KNOWN")
        charger.settings.offline_unknown_ids = False
        charger.go_offline()
        assert await charger.authorize("KNOWN") == "Accepted"
        assert await charger.authorize("STRANGER") == "Invalid"


async def test_the_register_survives_a_reboot(make_charger: MakeCharger, csms: ScriptedCsms, protocol: str) -> None:
    async with make_charger(protocol=protocol) as charger:
        await charger.boot()
        await charge(charger)
        register = charger.outlet(1).meter.register_wh
        await charger.reboot()
        await charger.wait_until(lambda: charger.registered, timeout_s=60)
        assert charger.outlet(1).meter.register_wh == register
    assert csms.actions.count("BootNotification") == 2


async def test_an_impatient_charger_still_knows_its_transaction(
    make_charger: MakeCharger, csms: ScriptedCsms, protocol: str
) -> None:
    async with make_charger(protocol=protocol, impatient=True) as charger:
        await charger.boot()
        await charge(charger)
        await charger.stop(1)
    assert len(timestamps(csms)) == 4


def test_a_profile_of_another_protocol_is_refused() -> None:
    with pytest.raises(ValueError, match=r"ocpp1\.5"):
        Profile(identity="X", protocol="ocpp1.5")  # type: ignore[arg-type]
