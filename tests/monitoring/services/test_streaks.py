"""Ports that fail one driver after the other."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from monitoring.models import FailedStreak
from monitoring.rules.base import rules
from monitoring.services import impairments, rule_settings, streaks, success
from stations.models import Session
from tests.monitoring.charging import charged, failed

pytestmark = pytest.mark.django_db

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


def minute(number):
    return NOON + timedelta(minutes=number)


@pytest.fixture
def told(monkeypatch):
    """What the ledger is told."""
    news = []
    monkeypatch.setattr(impairments, "impair", lambda streak: news.append(("impair", streak.since)))
    monkeypatch.setattr(impairments, "restore", lambda evse_id, *, at: news.append(("restore", at)))
    return news


def count():
    success.take_in()
    success.sweep(now=NOON + timedelta(hours=12))


def fail(station, *cards):
    for number, card in enumerate(cards):
        failed(station, minute(60 * number), card=card)
    count()


def test_three_failures_of_two_people_impair_the_port_from_the_first_one(station, told):
    fail(station, "A", "B", "A")
    assert told == [("impair", NOON)]


def test_a_single_driver_does_not(station, told):
    fail(station, "A", "A", "A", "A", "A")
    assert told == []
    assert FailedStreak.objects.get().is_serious is False


@pytest.fixture
def longer(station, operator):
    """The site calls a port down only after five sessions without energy."""

    def change(attempts=5):
        rule_settings.change(
            organization_id=station.site.organization_id,
            site=station.site,
            rule=rules()["zero_energy"],
            is_on=None,
            values={"attempts": Decimal(attempts)},
            by=operator,
        )

    return change


def test_a_site_may_ask_for_a_longer_streak(station, told, longer):
    longer()
    fail(station, "A", "B", "C", "D")
    assert told == []
    failed(station, minute(300), card="E")
    count()
    assert told == [("impair", NOON)]


def test_a_threshold_set_otherwise_acquits_and_impairs_what_goes_on(station, told, longer):
    fail(station, "A", "B", "C")
    longer()
    count()
    assert told == [("impair", NOON), ("restore", NOON)]
    longer(3)
    count()
    assert told[2:] == [("impair", NOON)]


def test_what_is_over_stays_as_it_was_judged(station, told, longer):
    fail(station, "A", "B", "C")
    charged(station, minute(400))
    count()
    longer()
    charged(station, minute(500))
    count()
    assert told == [("impair", NOON), ("restore", minute(400))]


def test_the_next_success_restores_it(station, told):
    fail(station, "A", "B", "C")
    charged(station, minute(400))
    count()
    assert told[1:] == [("restore", minute(400))]
    assert FailedStreak.objects.get().ended_at == minute(400)


def test_a_session_that_charges_now_restores_it_before_it_ends(station, told):
    Session.objects.all().delete()
    fail(station, "A", "B", "C")
    running = charged(station, minute(400))
    Session.objects.filter(pk=running.pk).update(ended_at=None)
    streaks.look_at_running(now=minute(410))
    assert told[1:] == [("restore", minute(400))]


def test_a_failure_that_turns_out_to_have_charged_takes_the_streak_back(station, told):
    fail(station, "A", "B", "C")
    session = Session.objects.get(started_at=minute(60))
    session.energy_wh = 9000
    session.save()
    success.rebuild()
    success.sweep(now=minute(600))
    assert told[-1][0] == "restore"
    assert not FailedStreak.objects.filter(ended_at=None, is_serious=True).exists()


def test_a_streak_that_is_heard_of_when_it_is_over_counts_all_the_same(station, told):
    charged(station, minute(400))
    fail(station, "A", "B", "C")
    assert told == [("impair", NOON), ("restore", minute(400))]
    assert FailedStreak.objects.get().ended_at == minute(400)


def test_a_success_that_comes_late_cuts_a_streak_in_two(station, told):
    fail(station, "A", "B", "C", "D")
    charged(station, minute(90))
    count()
    assert told[-1] == ("restore", NOON)
    assert not FailedStreak.objects.filter(is_serious=True).exists()


def test_looking_again_changes_nothing(station, told):
    fail(station, "A", "B", "C")
    assert streaks.look_at([station.evses.get().pk], now=minute(600)) == 0
    assert len(told) == 1
