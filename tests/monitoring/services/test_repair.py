"""Self-repair at work, on rows: what it sends, what it waits for, how it ends."""

from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone

from drivers.models import AuditEntry
from monitoring.domain.playbooks import Mode, Planned, Step
from monitoring.models import Alert, IncidentEntry, RepairRun, RepairStep, WorkOrder
from monitoring.services import incidents, playbook_settings, repair_sweep, repairs
from stations.domain.commands import CommandState
from stations.models import Command, Connector, Session, Variable
from tests import factories
from tests.monitoring.alert_rows import AlertFactory, IncidentFactory
from tests.monitoring.maintenance_rows import WindowFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def idle(station):
    """Connected, nobody charges."""
    Session.objects.filter(station=station).update(ended_at=timezone.now())
    factories.connect(station)
    return station


@pytest.fixture
def alert(idle):
    now = timezone.now()
    incident = IncidentFactory(site=idle.site, opened_at=now)
    return AlertFactory(
        station=idle,
        evse=idle.evses.get(),
        incident=incident,
        rule="faulted",
        evidence={"connectors": [{"number": 1, "error_code": "InternalError"}]},
        began_at=now,
        noticed_at=now,
        raised_at=now,
    )


def set_mode(site, mode, by, **more):
    values = {"rules": None, "steps": None, "per_day": None} | more
    playbook_settings.change(organization_id=site.organization_id, site=None, mode=mode, by=by, **values)


@pytest.fixture
def switched_on(site, operator):
    set_mode(site, Mode.ON, operator)


def sweep(minutes=0.0):
    """So much later, whatever the run waits for."""
    RepairRun.objects.filter(ended_at=None).update(due_at=timezone.now())
    return repair_sweep.sweep(now=timezone.now() + timedelta(minutes=minutes))


def answer(state=CommandState.ACCEPTED, result="", minutes=0.0):
    Command.objects.filter(state=CommandState.QUEUED).update(
        state=state, result=result, finished_at=timezone.now() + timedelta(minutes=minutes)
    )


def sent():
    """What the station was asked for."""
    rows = Command.objects.order_by("pk")
    return [(row.kind, row.values.get("type") or row.values.get("message") or "") for row in rows]


def run():
    return RepairRun.objects.get()


def go(*minutes):
    """Sweeps at these minutes, with every command answered in between."""
    for minute in minutes:
        sweep(minute)
        answer(minutes=minute)


def states():
    return [(row.step, row.state) for row in RepairStep.objects.all()]


PROBE, STATUS, SOFT, HARD = (
    ("trigger", "Heartbeat"),
    ("trigger", "StatusNotification"),
    ("reset", "soft"),
    ("reset", "hard"),
)


def test_a_fault_is_tried_step_by_step_until_it_is_over(alert, switched_on):
    go(0, 1, 4)
    assert sent() == [PROBE, STATUS, SOFT]
    sweep(5)
    assert sent() == [PROBE, STATUS, SOFT]
    Alert.objects.filter(pk=alert.pk).update(resolved_at=timezone.now())
    sweep(6)
    assert (run().state, run().cured_by) == ("cured", "soft_reset")
    assert states() == [("probe", "no_cure"), ("trigger", "no_cure"), ("soft_reset", "cured")]


def test_while_the_alert_has_only_cleared_it_is_not_cured_and_nothing_more_is_sent(alert, switched_on):
    go(0, 1, 4)
    Alert.objects.filter(pk=alert.pk).update(cleared_at=timezone.now())
    go(30)
    assert (run().state, sent()) == ("running", [PROBE, STATUS, SOFT])
    Alert.objects.filter(pk=alert.pk).update(cleared_at=None)
    go(31)
    assert sent() == [PROBE, STATUS, SOFT, HARD]


def test_what_nothing_cures_becomes_a_work_order_with_the_evidence(alert, switched_on):
    go(0, 1, 4, 10, 21)
    assert sent() == [PROBE, STATUS, SOFT, HARD]
    order = WorkOrder.objects.get()
    assert (order.origin, order.incident, order.evse) == ("repair", alert.incident, alert.evse)
    assert order.evidence["said"][2] == "soft_reset: no_cure"
    assert (run().state, run().work_order) == ("handed_over", order)


def test_a_dry_run_is_usual_and_sends_nothing(alert):
    go(0, 1, 4, 10, 21)
    assert (sent(), WorkOrder.objects.count()) == ([], 0)
    assert (run().is_dry, run().state) == (True, "handed_over")
    assert [step for step, _ in states()] == ["probe", "trigger", "soft_reset", "unlock", "hard_reset", "work_order"]
    (line,) = IncidentEntry.objects.filter(kind="repair")
    assert "Soft reset, Hard reset" in line.text


