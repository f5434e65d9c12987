from datetime import timedelta

import pytest
from django.utils import timezone

from monitoring.models import WindowStation
from monitoring.services import window_sweep, windows
from stations.domain.commands import CommandKind, CommandState
from stations.domain.status import ConnectorStatus
from stations.models import Command, Connector, Session
from tests import factories
from tests.monitoring.maintenance_rows import WindowFactory

pytestmark = pytest.mark.django_db
State = WindowStation.State


@pytest.fixture
def idle(station):
    """Connected, nobody charges."""
    Session.objects.filter(station=station).update(ended_at=timezone.now())
    factories.connect(station)
    return station


@pytest.fixture
def window(site):
    return WindowFactory(site=site)


def row(window):
    return WindowStation.objects.get(window=window)


def availability():
    return [c.values["operative"] for c in Command.objects.filter(kind=CommandKind.CHANGE_AVAILABILITY).order_by("pk")]


def answer(window, state=CommandState.ACCEPTED):
    Command.objects.filter(pk=row(window).command_id).update(state=state, finished_at=timezone.now())


def sweep(window, minutes=0):
    """So much later, whatever the row waits for."""
    WindowStation.objects.filter(due_at__isnull=False).update(due_at=window.starts_at)
    return window_sweep.sweep(now=timezone.now() + timedelta(minutes=minutes))


def taken_out(window):
    sweep(window)
    answer(window)
    sweep(window)


def test_what_is_idle_goes_out_and_comes_back_after_the_end(idle, window):
    taken_out(window)
    assert (row(window).state, availability()) == (State.OUT, [False])
    window_sweep.sweep(now=window.ends_at)
    answer(window)
    sweep(window, minutes=121)
    assert (row(window).state, availability()) == (State.BACK, [False, True])


def test_a_session_that_runs_is_waited_for(idle, window):
    session = factories.SessionFactory(station=idle, evse=idle.evses.get())
    sweep(window)
    assert (row(window).state, availability()) == (State.WAITING, [])
    Session.objects.filter(pk=session.pk).update(ended_at=timezone.now())
    sweep(window)
    assert availability() == [False]


def test_what_somebody_had_switched_off_stays_so(idle, window):
    Connector.objects.filter(station=idle).update(status=ConnectorStatus.UNAVAILABLE)
    sweep(window)
    window_sweep.sweep(now=window.ends_at)
    assert (row(window).state, availability()) == (State.LEFT, [])


def test_what_somebody_switches_off_meanwhile_stays_so(idle, window, operator):
    taken_out(window)
    Command.objects.create(
        station=idle,
        kind=CommandKind.CHANGE_AVAILABILITY,
        payload='{"operative": false}',
        state=CommandState.ACCEPTED,
        requested_by=operator,
        requested_at=timezone.now(),
        expires_at=timezone.now(),
    )
    window_sweep.sweep(now=window.ends_at)
    assert (row(window).state, availability()) == (State.LEFT, [False, False])


def test_one_that_is_away_is_taken_out_when_it_comes_back(station, window):
    Session.objects.filter(station=station).update(ended_at=timezone.now())
    sweep(window)
    assert (row(window).state, row(window).problem) == (State.WAITING, "The station is offline.")
    factories.connect(station)
    window_sweep.look_at([station.pk], now=timezone.now())
    window_sweep.sweep()
    assert availability() == [False]


def test_one_that_refuses_is_asked_again_after_a_while(idle, window):
    sweep(window)
    answer(window, CommandState.REJECTED)
    sweep(window)
    assert availability() == [False]
    sweep(window, minutes=1)
    assert availability() == [False, False]


def test_windows_that_overlap_put_it_back_once_the_last_is_over(idle, window, site):
    longer = WindowFactory(site=site, starts_at=window.starts_at, ends_at=window.ends_at + timedelta(hours=1))
    taken_out(window)
    sweep(longer)
    assert row(longer).state == State.OUT
    window_sweep.sweep(now=window.ends_at)
    assert (row(window).state, availability()) == (State.BACK, [False])
    window_sweep.sweep(now=longer.ends_at)
    assert availability() == [False, True]


def test_one_that_is_ended_early_puts_back_at_once(idle, window):
    taken_out(window)
    windows.end(window=window)
    window_sweep.sweep()
    assert availability() == [False, True]


def test_one_that_is_called_off_does_nothing(idle, site):
    window = WindowFactory(site=site, starts_at=timezone.now() + timedelta(hours=1))
    windows.end(window=window)
    window_sweep.sweep(now=window.starts_at)
    assert not WindowStation.objects.exists()
    assert availability() == []


def test_a_second_sweep_finds_nothing_to_do(idle, window):
    taken_out(window)
    assert window_sweep.sweep() == 0
