"""What stations watch of themselves (OCPP 2.x N): monitors and how they are set, events, periodic event streams."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Q

from stations.models import DeviceEvent, EventStream, Monitor, MonitoringSetting, Station, StreamValue, Variable
from stations.services.variables import kept_value
from stations.services.work import Work

# Periodic events are readings; nobody has to be told of each.
_NEWS = ("Alerting", "Delta")
_NOT_ALWAYS_TOLD = ("notification_type", "stream_interval_s", "stream_values")
_AHEAD = timedelta(days=1)
_PLACE = ("component", "component_instance", "evse_number", "connector_number", "name", "instance")


def monitors_told(*, station: Station, monitors: Sequence[Monitor]) -> None:
    """Store monitors by their number; one told again replaces its row."""
    rows = {monitor.number: monitor for monitor in monitors}
    for monitor in rows.values():
        monitor.station = station
    columns = {field.name for field in Monitor._meta.concrete_fields} - {"id", "station", "number"}
    # OCPP 2.0.1 reports do not say these; what is known stays.
    columns -= {name for name in _NOT_ALWAYS_TOLD if not any(getattr(monitor, name) for monitor in rows.values())}
    if rows:
        Monitor.objects.bulk_create(
            rows.values(), update_conflicts=True, unique_fields=["station", "number"], update_fields=sorted(columns)
        )


def monitors_gone(*, station: Station, numbers: Iterable[int]) -> None:
    """These monitors are no more."""
    Monitor.objects.filter(station=station, number__in=list(numbers)).delete()


def all_monitors_told(*, station: Station, since: datetime) -> None:
    """A station has told all its monitors, from `since` on: what it did not name is gone."""
    Monitor.objects.filter(station=station, reported_at__lt=since).delete()


def base_set(*, station: Station, base: str, at: datetime) -> None:
    """A station took a monitoring base; but for All its custom monitors are gone (N03.FR.04, N03.FR.05)."""
    MonitoringSetting.objects.update_or_create(station=station, defaults={"base": base, "base_at": at})
    if base != "All":
        Monitor.objects.filter(station=station, notification_type__in=("CustomMonitor", "")).delete()
    if base == "HardWiredOnly":
        Monitor.objects.filter(station=station, notification_type="PreconfiguredMonitor").delete()


def level_set(*, station: Station, level: int, at: datetime) -> None:
    """A station took a monitoring level (N05)."""
    MonitoringSetting.objects.update_or_create(station=station, defaults={"level": level, "level_at": at})


def events_came(*, work: Work, station: Station, events: Sequence[DeviceEvent]) -> list[DeviceEvent]:
    """Store the events; one that came before is not stored twice. Returns the new ones."""
    known = DeviceEvent.objects.filter(station=station, number__in={event.number for event in events})
    seen = {_identity(event) for event in known.only("number", "at", "component", "evse_number", "name", "instance")}
    severities = _severities(station, events)
    fresh: list[DeviceEvent] = []
    for event in events:
        if _identity(event) in seen:
            continue
        seen.add(_identity(event))
        event.station, event.actual_value = station, kept_value(event.name, event.actual_value)
        if event.severity is None:
            event.severity = severities.get(event.monitor_number)
        fresh.append(event)
    DeviceEvent.objects.bulk_create(fresh)
    for event in fresh:
        _carry(work, station, event)
    work.nudge_station(station)
    return fresh


def _identity(event: DeviceEvent) -> tuple[Any, ...]:
    return (event.number, event.at, event.component, event.evse_number, event.name, event.instance)


def _severities(station: Station, events: Sequence[DeviceEvent]) -> dict[int | None, int]:
    """OCPP 2.0.1 events do not tell it; their monitors do."""
    unsaid = [event.monitor_number for event in events if event.severity is None]
    numbers = [number for number in unsaid if number is not None]
    if not numbers:
        return {}
    return dict(Monitor.objects.filter(station=station, number__in=numbers).values_list("number", "severity"))


def _carry(work: Work, station: Station, event: DeviceEvent) -> None:
    """An event also tells its variable's value, and is news unless it is a mere reading."""
    place = {name: getattr(event, name) for name in _PLACE}
    rows = Variable.objects.filter(station=station, attribute="Actual", **place)
    rows.update(value=event.actual_value, reported_at=event.received_at, refusal="", refusal_reason="")
    if event.trigger not in _NEWS:
        return
    data = {
        "station": station.pk,
        "severity": event.severity,
        "component": event.component,
        "evse": event.evse_number,
        "connector": event.connector_number,
        "variable": event.name,
        "value": event.actual_value[:200],
        "cleared": event.cleared,
        "tech_code": event.tech_code,
        "transaction_id": event.transaction_id,
        "said_at": event.at.isoformat(),
    }
    work.record("device.event", subject=event, data=data)


