"""Ports: which EVSEs are measured, where they are, and when that ends."""

from collections.abc import Collection
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q

from monitoring.domain.uptime.signals import CONNECTION, OFF, ON, STATION, connector, word_of
from monitoring.models import Port, UptimeSignal
from stations.models import Connector, Evse, Station

# So many stations in one transaction.
CHUNK = 100


def ensure(station_ids: Collection[int], *, now: datetime) -> list[Port]:
    """Ports for the EVSEs of these stations that have none; returns the new ones.

    What their rows say already is noted as signals: news of an earlier time is gone, or was told to nobody.
    """
    with transaction.atomic():
        missing = Evse.objects.filter(station__in=station_ids, port=None).select_related("station__site")
        ports = Port.objects.bulk_create([_port(evse) for evse in missing], ignore_conflicts=True)
        if ports:
            _adopt({port.station_id for port in ports}, {port.pk for port in ports}, now)
    return ports


def _port(evse: Evse) -> Port:
    station = evse.station
    return Port(
        evse_id=evse.pk,
        station_id=station.pk,
        organization_id=station.site.organization_id,
        site_id=station.site_id,
        identity=station.identity,
        number=evse.number,
        max_power_w=evse.max_power_w,
    )


def _adopt(station_ids: Collection[int], evse_ids: Collection[int], now: datetime) -> None:
    """Signals of what stations and connectors are, since when they say so."""
    found: list[UptimeSignal] = []
    known = set(UptimeSignal.objects.filter(station__in=station_ids, evse=None).values_list("station_id", flat=True))
    for station in Station.objects.filter(pk__in=station_ids).exclude(pk__in=known).select_related("connection"):
        if station.connection:
            found.append(_signal(station, CONNECTION, ON, station.connection.opened_at, now))
        elif station.last_seen:
            # It has been here, nobody knows for how long: then it went.
            found.append(_signal(station, CONNECTION, ON, station.last_seen - timedelta(seconds=1), now))
            found.append(_signal(station, CONNECTION, OFF, station.last_seen, now))
        if station.status_at:
            found.append(_signal(station, STATION, word_of(station.status), station.last_seen or now, now))
    for plug in Connector.objects.filter(evse__in=evse_ids, status_received_at__isnull=False).select_related("station"):
        at = plug.status_received_at or now
        found.append(_signal(plug.station, connector(plug.pk), word_of(plug.status), at, now, evse_id=plug.evse_id))
    UptimeSignal.objects.bulk_create(found)


def _signal(
    station: Station, channel: str, value: str, at: datetime, now: datetime, *, evse_id: int | None = None
) -> UptimeSignal:
    at = min(at, now).replace(microsecond=0)
    return UptimeSignal(
        station_id=station.pk,
        evse_id=evse_id,
        channel=channel,
        value=value,
        at=at,
        heard_at=now,
        evidence={"from": "row"},
    )


def unmeasured() -> list[int]:
    """Stations that have been here and have an EVSE without a port."""
    evses = Evse.objects.filter(port=None, station__last_seen__isnull=False)
    return list(evses.order_by("station").values_list("station", flat=True).distinct()[:CHUNK])


def gone() -> list[Port]:
    """Ports whose EVSE is no more."""
    return list(Port.objects.filter(~Exists(Evse.objects.filter(pk=OuterRef("pk"))), removed_at=None)[:CHUNK])


def follow(station_ids: Collection[int] | None = None) -> int:
    """Write down where ports are now, and what they are made for; how many changed.

    The past stays where it was: months are counted for the site a port is at when they are shown.
    """
    evses = Evse.objects.filter(port__isnull=False).filter(
        ~Q(port__site=F("station__site"))
        | ~Q(port__number=F("number"))
        | ~Q(port__identity=F("station__identity"))
        | ~Q(port__organization=F("station__site__organization"))
        | ~Q(port__station=F("station"))
        | Q(max_power_w__isnull=False) & (Q(port__max_power_w=None) | ~Q(port__max_power_w=F("max_power_w")))
        | Q(port__site=None)
    )
    if station_ids is not None:
        evses = evses.filter(station__in=station_ids)
    moved = [_port(evse) for evse in evses.select_related("station__site")[:1000]]
    names = ["station_id", "organization_id", "site_id", "identity", "number", "max_power_w"]
    Port.objects.bulk_update(moved, [name.removesuffix("_id") for name in names])
    return len(moved)
