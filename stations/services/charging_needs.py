"""What vehicles need and get (OCPP 2.x K15 to K20), what others impose (K11 to K13), who charges first (K21, K22)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import orjson

from stations.domain.charging_profile import Kind, Period, Profile, ProfileState, Purpose, schedule_of
from stations.domain.commands import CommandKind
from stations.domain.ev_needs import Needs, exceeds, needs_of, plan
from stations.domain.schedule import Slot, Window, composite
from stations.domain.times import render
from stations.models import (
    AppliedProfile,
    ChargingLimit,
    ChargingNeeds,
    ChargingProfile,
    EvSchedule,
    PriorityCharging,
    Session,
    Station,
)
from stations.selectors.power import limits_of, supply_of, window_of
from stations.services import charging_profiles, commands
from stations.services.work import Work

# How far a schedule is planned, and how often a vehicle that wants more is offered a new one for the same needs.
HORIZON_S = 86_400
MAX_RENEGOTIATIONS = 3
# A vehicle without a word on it: ISO 15118-2 asks for at least this many periods.
_PERIODS = 12


@dataclass(frozen=True, slots=True)
class Told:
    """A NotifyEVChargingNeeds. `wire`: its chargingNeeds."""

    evse_number: int
    wire: Mapping[str, Any]
    needs: Needs
    max_tuples: int | None
    told_at: datetime | None


def needs_told(*, work: Work, station: Station, told: Told, without_session: str, at: datetime) -> str:
    """Store what a vehicle needs; the status to answer with. With "Accepted" the session's schedule is on its way.

    `without_session`: the status where no session runs on the EVSE.
    """
    session = charging_profiles.open_session(work=work, station=station, evse_number=told.evse_number)
    answer = _answer(session, told) if session else without_session
    row = ChargingNeeds.objects.create(
        station=station,
        session=session,
        evse_number=told.evse_number,
        received_at=at,
        told_at=told.told_at,
        transfer=told.wire["requestedEnergyTransfer"],
        control_mode=told.wire.get("controlMode", ""),
        departure_at=told.needs.departure,
        energy_wh=told.needs.energy_wh,
        max_tuples=told.max_tuples,
        payload=orjson.dumps(told.wire).decode(),
        answer=answer,
    )
    data = {"station": station.pk, "evse": told.evse_number, "energy_wh": told.needs.energy_wh, "answer": answer}
    work.record("charging_needs.told", subject=row, data=data)
    work.nudge_station(station)
    if session is not None and answer == "Accepted":
        _send_schedule(work, station, row, session, at)
    return answer


def _answer(session: Session, told: Told) -> str:
    """Q01.FR.04, K18.FR.22: a way of transfer that the session is not allowed ends it."""
    allowed = orjson.loads(session.details or "{}").get("allowedEnergyTransfer")
    return "Accepted" if allowed is None or told.wire["requestedEnergyTransfer"] in allowed else "Rejected"


def _send_schedule(work: Work, station: Station, row: ChargingNeeds, session: Session, at: datetime) -> None:
    """Plan for the needs and send it as the session's own profile, replacing the one before."""
    needs = needs_of(orjson.loads(row.payload))
    periods = _periods(station, row, needs, at)
    schedule = {
        "startSchedule": render(at),
        "chargingRateUnit": needs.unit.value,
        "chargingSchedulePeriod": [_wire(period) for period in periods],
    }
    profile, _ = ChargingProfile.objects.update_or_create(
        session=session,
        defaults={
            "organization_id": station.site.organization_id,
            "description": f"Session {session.transaction_id}: what its vehicle needs",
            "purpose": Purpose.TX,
            "kind": Kind.ABSOLUTE,
            "stack_level": _free_level(station, session),
            "schedules": orjson.dumps([schedule]).decode(),
        },
    )
    values = {"profile": profile.pk, "evse": row.evse_number, "transaction_id": session.transaction_id}
    commands.request(
        station=station,
        kind=CommandKind.SET_CHARGING_PROFILE,
        values=values,
        requested_by=None,
        session=session,
    )


def _periods(station: Station, row: ChargingNeeds, needs: Needs, at: datetime) -> tuple[Period, ...]:
    """The plan under everything in force but the session's own profile, which it replaces."""
    limits = limits_of(station)
    others = [profile for profile in limits.profiles(row.evse_number) if profile.purpose != Purpose.TX]
    window = window_of(limits, row.evse_number, at=at, duration_s=HORIZON_S, unit=needs.unit)
    count = row.max_tuples if row.max_tuples and row.max_tuples > 0 else _PERIODS
    roof = composite(others, window)
    return plan(needs, roof, at=at, supply=window.supply, max_periods=min(count, 1024))


def _wire(period: Period) -> dict[str, Any]:
    found: dict[str, Any] = {"startPeriod": period.start_s, "limit": period.limit}
    return found | ({"numberPhases": period.phases} if period.phases else {})


def _free_level(station: Station, session: Session) -> int:
    """Above any other TxProfile of the transaction (K01.FR.39)."""
    own = ChargingProfile.objects.filter(session=session).values_list("pk", flat=True)
    others = AppliedProfile.objects.filter(
        station=station,
        purpose=Purpose.TX,
        transaction_id=session.transaction_id,
        state__in=[ProfileState.ACCEPTED, ProfileState.SENT],
    ).exclude(wire_id__in=list(own))
    highest = others.order_by("-stack_level").values_list("stack_level", flat=True).first()
    return 0 if highest is None else min(highest + 1, 2**31 - 1)


