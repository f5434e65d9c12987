"""Offline spells out of facts: the same whatever the order in which facts arrive, and however often."""

from datetime import UTC, datetime, timedelta
from itertools import permutations

import pytest

from monitoring.models import OfflineSpell
from monitoring.subscribers import connectivity
from stations import journal
from stations.models import Delivery, Fact
from tests import factories

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


def at(minutes):
    return NOON + timedelta(minutes=minutes)


@pytest.fixture
def facts(station):
    """Connected from 0 to 10, 20 to 30 and again from 40 on: the facts of it, as the edge records them."""
    told = []
    for opened, closed in ((0, 10), (20, 30), (40, None)):
        connection = factories.ConnectionFactory(station=station, opened_at=at(opened))
        data = {"connection": connection.pk}
        told.append(_fact("station.connected", station, data, at(opened)))
        if closed:
            told.append(_fact("station.disconnected", station, data, at(closed)))
    return told


def _fact(kind, station, data, when):
    return journal.build(kind, subject_type="station", subject_id=station.pk, data=data, at=when)


def tell(facts):
    for fact in facts:
        connectivity.on_facts.run([fact])


def spells():
    return list(OfflineSpell.objects.order_by("started_at").values_list("started_at", "ended_at"))


def test_any_order_gives_the_same_spells(facts):
    for order in permutations(facts):
        OfflineSpell.objects.all().delete()
        tell(order)
        assert spells() == [(at(10), at(20)), (at(30), at(40))]


def test_all_at_once_gives_the_same_spells_as_one_by_one(facts):
    for order in permutations(facts):
        OfflineSpell.objects.all().delete()
        connectivity.on_facts.run(order)
        assert spells() == [(at(10), at(20)), (at(30), at(40))]


def test_repeated_facts_change_nothing(facts):
    tell(facts)
    tell(reversed(facts))
    assert spells() == [(at(10), at(20)), (at(30), at(40))]


def test_a_spell_is_open_while_the_station_is_away(station):
    connection = factories.ConnectionFactory(station=station, opened_at=at(0))
    tell([_fact("station.disconnected", station, {"connection": connection.pk}, at(10))])
    assert spells() == [(at(10), None)]


def test_news_of_a_station_that_is_gone_is_dropped(facts, station):
    station.delete()
    tell(facts)
    assert spells() == []


def test_the_journal_delivers_them_once(station):
    connection = factories.ConnectionFactory(station=station)
    journal.record(
        "station.disconnected",
        subject_type="station",
        subject_id=station.pk,
        data={"connection": connection.pk, "reason": "closed"},
        at=connection.opened_at + timedelta(minutes=1),
    )
    assert journal.deliver(urgent=False) == 1
    assert journal.deliver(urgent=False) == 0
    assert OfflineSpell.objects.count() == 1
    assert Fact.objects.get(kind="station.disconnected").settled_at is not None
    assert not Delivery.objects.filter(done_at=None).exists()
