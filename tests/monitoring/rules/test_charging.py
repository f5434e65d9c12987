"""Rules about ports that cannot charge: failed starts, no energy, ghosts, low power."""

from datetime import UTC, datetime, timedelta

import pytest

from monitoring.models import Attempt
from monitoring.rules.base import Scope, defaults, rules
from monitoring.services import habits, streaks, success
from stations.domain.status import ConnectorStatus
from stations.models import AppliedProfile, Session, Station
from stations.services.status import connector_reported
from stations.services.work import Work
from tests import factories
from tests.monitoring.charging import charged, failed

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 3, 2, 18, tzinfo=UTC)


def look(name, *, now=NOW):
    rule = rules()[name]
    return list(rule.findings(Scope(Station.objects.all(), defaults(rule)), now=now))


@pytest.fixture
def quiet(station):
    Session.objects.all().delete()
    return station


def count():
    success.take_in()
    success.sweep(now=NOW)


# --- Streaks ---


def test_sessions_without_energy_are_told_with_how_many_and_of_whom(quiet):
    for hour, card in enumerate("ABCA"):
        failed(quiet, NOW - timedelta(hours=9 - hour), card=card)
    count()
    (found,) = look("zero_energy")
    assert str(found.said) == "4 sessions in a row at EVSE 1 of DE*VLT*E01 gave no energy, to 3 different id tokens."
    assert found.began_at == NOW - timedelta(hours=9)
    assert look("failed_starts") == []


def test_a_streak_with_faults_after_plugging_in_is_a_failed_start(quiet):
    evse = quiet.evses.get()
    for hour, (who, outcome) in enumerate([("a", "no_energy"), ("", "not_started"), ("", "not_started")]):
        at = NOW - timedelta(hours=5 - hour)
        Attempt.objects.create(
            evse=evse, site=quiet.site, kind="plug", who=who, began_at=at, ended_at=at, outcome=outcome
        )
    streaks.look_at([evse.pk], now=NOW)
    (found,) = look("failed_starts")
    assert found.evidence["attempts"] == 3
    assert look("zero_energy") == []


def test_a_week_in_which_far_too_many_attempts_failed_is_told_without_a_streak(quiet):
    for number in range(30):
        (failed if number % 2 else charged)(quiet, NOW - timedelta(hours=3 * number + 2), card=f"C{number}")
    count()
    (found,) = look("failed_starts")
    assert "Only 15 of 30 attempts within a week" in str(found.said)


def test_a_few_failures_may_be_chance(quiet):
    for number in range(4):
        (failed if number % 2 else charged)(quiet, NOW - timedelta(hours=3 * number + 2), card=f"C{number}")
    count()
    assert look("failed_starts") == []


def test_one_failure_of_one_may_be_chance(quiet):
    failed(quiet, NOW - timedelta(hours=2), card="A")
    count()
    assert look("failed_starts") == []


# --- Ghosts ---


def busy(station, evse, *, until=NOW, days=30):
    """A session every two hours, on each of the last days."""
    Attempt.objects.bulk_create(
        Attempt(
            evse=evse,
            site=station.site,
            kind="session",
            who="x",
            began_at=at,
            ended_at=at + timedelta(minutes=30),
            outcome="well",
        )
        for hour in range(1, days * 12)
        if (at := NOW - timedelta(hours=2 * hour)) < until
    )


@pytest.fixture
def two_ports(quiet):
    """The first has been silent for two days, the second is as busy as ever."""
    factories.connect(quiet)
    second = factories.ConnectorFactory(evse__station=quiet).evse
    first = quiet.evses.get(number=1)
    quiet.connectors.update(status_at=NOW - timedelta(days=20))
    busy(quiet, first, until=NOW - timedelta(days=2))
    busy(quiet, second)
    habits.sweep(now=NOW)
    return first


def test_a_silent_port_beside_a_busy_one_is_a_ghost(two_ports):
    (found,) = look("ghost_port")
    assert found.evse_id == two_ports.pk
    assert found.evidence["gaps"] > 6


def test_a_port_that_says_it_is_not_available_is_no_ghost(two_ports):
    two_ports.connectors.update(status="faulted")
    assert look("ghost_port") == []


