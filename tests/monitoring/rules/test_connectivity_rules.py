"""Rules about links."""

from datetime import timedelta

import pytest
from django.conf import settings
from django.utils import timezone

from monitoring.models import Drop, StationLink
from monitoring.rules.base import Scope, defaults, rules
from stations.domain.partings import Parting
from stations.models import LinkHour, Station
from tests import factories

NOW = timezone.now()


def found(name):
    rule = rules()[name]
    return list(rule.findings(Scope(Station.objects.all(), defaults(rule)), now=NOW))


@pytest.fixture
def drop(station, organization):
    def make(number, **fields):
        at = NOW - timedelta(minutes=number)
        usual = {"at": at, "heard_at": at, "opened_at": at, "parting": Parting.CUT, "cause": "provider:Fibre"}
        return Drop.objects.create(organization=organization, station=station, connection=number, **usual | fields)

    return make


def test_five_drops_in_an_hour_are_flapping(drop):
    for number in range(1, 5):
        drop(number)
    assert found("flapping") == []
    drop(5)
    finding = found("flapping")[0]
    assert (finding.evidence, finding.causes) == ({"drops": 5}, ("provider:Fibre",))


def test_our_restarts_are_no_flapping(drop):
    for number in range(1, 9):
        drop(number, culprit="us")
        drop(100 + number, at=NOW, parting=Parting.OURS)
    assert found("flapping") == []


def test_a_socket_that_says_nothing_is_told(station):
    factories.connect(station)
    interval = timedelta(seconds=settings.OCPP_HEARTBEAT_SECONDS)
    Station.objects.update(last_seen=NOW - 2 * interval)
    assert found("no_heartbeat") == []
    Station.objects.update(last_seen=NOW - 4 * interval)
    assert found("no_heartbeat")[0].began_at == NOW - 4 * interval


def test_who_is_offline_is_not_silent(station):
    Station.objects.update(last_seen=NOW - timedelta(days=1))
    assert found("no_heartbeat") == []


@pytest.mark.parametrize(("offset", "word"), [(600, "ahead"), (-600, "behind")])
def test_a_wrong_clock_is_told_with_its_direction(station, offset, word):
    factories.connect(station)
    Station.objects.update(clock_offset_s=offset)
    assert word in found("clock_wrong")[0].said.english


def test_a_clock_a_minute_off_is_let_be(station):
    factories.connect(station)
    Station.objects.update(clock_offset_s=60)
    assert found("clock_wrong") == []


def test_slow_pings_are_told_and_who_is_behind_them(station, organization):
    StationLink.objects.create(station=station, organization=organization, provider="Fibre")
    row = LinkHour.objects.create(station=station, hour=NOW.replace(minute=0), pings=30, rtt_sum_ms=30 * 1000)
    assert found("slow_link") == []
    LinkHour.objects.filter(pk=row.pk).update(rtt_sum_ms=30 * 2000)
    finding = found("slow_link")[0]
    assert (finding.evidence["rtt_ms"], finding.causes) == (2000, ("provider:Fibre",))


def test_a_few_slow_pings_are_an_accident(station):
    LinkHour.objects.create(station=station, hour=NOW.replace(minute=0), pings=3, rtt_sum_ms=3 * 9000)
    assert found("slow_link") == []
