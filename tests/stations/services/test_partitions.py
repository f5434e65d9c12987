"""Partitions on PostgreSQL, and the same retention on plain tables."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.utils import timezone

from stations import tasks
from stations.models import Frame, MeterSample
from stations.selectors.samples import samples_of
from stations.services import connections, network, partitions
from stations.services.partitions import FRAMES, SAMPLES
from tests import factories

pytestmark = pytest.mark.django_db
needs_partitions = pytest.mark.skipif(connection.vendor != "postgresql", reason="plain tables")

LONG_AGO = datetime(2024, 2, 14, 13, tzinfo=UTC)


def frame(station, at):
    return Frame.objects.create(station=station, at=at, direction="in", body=b"[]")


def tables_of(rows):
    """In which tables these rows stand."""
    with connection.cursor() as cursor:
        table = rows.model._meta.db_table
        cursor.execute(
            f"SELECT DISTINCT tableoid::regclass::text FROM {table} WHERE id = ANY(%s)",  # noqa: S608
            [list(rows.values_list("pk", flat=True))],
        )
        return {name for (name,) in cursor.fetchall()}


def plan_of(rows):
    """The tables that PostgreSQL would read."""
    return {word for line in rows.explain(costs=False).splitlines() for word in line.split() if "stations_" in word}


@pytest.mark.parametrize("series", [FRAMES, SAMPLES])
@needs_partitions
def test_partitions_are_made_ahead_and_once(series):
    later = timezone.now() + 100 * timedelta(days=7)
    assert partitions.create_ahead(series, now=later) == series.ahead + 1
    assert partitions.create_ahead(series, now=later) == 0


@needs_partitions
def test_a_row_without_a_partition_is_stored_all_the_same_and_moved_once_there_is_one(station):
    lost = frame(station, LONG_AGO)
    assert tables_of(Frame.objects.filter(pk=lost.pk)) == {"stations_frame_default"}
    assert partitions.create_ahead(FRAMES, now=timezone.now()) >= 1
    assert tables_of(Frame.objects.filter(pk=lost.pk)) == {"stations_frame_20240214"}
    assert Frame.objects.get(pk=lost.pk).at == LONG_AGO


@needs_partitions
def test_rows_of_several_periods_each_find_their_partition(session):
    for weeks in range(3):
        at = LONG_AGO + timedelta(weeks=weeks)
        factories.MeterSampleFactory.create_batch(2, session=session, at=at, received_at=at)
    partitions.create_ahead(SAMPLES, now=timezone.now())
    weeks = {"stations_metersample_20240212", "stations_metersample_20240219", "stations_metersample_20240226"}
    assert tables_of(MeterSample.objects.all()) == weeks
    assert MeterSample.objects.count() == 6


@needs_partitions
def test_a_partition_is_dropped_when_its_last_row_is_too_old(station):
    frame(station, LONG_AGO)
    partitions.create_ahead(FRAMES, now=timezone.now())
    partitions.drop(FRAMES, older_than=LONG_AGO + timedelta(hours=1))
    assert Frame.objects.count() == 1
    partitions.drop(FRAMES, older_than=LONG_AGO + timedelta(days=1))
    assert Frame.objects.count() == 0


@needs_partitions
def test_somebody_else_s_lock_puts_it_off(station, monkeypatch):
    monkeypatch.setattr(partitions, "_run", lambda *statements: False)
    frame(station, LONG_AGO)
    assert partitions.create_ahead(FRAMES, now=timezone.now()) == 0
    assert Frame.objects.count() == 1


@pytest.mark.parametrize("chunk", [1, 3, 1000])
def test_retention_deletes_what_is_old_and_nothing_else(station, settings, monkeypatch, chunk):
    monkeypatch.setattr(partitions, "CHUNK", chunk)
    now = timezone.now()
    old = [frame(station, now - timedelta(days=settings.OCPP_FRAME_DAYS + 2, minutes=i // 2)) for i in range(8)]
    young = [frame(station, now - timedelta(days=1)), frame(station, now)]
    tasks.keep_time_series()
    assert set(Frame.objects.values_list("pk", flat=True)) == {row.pk for row in young}
    assert len(old) == 8


def test_samples_go_by_their_own_retention(session, settings):
    now = timezone.now()
    for days in (settings.SAMPLE_DAYS + 8, settings.SAMPLE_DAYS - 1):
        factories.MeterSampleFactory(session=session, received_at=now - timedelta(days=days))
    tasks.keep_time_series()
    assert MeterSample.objects.count() == 1


@needs_partitions
def test_a_sessions_samples_are_looked_for_in_the_partitions_since_it_began(session):
    tables = plan_of(samples_of(session).order_by("at"))
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_inherits WHERE inhparent = 'stations_metersample'::regclass")
        (there,) = cursor.fetchone()
    partitions.create_ahead(SAMPLES, now=LONG_AGO)
    assert there > 1
    assert plan_of(samples_of(session).order_by("at")) == tables


def test_frames_outlive_their_connection(api, owner, station):
    socket = factories.connect(station)
    kept = frame(station, timezone.now())
    Frame.objects.filter(pk=kept.pk).update(connection=socket)
    station.connection = None
    station.save()
    type(socket).objects.filter(pk=socket.pk).update(closed_at=LONG_AGO)
    assert connections.prune(older_than=timezone.now() - timedelta(days=1)) == 1
    assert [row["id"] for row in api(owner).get("/api/v1/frames/").json()["results"]] == [kept.pk]


def test_a_station_that_is_deleted_takes_its_frames_and_leaves_no_page_broken(api, owner, site):
    station = factories.StationFactory(site=site)
    evse = factories.EvseFactory(station=station)
    frame(station, timezone.now())
    MeterSample.objects.create(station=station, evse=evse, at=timezone.now(), received_at=timezone.now())
    network.delete_station(station=station)
    assert not Frame.objects.filter(station_id=station.pk).exists()
    assert api(owner).get("/api/v1/frames/").status_code == 200


def test_a_session_keeps_its_samples_when_its_evse_is_deleted(api, owner, session):
    factories.MeterSampleFactory(session=session, evse=session.evse)
    type(session).objects.filter(pk=session.pk).update(ended_at=timezone.now())
    network.delete_evse(evse=session.evse)
    listed = api(owner).get(f"/api/v1/sessions/{session.pk}/samples/")
    assert len(listed.json()["results"]) == 1
