"""Periodic work takes a backlog in one go."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.utils import timezone

from stations import tasks
from stations.models import Connection, EdgeProcess, Frame, Station
from tests import factories

pytestmark = pytest.mark.django_db


def test_all_connections_of_a_dead_process_are_closed_by_one_sweep():
    now = timezone.now()
    process = EdgeProcess.objects.create(
        id=uuid4(), host="test", started_at=now, lease_until=now - timedelta(seconds=1)
    )
    for station in factories.StationFactory.create_batch(60):
        station.connection = Connection.objects.create(
            station=station, process=process, protocol="ocpp1.6", opened_at=now, last_seen=now
        )
        station.save()
    assert tasks.close_orphans() == 60
    assert not Station.objects.exclude(connection=None).exists()


def test_frames_and_closed_connections_beyond_their_retention_are_deleted(settings):
    settings.OCPP_FRAME_DAYS = 1
    long_ago, now = timezone.now() - timedelta(days=2), timezone.now()
    station = factories.StationFactory()
    for at in (long_ago, now):
        Frame.objects.create(station=station, at=at, direction="in", body=b"[]")
        Connection.objects.create(station=station, protocol="ocpp1.6", opened_at=at, last_seen=at, closed_at=at)
    assert tasks.prune() == 2
    assert (Frame.objects.get().at, Connection.objects.get().closed_at) == (now, now)
