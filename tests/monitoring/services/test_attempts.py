"""What becomes an attempt to charge."""

from datetime import UTC, datetime, timedelta

import orjson
import pytest

from monitoring.models import Attempt, SuccessDue
from monitoring.services import attempts
from stations.domain.commands import CommandKind, CommandState
from stations.models import ChargingNeeds, Session
from tests import factories
from tests.monitoring.charging import charged, failed

pytestmark = pytest.mark.django_db

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


def take(*sessions):
    rows = Session.objects.select_related("station__site", "connector").filter(pk__in=[s.pk for s in sessions])
    attempts.of_sessions(list(rows))
    return list(Attempt.objects.order_by("began_at"))


def test_a_session_keeps_the_firmware_that_ran(station):
    station.firmware_version = "1.4"
    station.save()
    session = charged(station, NOON)
    take(session)
    station.firmware_version = "1.5"
    station.save()
    (attempt,) = take(session)
    assert (attempt.outcome, attempt.firmware_version, attempt.who) == ("well", "1.4", "card1")


def test_a_running_session_is_none_yet(station, session):
    assert take(session) == []


def test_what_is_told_twice_is_written_once_and_makes_no_day_due_again(station):
    session = charged(station, NOON)
    take(session)
    noted = SuccessDue.objects.count()
    assert len(take(session)) == 1
    assert SuccessDue.objects.count() == noted


def test_a_corrected_session_corrects_its_attempt_and_makes_both_days_due(station):
    session = failed(station, NOON)
    take(session)
    SuccessDue.objects.all().delete()
    session.energy_wh, session.started_at = 9000, NOON - timedelta(days=2)
    session.save()
    (attempt,) = take(session)
    assert attempt.outcome == "well"
    assert {due.day.day for due in SuccessDue.objects.all()} == {27, 1}


def test_a_token_that_was_refused_is_not_the_ports_failure(station):
    session = failed(station, NOON)
    session.verdict = "Blocked"
    session.save()
    assert take(session)[0].outcome == "refused"


def test_a_meter_that_may_count_kwh_says_nothing(station):
    session = charged(station, NOON, energy_wh=12, anomalies=["tiny_energy"])
    assert take(session)[0].outcome == "unknown"


def test_the_wait_goes_from_the_plug_to_energy(station):
    connector = station.connectors.get()
    attempts.of_status(connector, before="available", after="preparing", at=NOON - timedelta(seconds=20))
    attempts.of_status(connector, before="preparing", after="charging", at=NOON + timedelta(seconds=15))
    assert take(charged(station, NOON))[0].wait_s == 35


def test_without_statuses_the_first_reading_of_power_tells(station):
    session = charged(station, NOON)
    factories.MeterSampleFactory(session=session, at=NOON + timedelta(seconds=30), power_w=0)
    factories.MeterSampleFactory(session=session, at=NOON + timedelta(seconds=60), power_w=7000)
    factories.MeterSampleFactory(session=session, at=NOON + timedelta(seconds=90), power_w=9000)
    (attempt,) = take(session)
    assert (attempt.wait_s, attempt.peak_power_w) == (60, 9000)


def test_what_the_vehicle_asked_for_is_kept(station):
    session = charged(station, NOON, last_seq_no=3)
    needs = {"requestedEnergyTransfer": "DC", "dcChargingParameters": {"evMaxCurrent": 200, "evMaxVoltage": 400}}
    ChargingNeeds.objects.create(
        station=station,
        session=session,
        evse_number=1,
        received_at=NOON,
        transfer="DC",
        payload=orjson.dumps(needs).decode(),
        answer="Accepted",
    )
    assert take(session)[0].asked_power_w == 80_000


# --- Plugs ---


def unplug(station, after, *, at=NOON + timedelta(minutes=3)):
    connector = station.connectors.get()
    attempts.of_status(connector, before="available", after="preparing", at=NOON)
    attempts.of_status(connector, before="preparing", after=after, at=at)
    return list(Attempt.objects.values_list("outcome", flat=True))


@pytest.fixture
def quiet(station):
    """Nobody charges there."""
    Session.objects.all().delete()
    return station


def test_a_fault_while_somebody_is_plugged_in_is_a_failed_attempt(quiet):
    assert unplug(quiet, "faulted") == ["not_started"]


def test_who_only_plugs_in_and_out_has_not_tried(quiet):
    assert unplug(quiet, "available") == ["left"]


def test_a_plug_with_a_session_is_no_attempt_of_its_own(quiet):
    charged(quiet, NOON + timedelta(seconds=10), minutes=2)
    assert unplug(quiet, "available") == []


# --- Remote starts ---


def remote_start(station, state, **more):
    command = factories.CommandFactory(
        station=station,
        kind=CommandKind.REMOTE_START,
        state=state,
        payload=orjson.dumps({"id_token": "APP1", "evse": 1}).decode(),
        requested_at=NOON,
        expires_at=NOON + timedelta(minutes=1),
        finished_at=NOON + timedelta(minutes=1),
        **more,
    )
    return attempts.of_command(command)


def test_a_remote_start_that_the_station_turned_down_has_failed(quiet):
    attempt = remote_start(quiet, CommandState.REJECTED)
    assert (attempt.outcome, attempt.who) == ("not_started", "app1")


def test_a_remote_start_without_effect_has_failed_if_the_cable_was_in(quiet):
    quiet.connectors.update(status="preparing")
    assert remote_start(quiet, CommandState.NO_EFFECT).outcome == "not_started"


def test_a_remote_start_that_nobody_plugged_in_for_has_not(quiet):
    assert remote_start(quiet, CommandState.NO_EFFECT).outcome == "left"


def test_a_remote_start_at_a_port_that_is_taken_says_nothing_of_it(station, session):
    Session.objects.update(started_at=NOON - timedelta(hours=1))
    assert remote_start(station, CommandState.REJECTED).outcome == "left"


def test_a_remote_start_that_a_session_came_of_is_none(station, session):
    assert remote_start(station, CommandState.ACCEPTED, session=session) is None