@dataclass(frozen=True, slots=True)
class ToldSchedule:
    """A NotifyEVChargingSchedule. `wire`: its chargingSchedule."""

    evse_number: int
    time_base: datetime
    wire: Mapping[str, Any]
    chosen_schedule_id: int | None


def schedule_told(*, work: Work, station: Station, told: ToldSchedule, at: datetime) -> bool:
    """Store what a vehicle means to take; whether that stays within what it was offered.

    If not, it is offered a new schedule (K15.FR.13), though not for ever.
    """
    session = charging_profiles.open_session(work=work, station=station, evse_number=told.evse_number)
    accepted = session is None or not _is_above_offer(station, session, told)
    row = EvSchedule.objects.create(
        station=station,
        session=session,
        evse_number=told.evse_number,
        received_at=at,
        time_base=told.time_base,
        schedule=orjson.dumps(told.wire).decode(),
        chosen_schedule_id=told.chosen_schedule_id,
        accepted=accepted,
    )
    work.nudge_station(station)
    if accepted or session is None:
        return True
    work.record("ev_schedule.refused", subject=row, data={"station": station.pk, "evse": told.evse_number})
    needs = ChargingNeeds.objects.filter(session=session).order_by("-id").first()
    if needs is not None and needs.renegotiations < MAX_RENEGOTIATIONS:
        needs.renegotiations += 1
        needs.save(update_fields=["renegotiations"])
        _send_schedule(work, station, needs, session, at)
    return False


def _is_above_offer(station: Station, session: Session, told: ToldSchedule) -> bool:
    """Whether the vehicle's schedule goes above the session's own profile."""
    own = AppliedProfile.objects.filter(station=station, purpose=Purpose.TX, transaction_id=session.transaction_id)
    offered = own.filter(state=ProfileState.ACCEPTED).order_by("-stack_level", "-id").first()
    if offered is None:
        return False
    schedule = schedule_of(told.wire)
    window = Window(
        at=told.time_base,
        duration_s=schedule.duration_s or HORIZON_S,
        unit=schedule.unit,
        supply=supply_of(station, told.evse_number),
        session_since=session.started_at,
    )
    chosen = _chosen(offered.schedule_list, told.chosen_schedule_id)
    wanted = replace(schedule, start=told.time_base)
    return exceeds(
        _alone(Profile(Purpose.TX, Kind.ABSOLUTE, 0, wanted), window),
        _alone(offered.standing(evse=0, schedule=chosen), window),
    )


def _alone(profile: Profile, window: Window) -> tuple[Slot, ...]:
    return composite([replace(profile, evse=0)], window)


def _chosen(schedules: list[dict[str, Any]], schedule_id: int | None) -> int:
    """The place of the schedule the vehicle chose among those offered; the first where it did not say."""
    ids = [int(schedule.get("id", place + 1)) for place, schedule in enumerate(schedules)]
    return ids.index(schedule_id) if schedule_id in ids else 0


@dataclass(frozen=True, slots=True)
class Imposed:
    """A NotifyChargingLimit."""

    source: str
    evse_number: int
    is_grid_critical: bool
    is_local_generation: bool
    schedules: Sequence[Mapping[str, Any]]


def limit_imposed(*, work: Work, station: Station, imposed: Imposed, at: datetime) -> ChargingLimit:
    """Somebody else limits the station; a newer word of theirs on the same EVSE replaces the one before."""
    before = ChargingLimit.objects.filter(
        station=station, source=imposed.source, evse_number=imposed.evse_number, released_at=None
    )
    before.filter(is_local_generation=imposed.is_local_generation).update(released_at=at)
    row = ChargingLimit.objects.create(
        station=station,
        evse_number=imposed.evse_number,
        source=imposed.source,
        is_grid_critical=imposed.is_grid_critical,
        is_local_generation=imposed.is_local_generation,
        schedules=orjson.dumps(list(imposed.schedules)).decode(),
        imposed_at=at,
    )
    data = {
        "station": station.pk,
        "evse": imposed.evse_number,
        "source": imposed.source,
        "is_grid_critical": imposed.is_grid_critical,
    }
    work.record("charging_limit.imposed", subject=row, data=data)
    work.nudge_station(station)
    return row


def limit_released(*, work: Work, station: Station, source: str, evse_number: int | None, at: datetime) -> None:
    """They no longer do: on that EVSE, or on all of the station where none is named."""
    limits = ChargingLimit.objects.filter(station=station, source=source, released_at=None)
    profiles = AppliedProfile.objects.filter(
        station=station, purpose=Purpose.EXTERNAL, source=source, state=ProfileState.ACCEPTED
    )
    if evse_number is not None:
        limits, profiles = limits.filter(evse_number=evse_number), profiles.filter(evse_number=evse_number)
    limits.update(released_at=at)
    profiles.update(state=ProfileState.CLEARED, ended_at=at)
    work.record("charging_limit.released", subject=station, data={"source": source, "evse": evse_number})
    work.nudge_station(station)


def priority_changed(*, work: Work, station: Station, session: Session, is_active: bool, at: datetime) -> None:
    """A session charges by the priority profile from now on, or no longer (2.1 K21, K22)."""
    PriorityCharging.objects.update_or_create(session=session, defaults={"is_active": is_active, "changed_at": at})
    work.record("priority_charging.changed", subject=session, data={"station": station.pk, "is_active": is_active})
    work.nudge_session(session)
