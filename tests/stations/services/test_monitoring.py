"""What stations watch of themselves is stored once, and not for ever."""

from datetime import timedelta

import pytest
from django.utils import timezone

from stations import tasks
from stations.domain.secrets import MASK
from stations.models import (
    CustomerInformation,
    DeviceEvent,
    EventStream,
    Fact,
    Report,
    StreamValue,
    Variable,
)
from stations.services import monitoring
from stations.services.work import Work
from tests import device_rows, factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def station():
    return factories.StationFactory(protocol="ocpp2.0.1")


def event(number=1, **columns):
    moment = timezone.now()
    place = {"component": "EVSE", "evse_number": 1, "name": "Power"}
    told = {"at": moment, "received_at": moment, "trigger": "Alerting", "actual_value": "7"}
    return DeviceEvent(number=number, **place | told | columns)


def come(station, *events):
    with Work.transaction({station.pk}, timezone.now()) as work:
        return monitoring.events_came(work=work, station=work.stations[station.pk], events=events)


def test_an_event_that_comes_twice_is_stored_once(station):
    moment = timezone.now()
    assert len(come(station, event(1, at=moment), event(2, at=moment))) == 2
    assert come(station, event(1, at=moment)) == []
    assert DeviceEvent.objects.count() == 2
    assert Fact.objects.filter(kind="device.event").count() == 2


def test_numbers_that_begin_anew_after_a_restart_are_other_events(station):
    come(station, event(1))
    come(station, event(1, at=timezone.now() + timedelta(seconds=1)))
    assert DeviceEvent.objects.count() == 2


def test_an_event_tells_the_value_of_a_known_variable(station):
    now = timezone.now()
    place = {"component": "EVSE", "evse_number": 1, "name": "Power"}
    Variable.objects.create(station=station, **place, value="1", reported_at=now - timedelta(hours=1))
    come(station, event(actual_value="9"))
    assert Variable.objects.get().value == "9"


def test_a_secret_is_stored_masked(station):
    come(station, event(component="SecurityCtrlr", name="BasicAuthPassword", actual_value="s3cret"))
    assert DeviceEvent.objects.get().actual_value == MASK


def test_what_is_old_is_deleted(station):
    device_rows.make(station, "Volta")
    old = timezone.now() - timedelta(days=400)
    assert tasks.prune_device_records() == 0
    DeviceEvent.objects.update(received_at=old)
    StreamValue.objects.update(at=old)
    EventStream.objects.update(closed_at=old)
    Report.objects.update(asked_at=old)
    assert tasks.prune_device_records() == 4
    assert not any(
        model.objects.exists() for model in (DeviceEvent, StreamValue, EventStream, Report, CustomerInformation)
    )


def test_what_a_station_told_of_a_customer_goes_first(station):
    device_rows.make(station, "Volta")
    Report.objects.update(asked_at=timezone.now() - timedelta(days=8))
    tasks.prune_device_records()
    assert not CustomerInformation.objects.exists()
    assert DeviceEvent.objects.exists()