@dataclass(frozen=True, slots=True)
class StreamTold:
    """A stream as a station describes it."""

    number: int
    monitor_number: int
    interval_s: int | None = None
    values: int | None = None


def stream_opened(*, station: Station, told: StreamTold, at: datetime) -> EventStream:
    """A station will send a stream; one that was open under this number is over (N11)."""
    stream_closed(station=station, number=told.number, at=at)
    return EventStream.objects.create(
        station=station,
        number=told.number,
        monitor_number=told.monitor_number,
        interval_s=told.interval_s,
        values_per_message=told.values,
        opened_at=at,
    )


def stream_closed(*, station: Station, number: int, at: datetime) -> None:
    """Nothing more comes of this stream (N13)."""
    EventStream.objects.filter(station=station, number=number, closed_at=None).update(closed_at=at)


def stream_adjusted(*, station: Station, number: int, interval_s: int | None, values: int | None) -> None:
    """A station took a new rate for a stream (N14)."""
    rows = EventStream.objects.filter(station=station, number=number, closed_at=None)
    rows.update(interval_s=interval_s, values_per_message=values)


def streams_told(*, station: Station, streams: Sequence[StreamTold], at: datetime) -> None:
    """A station told which streams are open: others are closed (N12)."""
    numbers = {told.number for told in streams}
    running = EventStream.objects.filter(station=station, closed_at=None)
    running.exclude(number__in=numbers).update(closed_at=at)
    for told in streams:
        found = running.filter(number=told.number, monitor_number=told.monitor_number).first()
        if found is None:
            stream_opened(station=station, told=told, at=at)
        else:
            stream_adjusted(station=station, number=told.number, interval_s=told.interval_s, values=told.values)


def values_came(
    *, work: Work, station: Station, number: int, values: Sequence[tuple[datetime, str]], pending: int, at: datetime
) -> None:
    """Store the values of a stream; one nobody opened begins here (N15).

    Times from the future count as a day ahead at most: values are forgotten by them.
    """
    newest = at + _AHEAD
    values = [(min(moment, newest), value) for moment, value in values]
    stream = EventStream.objects.filter(station=station, number=number, closed_at=None).order_by("-id").first()
    if stream is None:
        stream = EventStream.objects.create(station=station, number=number, opened_at=at)
    StreamValue.objects.bulk_create(
        [StreamValue(stream=stream, at=moment, value=value[:2500]) for moment, value in values]
    )
    stream.pending = max(0, pending)
    stream.last_value_at = max((moment for moment, _ in values), default=stream.last_value_at)
    stream.save(update_fields=["pending", "last_value_at"])
    work.nudge_station(station)


def prune_events(*, older_than: datetime, chunk: int = 1000) -> int:
    """Delete events received before an instant, in chunks; returns how many."""
    return _prune(DeviceEvent.objects.filter(received_at__lt=older_than), chunk)


def prune_stream_values(*, older_than: datetime, chunk: int = 1000) -> int:
    """Delete values of streams from before an instant, in chunks; returns how many."""
    return _prune(StreamValue.objects.filter(at__lt=older_than), chunk)


def prune_streams(*, older_than: datetime, chunk: int = 1000) -> int:
    """Delete streams that were closed, or fell silent, before an instant, with what is left of them, in chunks; returns
    how many."""
    silent = Q(opened_at__lt=older_than) & (Q(last_value_at=None) | Q(last_value_at__lt=older_than))
    return _prune(EventStream.objects.filter(Q(closed_at__lt=older_than) | silent), chunk)


def _prune(rows: Any, chunk: int) -> int:
    removed = 0
    while ids := list(rows.values_list("pk", flat=True)[:chunk]):
        with transaction.atomic():
            removed += rows.model.objects.filter(pk__in=ids).delete()[0]
    return removed
