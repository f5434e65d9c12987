"""Batteries that go in and out of swap stations (OCPP 2.1 S)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from stations.domain.times import parse
from stations.models import BatterySwap, Station
from stations.services.authorization import known_token
from stations.services.work import Work


@dataclass(frozen=True, slots=True)
class Swap:
    """A BatterySwap message; `batteries`: its batteryData."""

    request_id: int
    event: str
    id_token: str
    batteries: Iterable[Mapping[str, Any]]


def swapped(*, work: Work, station: Station, swap: Swap, at: datetime) -> None:
    """Batteries went in, came out, or were not taken in time."""
    token = known_token(station=station, id_token=swap.id_token)
    for battery in swap.batteries:
        produced = battery.get("productionDate")
        row = BatterySwap.objects.create(
            station=station,
            request_id=swap.request_id,
            event=swap.event,
            id_token=swap.id_token,
            token=token,
            evse_number=int(battery["evseId"]),
            serial_number=battery["serialNumber"],
            soc_percent=battery["soC"],
            soh_percent=battery["soH"],
            production_date=parse(produced) if produced else None,
            vendor_info=battery.get("vendorInfo", ""),
            received_at=at,
        )
        data = {"station": station.pk, "request_id": swap.request_id, "event": swap.event, "evse": row.evse_number}
        work.record("battery.swapped", subject=row, data=data)
    work.nudge_station(station)
