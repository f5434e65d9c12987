"""Attempts counted by EVSE and day."""

from datetime import UTC, date, datetime, timedelta

import pytest

from monitoring.models import Attempt, SuccessDay, SuccessDue
from monitoring.services import attempts, success
from stations.models import Session
from tests import factories
from tests.monitoring.charging import charged, failed

pytestmark = pytest.mark.django_db

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


def rows():
    names = ("day", "attempts", "charged", "no_energy", "visits", "first_try", "visits_charged")
    return list(SuccessDay.objects.order_by("day", "evse").values_list(*names))


def count():
    success.take_in()
    success.sweep(now=NOON + timedelta(days=1))


def test_a_day_is_counted_with_its_visits(station):
    failed(station, NOON)
    charged(station, NOON + timedelta(minutes=4))
    charged(station, NOON + timedelta(hours=3))
    count()
    assert rows() == [(date(2026, 3, 1), 3, 2, 1, 2, 1, 2)]


def test_a_visit_belongs_to_the_evse_and_the_day_on_which_it_began(station):
    other = factories.ConnectorFactory(evse__station=station).evse
    midnight = datetime(2026, 3, 2, tzinfo=UTC)
    failed(station, midnight - timedelta(minutes=3))
    charged(station, midnight + timedelta(minutes=1), evse=other)
    count()
    assert rows() == [(date(2026, 3, 1), 1, 0, 1, 1, 0, 1), (date(2026, 3, 2), 1, 1, 0, 0, 0, 0)]


def test_an_attempt_that_comes_late_over_midnight_reaches_into_the_day_before(station):
    midnight = datetime(2026, 3, 2, tzinfo=UTC)
    failed(station, midnight - timedelta(minutes=3))
    count()
    charged(station, midnight + timedelta(minutes=1))
    count()
    assert rows()[0] == (date(2026, 3, 1), 1, 0, 1, 1, 0, 1)


def test_only_days_that_something_changed_on_are_counted_again(station, monkeypatch):
    charged(station, NOON)
    charged(station, NOON - timedelta(days=9))
    count()
    session = Session.objects.get(started_at=NOON)
    session.energy_wh = 0
    session.save()
    attempts.of_sessions([session])
    assert set(SuccessDue.objects.values_list("day", flat=True)) == {date(2026, 3, 1)}
    assert success.sweep(now=NOON) == 1


def test_a_firmware_has_rows_of_its_own(station):
    for version, hour in (("1.4", 0), ("1.5", 3)):
        station.firmware_version = version
        station.save()
        charged(station, NOON + timedelta(hours=hour))
        count()
    assert list(SuccessDay.objects.order_by("firmware_version").values_list("firmware_version", "attempts")) == [
        ("1.4", 1),
        ("1.5", 1),
    ]


def test_a_rebuild_changes_nothing_and_brings_back_what_is_lost(station):
    for hour in range(8):
        (failed if hour % 3 == 0 else charged)(station, NOON + timedelta(hours=hour), card=f"C{hour}")
    count()
    before = rows()
    assert success.rebuild() == 0
    SuccessDay.objects.all().delete()
    Attempt.objects.all().delete()
    assert success.rebuild() == 1
    assert rows() == before


def test_sessions_without_facts_are_taken_in_once(station):
    charged(station, NOON)
    assert success.take_in() == 1
    assert success.take_in() == 0


def test_a_swept_day_is_due_no_more(station):
    charged(station, NOON)
    count()
    assert not SuccessDue.objects.exists()
    assert success.sweep(now=NOON) == 0
