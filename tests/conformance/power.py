"""Charging profiles for conformance tests: kept by an operator, ready to be sent."""

from datetime import timedelta

from django.utils import timezone

from stations.domain.times import render

ACCEPTED = {"status": "Accepted"}


async def keep(desk, purpose="TxDefaultProfile", *, kind="Absolute", limit=6, unit="A", **fields):
    """The id of a new profile with one period; one that is not relative is valid for five minutes from now on."""
    now = timezone.now()
    period = fields.pop("period", {"startPeriod": 0, "limit": limit, "numberPhases": 3})
    schedule = {"chargingRateUnit": unit, "chargingSchedulePeriod": [period]}
    if kind in ("Absolute", "Recurring"):
        schedule |= {"duration": 300, "startSchedule": render(now)}
        fields |= {"valid_from": render(now), "valid_to": render(now + timedelta(seconds=300))}
    body = {"description": f"{purpose} {limit} {unit}", "purpose": purpose, "kind": kind, "stack_level": 0}
    profile = await desk.post("charging-profiles/", body | {"schedules": [schedule]} | fields)
    return profile["id"]


async def in_force(desk):
    """What the station has, by our book: (wire id, EVSE) of each profile."""
    return [(row["profile"], row["evse"]) for row in await desk.list("applied-profiles/?in_force=true")]


def profile(wire_id, purpose="TxDefaultProfile", *, limit=6, level=0, **members):
    """A ChargingProfile as a station reports it."""
    schedule = {
        "id": 1,
        "chargingRateUnit": "A",
        "startSchedule": render(timezone.now()),
        "chargingSchedulePeriod": [{"startPeriod": 0, "limit": limit}],
    }
    return {
        "id": wire_id,
        "stackLevel": level,
        "chargingProfilePurpose": purpose,
        "chargingProfileKind": "Absolute",
        "chargingSchedule": [schedule],
    } | members


def needs(*, energy_wh=11000, hours=2.0, **members):
    """ChargingNeeds of a vehicle at a three-phase AC station."""
    return {
        "requestedEnergyTransfer": "AC_three_phase",
        "departureTime": render(timezone.now() + timedelta(hours=hours)),
        "acChargingParameters": {
            "energyAmount": energy_wh,
            "evMinCurrent": 6,
            "evMaxCurrent": 32,
            "evMaxVoltage": 400,
        },
    } | members
