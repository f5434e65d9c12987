"""Periodic work takes a backlog in one go."""

from datetime import timedelta
from uuid import uuid4

import pytest
import time_machine
from django.utils import timezone

from stations import tasks
from stations.models import Connection, EdgeProcess, Station
from stations.services import connections, leases
from tests import factories

pytestmark = pytest.mark.django_db


def process_with_chargers(count, lease):
    now = timezone.now()
    process = EdgeProcess.objects.create(id=uuid4(), host="test", started_at=now, lease_until=now + lease)
    for station in factories.StationFactory.create_batch(count):
        station.connection = Connection.objects.create(
            station=station, process=process, protocol="ocpp1.6", opened_at=now, last_seen=now
        )
        station.save()
    return process


def test_all_connections_of_a_dead_process_are_closed_by_one_sweep():
    process_with_chargers(60, timedelta(seconds=-1))
    with time_machine.travel(timezone.now(), tick=False) as clock:
        assert tasks.close_orphans() == 0
        clock.shift(leases.DOUBT)
        assert tasks.close_orphans() == 60
    assert not Station.objects.exclude(connection=None).exists()


def test_a_process_that_renews_its_lease_late_keeps_its_chargers():
    process = process_with_chargers(1, timedelta(seconds=-1))
    with time_machine.travel(timezone.now(), tick=False) as clock:
        assert tasks.close_orphans() == 0
        connections.renew_lease(process_id=process.pk)
        clock.shift(leases.DOUBT)
        assert tasks.close_orphans() == 0


def test_a_clock_set_forward_costs_nobody_his_connection():
    process = process_with_chargers(1, connections.LEASE)
    with time_machine.travel(timezone.now(), tick=False) as clock:
        assert tasks.close_orphans() == 0
        clock.shift(timedelta(hours=1))
        assert tasks.close_orphans() == 0
        connections.renew_lease(process_id=process.pk)
        clock.shift(connections.RENEWAL)
        assert tasks.close_orphans() == 0


def test_a_clock_set_back_keeps_no_dead_process_alive():
    process_with_chargers(1, timedelta(hours=1))
    with time_machine.travel(timezone.now(), tick=False) as clock:
        assert tasks.close_orphans() == 0
        clock.shift(leases.DOUBT)
        assert tasks.close_orphans() == 1


def test_closed_connections_beyond_their_retention_are_deleted(settings):
    settings.OCPP_FRAME_DAYS = 1
    long_ago, now = timezone.now() - timedelta(days=2), timezone.now()
    station = factories.StationFactory()
    for at in (long_ago, now):
        Connection.objects.create(station=station, protocol="ocpp1.6", opened_at=at, last_seen=at, closed_at=at)
    assert tasks.prune() == 1
    assert Connection.objects.get().closed_at == now
