"""Self-repair over real websockets: a charger that a reset mends, one in use, one that nothing mends, and a dry run."""

import asyncio
from datetime import timedelta

import pytest
from django.utils import timezone

from monitoring.domain.playbooks import Mode, Planned, Step
from monitoring.models import Alert, RepairRun, RepairStep, WorkOrder
from monitoring.services import alerting, playbook_settings, repair_sweep
from stations import journal
from stations.models import Command, Session, Station
from stations.simulator.outlet import Cure
from tests import factories

pytestmark = pytest.mark.django_db(transaction=True)
AT_ONCE = timedelta(0)
PATIENT = timedelta(minutes=30)


@pytest.fixture(params=["ocpp1.6", "ocpp2.0.1"])
def charger(request, connect):
    return connect(request.param)


@pytest.fixture
def playbook(depot):
    """Sets what self-repair does at the depot; it does not wait for what only asks."""
    person = factories.UserFactory()

    def set_it(mode=Mode.ON, wait=PATIENT, per_day=3):
        steps = [Planned(step, wait if step in (Step.SOFT_RESET, Step.HARD_RESET) else AT_ONCE) for step in Step]
        playbook_settings.change(
            organization_id=depot.organization_id,
            site=None,
            mode=mode,
            rules=None,
            steps=steps,
            per_day=per_day,
            by=person,
        )

    return set_it


def swept(condition, minutes=0):
    """A condition that has news delivered and the sweeps run before it is looked at, as the beat does."""

    def check():
        while journal.deliver():
            pass
        now = timezone.now() + timedelta(minutes=minutes)
        alerting.sweep(now=now)
        RepairRun.objects.filter(ended_at=None).update(due_at=timezone.now() - timedelta(minutes=1))
        repair_sweep.sweep(now=now)
        return condition()

    return check


def ended():
    return RepairRun.objects.filter(ended_at__isnull=False).values_list("state", "cured_by").first()


def resets(charger):
    return [call.payload["type"] for call in charger.received if call.action == "Reset"]


SOFT = {"ocpp1.6": "Soft", "ocpp2.0.1": "OnIdle"}
HARD = {"ocpp1.6": "Hard", "ocpp2.0.1": "Immediate"}


async def test_a_charger_that_recovers_with_a_soft_reset_is_left_alone_then(charger, database, playbook):
    await database(playbook)
    async with charger:
        await charger.boot()
        await charger.fault(1, cure=Cure.SOFT_RESET)
        await database.until(swept(lambda: Alert.objects.filter(cleared_at__isnull=False).exists()), "it works again")
        await database.until(swept(ended, minutes=2), "the run has ended")
        assert await database(ended) == ("cured", "soft_reset")
        assert resets(charger) == [SOFT[charger.profile.protocol]]


async def test_nothing_disruptive_reaches_a_charger_in_use(server, make_station, connect, database, playbook):
    await database(playbook)
    async with connect("ocpp1.6", evses=2) as charger:
        await charger.boot()
        await charger.plug_in(1)
        await charger.start(1, "CARD-1")
        await database.until(lambda: Session.objects.filter(ended_at=None).exists(), "a session runs")
        await charger.fault(2, "InternalError", cure=Cure.SOFT_RESET)
        waits = swept(lambda: RepairRun.objects.filter(waits_for="session").exists())
        await database.until(waits, "the reset waits for the session")
        await database.until(swept(lambda: RepairRun.objects.filter(state="handed_over").exists(), 121), "it gives up")
        assert resets(charger) == []
        assert await database(lambda: Session.objects.filter(ended_at=None).count()) == 1


async def test_a_session_that_begins_in_the_last_moment_keeps_the_reset_back(connect, database):
    """What was written while the station was idle does not leave once it is not."""
    async with connect("ocpp1.6") as charger:
        await charger.boot()
        await charger.plug_in(1)
        await charger.start(1, "CARD-1")
        await database.until(lambda: Session.objects.filter(ended_at=None).exists(), "a session runs")

        def ask():
            station, now = Station.objects.get(), timezone.now()
            return Command.objects.create(
                station=station,
                kind="reset",
                payload='{"type": "soft"}',
                only_idle=True,
                requested_at=now,
                expires_at=now + timedelta(minutes=1),
            )

        command = await database(ask)
        await database.until(
            lambda: Command.objects.filter(pk=command.pk, state="withdrawn").exists(), "it is taken back"
        )
        assert resets(charger) == []


async def test_what_nothing_mends_is_handed_over_and_the_daily_limit_holds(charger, database, playbook):
    await database(lambda: playbook(wait=AT_ONCE, per_day=2))
    async with charger:
        await charger.boot()
        await charger.fault(1)
        await database.until(swept(ended), "the run has ended")
        assert await database(ended) == ("handed_over", "")
        order = await database(WorkOrder.objects.get)
        assert any("hard_reset" in line for line in order.evidence["said"])
        protocol = charger.profile.protocol
        assert resets(charger) == [SOFT[protocol], HARD[protocol]]
        # The same again: it recovers by itself and breaks anew on the same day.
        await database.until(lambda: Station.objects.filter(connection__isnull=False).exists(), "it is back")
        await charger.wait_until(lambda: charger.ready, timeout_s=30)
        await charger.clear_fault(1)
        over = swept(lambda: not Alert.objects.filter(rule="faulted", resolved_at=None).exists(), minutes=2)
        await database.until(over, "the fault is over")
        await charger.fault(1)
        again = swept(lambda: RepairRun.objects.filter(ended_at__isnull=False).count() == 2, minutes=3)
        await database.until(again, "the second run has ended")
        assert len(resets(charger)) == 2
        assert await database(RepairStep.objects.filter(why="limit").count) == 2
        assert await database(WorkOrder.objects.count) == 1


async def test_a_dry_run_sends_nothing_at_all(charger, database, playbook):
    await database(lambda: playbook(Mode.DRY_RUN, wait=AT_ONCE))
    async with charger:
        await charger.boot()
        await asyncio.sleep(0)
        before = [call.action for call in charger.received]
        await charger.fault(1)
        await database.until(swept(ended), "the run has ended")
        steps = await database(lambda: list(RepairStep.objects.values_list("step", flat=True)))
        assert "hard_reset" in steps
        asked = [call.action for call in charger.received][len(before) :]
        assert not {"Reset", "UnlockConnector", "TriggerMessage"} & set(asked)
        assert not await database(WorkOrder.objects.exists)