def test_silence_counts_from_when_the_port_became_available(two_ports):
    two_ports.connectors.update(status_at=NOW - timedelta(hours=2))
    assert look("ghost_port") == []


def test_a_port_that_repeats_available_every_hour_is_still_silent(two_ports):
    for hours_ago in range(47, 0, -1):
        at = NOW - timedelta(hours=hours_ago)
        with Work.transaction({two_ports.station_id}, at) as work:
            connector = next(c for c in work.connectors[two_ports.station_id] if c.evse_id == two_ports.pk)
            connector_reported(work=work, connector=connector, status=ConnectorStatus.AVAILABLE, at=at, received_at=at)
    (found,) = look("ghost_port")
    assert found.evse_id == two_ports.pk
    assert two_ports.connectors.get().status_received_at == NOW - timedelta(hours=1)


def test_where_the_neighbours_are_silent_too_there_is_no_ghost(two_ports):
    Attempt.objects.exclude(evse=two_ports).filter(began_at__gt=NOW - timedelta(days=2)).delete()
    assert look("ghost_port") == []


# --- Authorizing ---


def waited(station, *seconds, hours_ago=1):
    at, evse = NOW - timedelta(hours=hours_ago), station.evses.get()
    for number, wait_s in enumerate(seconds):
        begun = at + timedelta(minutes=number)
        Attempt.objects.create(
            evse=evse,
            site=station.site,
            kind="session",
            began_at=begun,
            ended_at=begun,
            outcome="well",
            authorize_s=wait_s,
        )


def test_a_station_whose_drivers_wait_long_for_our_word_is_told(quiet):
    waited(quiet, 0.2, 6.0, 7.0, 8.0, 9.0)
    (found,) = look("slow_authorize")
    assert found.evidence == {"median_s": 7.0, "attempts": 5}
    assert "wait more than 7.0 s" in str(found.said)


def test_few_who_wait_long_are_no_slow_station(quiet):
    waited(quiet, 0.2, 0.3, 0.2, 8.0, 9.0)
    assert look("slow_authorize") == []


def test_what_was_slow_days_ago_is_not_slow_now(quiet):
    waited(quiet, 6.0, 6.0, 6.0, 6.0, 6.0, hours_ago=30)
    assert look("slow_authorize") == []


# --- Power ---


def take(evse, who, peak_w, *, asked_w=None, days_ago=2):
    at = NOW - timedelta(days=days_ago)
    Attempt.objects.create(
        evse=evse,
        site=evse.station.site,
        kind="session",
        who=who,
        began_at=at,
        ended_at=at + timedelta(hours=1),
        outcome="well",
        energy_wh=30_000,
        peak_power_w=peak_w,
        asked_power_w=asked_w,
    )


@pytest.fixture
def rapid(quiet):
    evse = quiet.evses.get()
    evse.max_power_w = 150_000
    evse.save()
    return evse


def test_vehicles_that_asked_for_more_and_all_got_little_tell_of_the_port(rapid):
    for who in "abc":
        take(rapid, who, 50_000, asked_w=130_000)
    (found,) = look("low_power")
    assert str(found.said) == "EVSE 1 of DE*VLT*E01 gave 3 vehicles at most 50.0 kW, where 130.0 kW were possible."


def test_what_a_vehicle_took_elsewhere_stands_in_for_what_it_asks(rapid):
    elsewhere = factories.EvseFactory(station=rapid.station)
    for who in "abc":
        take(rapid, who, 50_000)
        take(elsewhere, who, 120_000, days_ago=40)
    assert len(look("low_power")) == 1


def test_vehicles_that_take_little_everywhere_do_not(rapid):
    elsewhere = factories.EvseFactory(station=rapid.station)
    for who in "abcd":
        take(rapid, who, 50_000)
        take(elsewhere, who, 52_000)
    assert look("low_power") == []


def test_a_port_that_a_profile_limits_is_not_blamed(rapid):
    for who in "abc":
        take(rapid, who, 50_000, asked_w=130_000)
    AppliedProfile.objects.create(station=rapid.station, wire_id=1, evse_number=1, state="accepted", purpose="x")
    assert look("low_power") == []
