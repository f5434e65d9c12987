"""What a network tells that drops and comes back, as facts: of each charger that it went, that it is back, and a status
of each of its two EVSEs."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone

from benchmarks.crowd_rows import fill
from stations import journal
from stations.models import Connection, Connector, Fact, Station

HOUR = timedelta(hours=1)


def network(chargers: int) -> None:
    """So many stations of two EVSEs, which have told nothing yet."""
    fill([(f"FACT-{number:05}", "ocpp1.6") for number in range(chargers)])


def arrival() -> None:
    """All have connected, and every EVSE works: so that there are ledgers."""
    at = timezone.now() - 2 * HOUR
    facts = [_connected(station, at) for station in _stations()]
    _store(facts + [_status(plug, "unknown", "available", at) for plug in _plugs()])


def storm() -> None:
    """They go and come back; one EVSE of each has a fault, at the other one a vehicle left."""
    at = timezone.now() - HOUR
    gone = [_disconnected(station, at) for station in _stations()]
    back = [_connected(station, at + timedelta(minutes=10)) for station in _stations()]
    later = at + timedelta(minutes=11)
    ways = {1: ("available", "faulted"), 2: ("preparing", "available")}
    # The rules look at the rows.
    _plugs().filter(ocpp16_id=1).update(
        status="faulted", error_code="OverCurrentFailure", status_at=later, status_received_at=later
    )
    _store(gone + back + [_status(plug, *ways[plug.ocpp16_id or 1], later) for plug in _plugs()])


def _store(facts: Sequence[Fact]) -> None:
    Fact.objects.bulk_create(facts, batch_size=1000)


def _stations() -> QuerySet[Station]:
    return Station.objects.order_by("pk")


def _plugs() -> QuerySet[Connector]:
    return Connector.objects.order_by("pk")


def _connected(station: Station, at: datetime) -> Fact:
    row = Connection.objects.create(
        station=station, protocol="ocpp1.6", opened_at=at, last_seen=at, remote_address="198.51.100.7"
    )
    station.connection, station.last_seen = row, at
    station.save(update_fields=["connection", "last_seen"])
    return _fact("station.connected", station.pk, {"connection": row.pk}, at)


def _disconnected(station: Station, at: datetime) -> Fact:
    Connection.objects.filter(pk=station.connection_id).update(closed_at=at, last_seen=at)
    return _fact("station.disconnected", station.pk, {"connection": station.connection_id, "reason": "silent"}, at)


def _status(plug: Connector, before: str, after: str, at: datetime) -> Fact:
    data = {
        "station": plug.station_id,
        "evse": plug.evse_id,
        "from": before,
        "to": after,
        "error_code": "OverCurrentFailure" if after == "faulted" else "",
        "said_at": at.isoformat(),
    }
    return _fact("connector.status", plug.pk, data, at)


def _fact(kind: str, subject_id: int, data: dict[str, Any], at: datetime) -> Fact:
    return journal.build(kind, subject_type=kind.partition(".")[0], subject_id=subject_id, data=data, at=at)
