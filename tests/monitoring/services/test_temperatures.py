"""Temperatures of meter values and of events, as days."""

from datetime import timedelta

import orjson
import pytest
from django.utils import timezone

from monitoring.models import TemperatureCursor, TemperatureDay
from monitoring.services import temperatures
from stations.models import DeviceEvent
from tests.factories import MeterSampleFactory

NOW = timezone.now().replace(hour=12)


@pytest.fixture
def metered(session):
    def store(degrees, at=NOW):
        values = [{"measurand": "Temperature", "value": str(degrees), "unit": "Celsius", "location": "Outlet"}]
        return MeterSampleFactory(session=session, at=at, values=orjson.dumps(values).decode())

    return store


def test_the_highest_of_a_day_is_kept_however_often_it_is_taken_in(metered, station):
    for degrees in (41, 55, 48):
        metered(degrees, NOW - timedelta(minutes=5))
    for _ in range(2):
        temperatures.take_in(now=NOW)
    row = TemperatureDay.objects.get()
    assert (row.station_id, row.day, row.celsius) == (station.pk, NOW.date(), 55)
    metered(50, NOW)
    temperatures.take_in(now=NOW + timedelta(minutes=1))
    assert TemperatureDay.objects.get().celsius == 55


def test_after_a_standstill_it_goes_on_where_it_stopped(metered):
    temperatures.take_in(now=NOW)
    for hours in (30, 3):
        metered(40 + hours, NOW + timedelta(hours=hours))
    assert temperatures.take_in(now=NOW + timedelta(hours=40)) == 2
    assert set(TemperatureDay.objects.values_list("celsius", flat=True)) == {43, 70}


def test_one_that_breaks_off_goes_on_there(metered, monkeypatch):
    temperatures.take_in(now=NOW)
    metered(45, NOW + timedelta(hours=1))
    keep, kept = temperatures._keep, []

    def once(rows):
        if kept:
            raise ConnectionError
        kept.append(rows)
        keep(rows)

    metered(50, NOW + timedelta(hours=9))
    monkeypatch.setattr(temperatures, "_keep", once)
    with pytest.raises(ConnectionError):
        temperatures.take_in(now=NOW + timedelta(hours=10))
    assert TemperatureCursor.objects.get().through == NOW + timedelta(hours=8)
    monkeypatch.setattr(temperatures, "_keep", keep)
    temperatures.take_in(now=NOW + timedelta(hours=10))
    assert TemperatureDay.objects.get().celsius == 50


def test_what_is_older_than_a_week_is_given_up(metered):
    temperatures.take_in(now=NOW)
    metered(50, NOW + timedelta(hours=1))
    assert temperatures.take_in(now=NOW + timedelta(days=9)) == 0


def test_events_of_the_device_model_count(station):
    DeviceEvent.objects.create(
        station=station, number=1, at=NOW, received_at=NOW, component="Connector", name="Temperature",
        trigger="Periodic", notification_type="CustomMonitor", actual_value="63.5",
    )  # fmt: skip
    temperatures.take_in(now=NOW + timedelta(minutes=1))
    assert TemperatureDay.objects.get().celsius == 63.5


def test_samples_without_a_temperature_make_none(session):
    MeterSampleFactory(session=session, at=NOW, values='[{"measurand": "SoC", "value": "40"}]')
    MeterSampleFactory(session=session, at=NOW, values='[{"measurand": "Temperature", "value": "hot"}]')
    assert temperatures.take_in(now=NOW + timedelta(minutes=1)) == 0


def test_old_days_are_forgotten(station):
    for days in (1, 500):
        TemperatureDay.objects.create(station=station, day=NOW.date() - timedelta(days=days), celsius=40)
    assert temperatures.prune(older_than=NOW - timedelta(days=400)) == 1
