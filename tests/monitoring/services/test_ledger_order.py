"""Signals that come late, or in any order, end up in the same ledger; what they do not touch stays as it is."""

import random
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from monitoring.domain.uptime import CONNECTION, IMPAIRED, OPERATOR, STATION, Cause, connector
from monitoring.domain.uptime.signals import OFF, ON, Word
from monitoring.models import LedgerEntry, Port, UptimeSignal
from monitoring.services import ledger
from monitoring.services.ledger import Heard
from tests import factories

NOON = datetime(2026, 3, 10, 12, tzinfo=UTC)
LATER = NOON + timedelta(days=3)


def news(chance, plug):
    """What a station told within two days."""
    said = [
        (CONNECTION, [ON, OFF, ON, OFF]),
        (STATION, [Word.WORKS, Word.FAULTED]),
        (OPERATOR, [ON, OFF]),
        (IMPAIRED, [OFF, Cause.CANNOT_CHARGE.value]),
        (connector(plug.pk), [Word.WORKS, Word.FAULTED, Word.UNAVAILABLE]),
    ]
    found = [Heard(plug.station_id, CONNECTION, ON, NOON, fact=1)]
    found.append(Heard(plug.station_id, connector(plug.pk), Word.WORKS, NOON, evse_id=plug.evse_id, fact=2))
    for number, minute in enumerate(sorted(chance.sample(range(1, 2 * 24 * 60), 14)), 3):
        channel, values = chance.choice(said)
        evse_id = None if channel in (CONNECTION, STATION) else plug.evse_id
        at = NOON + timedelta(minutes=minute)
        found.append(Heard(plug.station_id, channel, chance.choice(values), at, evse_id=evse_id, fact=number))
    return found


def current():
    rows = LedgerEntry.objects.filter(replaced_at=None).order_by("start")
    return list(rows.values_list("start", "end", "state", "cause", "detail"))


@pytest.mark.parametrize("seed", range(3))
def test_any_order_makes_the_same_ledger(station, seed):
    chance = random.Random(seed)  # noqa: S311
    told = news(chance, station.connectors.get())
    for heard in told:
        ledger.hear(heard, now=LATER)
    in_order = current()
    assert in_order[0][0] == NOON

    LedgerEntry.objects.all().delete()
    UptimeSignal.objects.all().delete()
    station.ports.all().delete()
    chance.shuffle(told)
    for heard in [*told, *told[:4]]:
        ledger.hear(heard, now=LATER)

    assert current() == in_order
    assert ledger.rebuild(now=LATER) == 0


@pytest.mark.parametrize("seed", range(2))
def test_what_comes_late_replaces_no_entry_that_was_over_before(station, seed):
    chance = random.Random(seed)  # noqa: S311
    plug = station.connectors.get()
    for heard in news(chance, plug):
        ledger.hear(heard, now=LATER)
    at = NOON + timedelta(hours=chance.randrange(1, 40), seconds=30)
    before = set(LedgerEntry.objects.filter(replaced_at=None, end__lt=at).values_list("pk", "end"))

    late = Heard(plug.station_id, connector(plug.pk), Word.FAULTED, at, evse_id=plug.evse_id)
    ledger.hear(late, now=LATER)

    untouched = set(LedgerEntry.objects.filter(replaced_at=None).values_list("pk", "end"))
    assert before <= untouched


@pytest.mark.parametrize("seed", range(4))
def test_much_that_is_heard_at_once_makes_the_same_ledger_as_one_by_one(db, seed):
    chance = random.Random(seed)  # noqa: S311
    plugs = [factories.ConnectorFactory() for _ in range(3)]
    told = [replace(heard, fact=None) for plug in plugs for heard in news(chance, plug)]
    for heard in told:
        ledger.hear(heard, now=LATER)
    one_by_one = by_port()

    LedgerEntry.objects.all().delete()
    UptimeSignal.objects.all().delete()
    Port.objects.all().delete()
    told.sort(key=lambda heard: heard.heard_at + timedelta(minutes=chance.choice([0, 0, 0, 600])))
    while told:
        many = chance.randrange(1, 9)
        some, told = told[:many], told[many:]
        ledger.hear_all(some, now=max(heard.heard_at for heard in some))

    ledger.refresh(Port.objects.values_list("pk", flat=True), now=LATER)
    assert by_port() == one_by_one
    assert ledger.rebuild(now=LATER) == 0


def by_port():
    rows = LedgerEntry.objects.filter(replaced_at=None).order_by("port", "start")
    return list(rows.values_list("port", "start", "end", "state", "cause", "detail"))


def test_news_of_many_stations_cost_as_many_queries_as_of_one(db, django_assert_max_num_queries):
    plugs = [factories.ConnectorFactory() for _ in range(20)]
    ledger.hear_all([heard for plug in plugs for heard in first_words(plug)], now=NOON)
    faults = [
        Heard(plug.station_id, connector(plug.pk), Word.FAULTED, NOON + timedelta(hours=1), evse_id=plug.evse_id)
        for plug in plugs
    ]
    with django_assert_max_num_queries(16):
        ledger.hear_all(faults, now=NOON + timedelta(hours=1))
    assert LedgerEntry.objects.filter(end=None, replaced_at=None, cause=Cause.FAULT).count() == 20


def test_news_of_many_that_were_away_cost_as_many_queries_as_of_one(db, django_assert_max_num_queries):
    plugs = [factories.ConnectorFactory() for _ in range(20)]
    ledger.hear_all([heard for plug in plugs for heard in first_words(plug)], now=NOON)
    now = NOON + timedelta(hours=2)
    for value, minutes in ((OFF, 60), (ON, 70)):
        at = NOON + timedelta(minutes=minutes)
        ledger.hear_all([Heard(plug.station_id, CONNECTION, value, at) for plug in plugs], now=now)
    at = NOON + timedelta(minutes=71)
    faults = [Heard(plug.station_id, connector(plug.pk), Word.FAULTED, at, evse_id=plug.evse_id) for plug in plugs]
    with django_assert_max_num_queries(16):
        ledger.hear_all(faults, now=now)
    assert LedgerEntry.objects.filter(end=None, replaced_at=None, cause=Cause.FAULT).count() == 20
    assert ledger.rebuild(now=now) == 0


def first_words(plug):
    return [
        Heard(plug.station_id, CONNECTION, ON, NOON),
        Heard(plug.station_id, connector(plug.pk), Word.WORKS, NOON, evse_id=plug.evse_id),
    ]