def test_what_is_over_in_a_dry_run_was_cured_by_nothing(alert):
    go(0, 1, 4)
    Alert.objects.filter(pk=alert.pk).update(resolved_at=timezone.now())
    sweep(5)
    assert (run().state, run().cured_by) == ("over", "")


def test_switched_off_nothing_begins(alert, site, operator):
    set_mode(site, Mode.OFF, operator)
    sweep()
    assert not RepairRun.objects.exists()


def test_a_site_may_want_it_otherwise(alert, site, operator, switched_on):
    playbook_settings.change(
        organization_id=site.organization_id,
        site=site,
        mode=Mode.OFF,
        rules=None,
        steps=None,
        per_day=None,
        by=operator,
    )
    sweep()
    assert not RepairRun.objects.exists()


def test_only_rules_that_are_chosen_begin_a_run(alert, site, operator):
    set_mode(site, Mode.ON, operator, rules=["ghost_port"])
    sweep()
    assert not RepairRun.objects.exists()


def test_a_session_is_waited_for(alert, idle, switched_on):
    session = factories.SessionFactory(station=idle, evse=idle.evses.get())
    go(0, 1, 4, 30)
    assert (sent(), run().waits_for) == ([PROBE, STATUS], "session")
    Session.objects.filter(pk=session.pk).update(ended_at=timezone.now())
    repair_sweep.look_at([idle.pk], now=timezone.now())
    go(31)
    assert sent() == [PROBE, STATUS, SOFT]


def test_a_session_that_does_not_end_leaves_it_to_a_technician(alert, idle, switched_on):
    factories.SessionFactory(station=idle, evse=idle.evses.get())
    go(0, 1, 4, 130)
    assert (sent(), run().state) == ([PROBE, STATUS], "handed_over")
    assert RepairStep.objects.get(step="soft_reset").why == "session"


def test_nothing_disruptive_is_sent_in_a_maintenance_window(alert, idle, switched_on):
    WindowFactory(site=idle.site, due_at=None)
    go(0, 1, 4)
    assert (sent(), run().waits_for) == ([PROBE, STATUS], "window")


def test_nothing_disruptive_is_sent_beside_another_command(alert, idle, switched_on):
    go(0, 1)
    now = timezone.now()
    Command.objects.create(
        station=idle, kind="get_log", state=CommandState.SENT, requested_at=now, expires_at=now + timedelta(hours=1)
    )
    sweep(4)
    assert run().waits_for == "command"


def test_a_refused_reset_is_followed_by_the_next_step_at_once(alert, switched_on):
    go(0, 1)
    sweep(4)
    answer(CommandState.REJECTED, '{"status": "Rejected"}', minutes=4)
    sweep(4.1)
    assert sent() == [PROBE, STATUS, SOFT, HARD]
    assert RepairStep.objects.get(step="soft_reset").answer == "Rejected"


def test_a_reset_that_is_scheduled_for_later_is_not_waited_for(alert, switched_on):
    go(0, 1)
    sweep(4)
    answer(CommandState.ACCEPTED, '{"status": "Scheduled"}', minutes=4)
    sweep(4.1)
    assert sent()[-1] == HARD


def test_a_reset_that_was_not_answered_may_have_helped(alert, switched_on):
    go(0, 1)
    sweep(4)
    answer(CommandState.TIMEOUT, minutes=5)
    sweep(6)
    assert sent() == [PROBE, STATUS, SOFT]
    assert RepairStep.objects.get(step="soft_reset").state == "taken"


def test_what_was_never_sent_is_tried_again(alert, switched_on):
    go(0, 1)
    sweep(4)
    answer(CommandState.WITHDRAWN, minutes=4)
    sweep(4.1)
    assert sent() == [PROBE, STATUS, SOFT, SOFT]
    assert states()[2:] == [("soft_reset", "withheld"), ("soft_reset", "open")]


def test_the_daily_limit_is_kept_over_all_runs_of_a_station(alert, idle, site, operator):
    set_mode(site, Mode.ON, operator, per_day=1)
    go(0, 1, 4)
    Alert.objects.filter(pk=alert.pk).update(resolved_at=timezone.now())
    sweep(5)
    AlertFactory(station=idle, rule="faulted", raised_at=timezone.now(), incident=alert.incident)
    go(6, 7, 10, 11)
    assert sent() == [PROBE, STATUS, SOFT, PROBE, STATUS]
    assert RepairStep.objects.filter(why="limit").count() == 2


def test_a_fault_that_may_hurt_somebody_is_only_asked_about(alert, idle, switched_on):
    Connector.objects.filter(station=idle).update(error_code="GroundFailure")
    go(0, 1, 4)
    assert (sent(), run().state) == ([PROBE, STATUS], "handed_over")


