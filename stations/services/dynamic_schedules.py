"""Charging profiles whose one period is changed as it runs (OCPP 2.1 K28, K29)."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import orjson

from stations.domain.charging_profile import Kind, ProfileState
from stations.models import AppliedProfile, Station
from stations.services.work import Work

# The members of a period that an update may change: `ChargingScheduleUpdateType`.
_CHANGING = ("limit", "dischargeLimit", "setpoint", "setpointReactive")
_MEMBERS = frozenset(f"{name}{line}" for name in _CHANGING for line in ("", "_L2", "_L3"))


def updated(*, work: Work, station: Station, wire_id: int, update: Mapping[str, Any], at: datetime) -> None:
    """The station took new limits for a dynamic profile."""
    row = _dynamic(station, wire_id)
    if row is not None:
        _change(work, row, update, at)


def pulled(*, work: Work, station: Station, wire_id: int, at: datetime) -> dict[str, Any] | None:
    """The limits for a station that asks: those of our profile, else as it has them. None where it has none such."""
    row = _dynamic(station, wire_id)
    if row is None:
        return None
    source = row.profile if row.profile is not None and row.profile.kind == Kind.DYNAMIC else row
    period = source.schedule_list[0]["chargingSchedulePeriod"][0]
    update = {name: value for name, value in period.items() if name in _MEMBERS}
    _change(work, row, update, at)
    return update


def _dynamic(station: Station, wire_id: int) -> AppliedProfile | None:
    rows = AppliedProfile.objects.filter(station=station, wire_id=wire_id, state=ProfileState.ACCEPTED)
    return rows.filter(kind=Kind.DYNAMIC).select_related("profile").first()


def _change(work: Work, row: AppliedProfile, update: Mapping[str, Any], at: datetime) -> None:
    schedules = row.schedule_list
    period = schedules[0]["chargingSchedulePeriod"][0]
    changed = period | {name: value for name, value in update.items() if name in _MEMBERS}
    if changed == period:
        return
    schedules[0]["chargingSchedulePeriod"][0] = changed
    row.schedules = orjson.dumps(schedules).decode()
    row.save(update_fields=["schedules"])
    data = {"station": row.station_id, "evse": row.evse_number, "wire_id": row.wire_id, "at": at.isoformat()}
    work.record("charging_profile.updated", subject=row, data=data)
    work.nudge_station(work.stations[row.station_id])
