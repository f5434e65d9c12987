"""A station's composite schedule, kept beside the one we expect."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson

from stations.domain.charging_profile import Unit, schedule_of
from stations.domain.schedule import Slot, differences
from stations.domain.times import parse
from stations.models import CompositeSchedule, Station
from stations.selectors.power import LONGEST_S, expected_schedule
from stations.services.work import Work


@dataclass(frozen=True, slots=True)
class Answer:
    """A GetCompositeSchedule answer; `periods` as on the wire, `starts_at` as a text or left out."""

    evse_number: int
    starts_at: str | None
    duration_s: float
    unit: str
    periods: Sequence[Mapping[str, Any]]


def composite_answered(*, work: Work, station: Station, answer: Answer, at: datetime) -> CompositeSchedule:
    """Store a station's composite schedule, and what we expect for the same time."""
    starts_at = parse(answer.starts_at) if answer.starts_at else at
    duration_s = max(1, int(answer.duration_s))
    ours = expected_schedule(station, answer.evse_number, at=starts_at, duration_s=duration_s, unit=Unit(answer.unit))
    theirs = slots_of(answer.unit, answer.periods)
    row = CompositeSchedule.objects.create(
        station=station,
        # A station that counts below 0 means itself.
        evse_number=max(0, answer.evse_number),
        received_at=at,
        starts_at=starts_at,
        duration_s=duration_s,
        unit=answer.unit,
        periods=orjson.dumps(list(answer.periods)).decode(),
        expected=orjson.dumps([wire_of_slot(slot) for slot in ours]).decode(),
        differs=bool(differences(ours, [slot for slot in theirs if slot.start_s < min(duration_s, LONGEST_S)])),
    )
    if row.differs:
        data = {"evse": answer.evse_number, "composite_schedule": row.pk}
        work.record("composite_schedule.differs", subject=station, data=data)
    work.nudge_station(station)
    return row


def slots_of(unit: str, periods: Sequence[Mapping[str, Any]]) -> list[Slot]:
    """Periods as on the wire; a first one that starts later than 0 leaves what is before it open."""
    schedule = schedule_of({"chargingRateUnit": unit, "chargingSchedulePeriod": list(periods)})
    slots = [Slot(period.start_s, limit=period.limit, phases=period.phases) for period in schedule.periods]
    return slots if slots and slots[0].start_s <= 0 else [Slot(0), *slots]


def wire_of_slot(slot: Slot) -> dict[str, Any]:
    """A slot as a `ChargingSchedulePeriod`; without a limit where no profile sets one."""
    named = {
        "limit": slot.limit,
        "numberPhases": slot.phases,
        "dischargeLimit": slot.discharge_limit,
        "setpoint": slot.setpoint,
    }
    return {"startPeriod": slot.start_s} | {name: value for name, value in named.items() if value is not None}