def test_a_stuck_plug_is_unlocked_and_restarts_come_around_it(idle, switched_on, alert):
    Alert.objects.filter(pk=alert.pk).update(evidence={"connectors": [{"error_code": "ConnectorLockFailure"}]})
    go(0, 1, 4, 10)
    assert sent()[-1] == ("unlock", "")


def test_an_evse_that_can_be_restarted_alone_is(alert, idle, switched_on):
    idle.protocol = "ocpp2.0.1"
    idle.save()
    Variable.objects.create(
        station=idle, component="EVSE", evse_number=1, name="AllowReset", value="true", reported_at=timezone.now()
    )
    go(0, 1, 4)
    assert Command.objects.order_by("pk").last().values == {"type": "soft", "evse": 1}


def test_who_acknowledges_takes_it_over(alert, switched_on, operator):
    go(0, 1)
    incidents.acknowledge(incident_id=alert.incident_id, by=operator)
    go(4)
    assert (run().state, run().note) == ("stopped", "Somebody takes care of the incident.")
    assert sent() == [PROBE, STATUS]


def test_a_run_by_hand_goes_on_whoever_acknowledged(alert, operator):
    incidents.acknowledge(incident_id=alert.incident_id, by=operator)
    repairs.start(alert=alert, is_dry=False, by=operator)
    go(0, 1, 4)
    assert sent() == [PROBE, STATUS, SOFT]


def test_whose_account_is_deleted_leaves_the_run_as_it_was(alert, switched_on, operator):
    go(0, 1, 4, 10, 21)
    technician = factories.UserFactory()
    repairs.start(alert=alert, is_dry=True, by=technician)
    technician.delete()
    assert list(RepairRun.objects.order_by("pk").values_list("is_by_hand", "started_by")) == [
        (False, None),
        (True, None),
    ]


def test_what_is_stopped_sends_nothing_more_and_takes_back_what_waits(alert, switched_on, operator):
    sweep()
    assert repairs.stop(run=run(), by=operator)
    go(1, 4)
    assert (sent(), run().state) == ([PROBE], "stopped")
    assert Command.objects.get().state == CommandState.WITHDRAWN
    assert not repairs.stop(run=run(), by=operator)


def test_switching_it_off_ends_what_goes_on(alert, site, switched_on, operator):
    go(0)
    set_mode(site, Mode.OFF, operator)
    go(1)
    assert (run().state, sent()) == ("stopped", [PROBE])


def test_a_station_has_one_run_at_a_time(alert, idle, switched_on, operator):
    other = AlertFactory(station=idle, rule="error_code", raised_at=timezone.now())
    go(0)
    with pytest.raises(ValidationError):
        repairs.start(alert=other, is_dry=False, by=operator)
    with pytest.raises(IntegrityError), transaction.atomic():
        RepairRun.objects.create(
            organization=other.organization, site=idle.site, station=idle, steps=[], began_at=timezone.now()
        )


def test_a_dry_run_makes_way_for_one_in_earnest_by_hand(alert, operator):
    go(0)
    repairs.start(alert=alert, is_dry=False, by=operator)
    go(0, 1, 4)
    runs = RepairRun.objects.order_by("pk").values_list("is_dry", "state")
    assert list(runs) == [(True, "stopped"), (False, "running")]
    assert sent() == [PROBE, STATUS, SOFT]


def test_a_dry_run_does_not_make_way_for_another(alert, operator):
    go(0)
    with pytest.raises(ValidationError):
        repairs.start(alert=alert, is_dry=True, by=operator)
    assert run().state == "running"


def test_each_alert_is_tried_once(alert, switched_on):
    go(0, 1, 4, 10, 21, 30)
    assert RepairRun.objects.count() == 1


def test_each_step_is_in_the_timeline_and_in_the_audit_log_as_by_busbar(alert, idle, switched_on):
    go(0, 1, 4)
    told = IncidentEntry.objects.filter(kind="repair").values_list("text", "by")
    assert ("A soft reset was sent.", None) in told
    logged = AuditEntry.objects.filter(object_pk=str(idle.pk), action=AuditEntry.Action.COMMAND)
    assert [entry.actor for entry in logged] == [None, None, None]


def test_a_station_that_is_away_is_waited_for(station, alert, switched_on):
    station.refresh_from_db()
    type(station).objects.filter(pk=station.pk).update(connection=None)
    go(0)
    assert (sent(), run().waits_for) == ([], "offline")


@pytest.mark.parametrize(
    "steps",
    [
        [],
        [Planned(Step.HARD_RESET, timedelta(0)), Planned(Step.PROBE, timedelta(0))],
        [Planned(Step.PROBE, timedelta(days=2))],
    ],
)
def test_a_playbook_without_sense_is_refused(site, operator, steps):
    with pytest.raises(ValidationError):
        set_mode(site, Mode.ON, operator, steps=steps)
