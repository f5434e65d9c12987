"""A test run over stations, step by step."""

from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from monitoring.models import NetworkTestPlan, NetworkTestResult, NetworkTestRun
from monitoring.services import network_tests
from stations.models import Command
from tests import factories

NOW = timezone.now()


@pytest.fixture
def free(station):
    """The station is connected and has no session."""
    station.sessions.update(ended_at=NOW)
    factories.connect(station)
    return station


@pytest.fixture
def start(organization, operator):
    return lambda **selection: network_tests.start(
        organization=organization, name="Test", selection=selection, by=operator, now=NOW
    )


def answered(command, state="accepted", ms=250, **fields):
    sent_at = NOW
    values = {"state": state, "sent_at": sent_at, "finished_at": sent_at + timedelta(milliseconds=ms), **fields}
    Command.objects.filter(pk=command.pk).update(**values)


def sweep(seconds=0):
    network_tests.sweep(now=NOW + timedelta(seconds=seconds))
    return NetworkTestResult.objects.select_related("trigger", "bulk", "download").order_by("pk").first()


def heartbeat(station, ms=300):
    factories.FrameFactory(station=station, at=NOW + timedelta(milliseconds=ms), direction="in", action="Heartbeat")


def test_a_charger_that_answers_all_passes(free, start):
    run = start()
    result = sweep()
    assert (result.state, result.trigger.kind) == ("running", "trigger")
    answered(result.trigger)
    heartbeat(free)
    result = sweep(1)
    assert result.bulk.kind == "get_variables"
    answered(result.bulk, ms=500, result="k" * 1_500)
    result = sweep(2)
    assert result.download.kind == "data_transfer"
    answered(result.download, state="rejected", ms=512)
    result = sweep(3)
    assert (result.state, result.problems) == ("passed", [])
    assert (result.answer_ms, result.arrival_ms, result.answer_bytes) == (250, 300, 1_500)
    assert (result.bytes_per_s, result.download_bytes_per_s) == (3000, 4000)
    run.refresh_from_db()
    assert run.finished_at is not None


def test_an_answer_of_one_packet_tells_nothing_of_the_upload(free, start):
    start()
    answered(sweep().trigger)
    heartbeat(free)
    answered(sweep(1).bulk, ms=500, result='{"configurationKey":[]}')
    answered(sweep(2).download, state="rejected")
    result = sweep(3)
    assert (result.state, result.answer_bytes, result.bytes_per_s) == ("passed", 23, None)


def test_who_is_offline_is_told_as_such_and_sent_nothing(station, start):
    start()
    assert sweep().state == "offline"
    assert not Command.objects.filter(kind="trigger").exists()


def test_who_charges_is_asked_only_the_smallest_question(station, start):
    factories.connect(station)
    start()
    answered(sweep().trigger)
    heartbeat(station)
    result = sweep(1)
    assert (result.state, result.bulk, result.download, result.had_session) == ("passed", None, None, True)


@pytest.mark.parametrize("end", ["timeout", "unknown"])
def test_who_takes_small_messages_and_no_large_one_fails(free, start, end):
    start()
    answered(sweep().trigger)
    heartbeat(free)
    answered(sweep(1).bulk)
    answered(sweep(2).download, state=end)
    result = sweep(3)
    assert (result.state, result.problems) == ("failed", ["large_lost"])


def test_a_charger_that_knows_no_data_transfer_has_taken_it_in(free, start):
    start()
    answered(sweep().trigger)
    heartbeat(free)
    answered(sweep(1).bulk)
    answered(sweep(2).download, state="failed", error_code="NotImplemented")
    assert sweep(3).state == "passed"


def test_who_does_not_answer_fails(free, start):
    start()
    answered(sweep().trigger, state="timeout")
    result = sweep(31)
    assert (result.state, result.problems) == ("failed", ["no_answer"])


def test_an_accepted_trigger_without_its_message_fails(free, start):
    start()
    answered(sweep().trigger)
    assert sweep(5).state == "running"
    answered(sweep(40).bulk)
    answered(sweep(41).download)
    assert sweep(42).problems == ["nothing_came"]


def test_a_charger_that_knows_no_trigger_is_not_blamed(free, start):
    start()
    answered(sweep().trigger, state="failed", error_code="NotImplemented")
    answered(sweep(1).bulk)
    answered(sweep(2).download)
    assert sweep(3).state == "passed"


def test_few_are_asked_at_once(site, start):
    for station in factories.StationFactory.create_batch(network_tests.PARALLEL + 3, site=site):
        factories.connect(station)
    start()
    sweep()
    assert 1 < NetworkTestResult.objects.filter(state="running").count() <= network_tests.PARALLEL


def test_a_restart_between_row_and_question_asks_again(free, start):
    start()
    result = sweep()
    NetworkTestResult.objects.update(trigger=None)
    assert sweep(10).trigger is None
    assert sweep(40).trigger is not None
    assert result.pk == sweep(41).pk


def test_a_cancelled_run_asks_nobody_further(free, start):
    run = start()
    network_tests.cancel(run=run, now=NOW)
    assert sweep().state == "cancelled"
    run.refresh_from_db()
    assert run.finished_at is not None


def test_it_is_compared_with_the_last_of_the_same_selection(free, start):
    first = start()
    NetworkTestRun.objects.update(finished_at=NOW)
    assert start().previous == first


def test_only_stations_that_one_may_command_are_tested(organization, viewer, free):
    with pytest.raises(ValidationError):
        network_tests.start(organization=organization, name="x", selection={}, by=viewer, now=NOW)


def test_a_plan_starts_its_runs_by_itself(free, organization, operator):
    network_tests.plan(organization=organization, name="Nightly", selection={}, every_hours=24, by=operator, now=NOW)
    sweep()
    sweep(1)
    assert NetworkTestRun.objects.get().name == "Nightly"
    assert NetworkTestPlan.objects.get().next_due_at == NOW + timedelta(hours=24)
