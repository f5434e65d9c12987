"""One row of each thing that a station tells of power, prices and batteries; `PATHS`: where the REST API lists them."""

import orjson
from django.utils import timezone

from stations.models import (
    AppliedProfile,
    BatterySwap,
    ChargingLimit,
    ChargingNeeds,
    ChargingProfile,
    CompositeSchedule,
    DerAlarm,
    DerControl,
    EvSchedule,
    PriorityCharging,
    ReportedCost,
    StationTariff,
)

SCHEDULE = {
    "chargingRateUnit": "A",
    "startSchedule": "2026-01-01T00:00:00.000Z",
    "chargingSchedulePeriod": [{"startPeriod": 0, "limit": 16}],
}
SCHEDULES = orjson.dumps([SCHEDULE]).decode()
CONTENT = {"purpose": "TxDefaultProfile", "kind": "Absolute", "schedules": SCHEDULES}
PATHS = (
    "charging-profiles",
    "applied-profiles",
    "charging-needs",
    "ev-schedules",
    "charging-limits",
    "der-controls",
    "der-alarms",
    "station-tariffs",
    "reported-costs",
    "battery-swaps",
)
# The models of a station's rows, by the path to it.
OF_STATION = {
    "station": (
        *(AppliedProfile, BatterySwap, ChargingLimit, ChargingNeeds, CompositeSchedule),
        *(DerAlarm, DerControl, EvSchedule, StationTariff),
    ),
    "session__station": (PriorityCharging, ReportedCost),
}


def profile(organization, **fields):
    """A default profile of 16 A."""
    return ChargingProfile.objects.create(organization=organization, **CONTENT | {"description": "16 A"} | fields)


def add(session, *, name="16 A"):
    """One of each at the session's station; returns the profile."""
    station, evse, now = session.station, session.evse.number if session.evse else 1, timezone.now()
    kept = profile(station.site.organization, description=name)
    here = {"station": station}
    AppliedProfile.objects.create(
        **here, **CONTENT, wire_id=kept.pk, profile=kept, evse_number=evse, state="accepted", applied_at=now
    )
    CompositeSchedule.objects.create(
        **here,
        evse_number=evse,
        received_at=now,
        starts_at=now,
        duration_s=3600,
        unit="A",
        periods='[{"startPeriod":0,"limit":32}]',
        expected='[{"startPeriod":0,"limit":16}]',
        differs=True,
    )
    ChargingNeeds.objects.create(
        **here,
        session=session,
        evse_number=evse,
        received_at=now,
        transfer="DC",
        energy_wh=20_000,
        departure_at=now,
        payload="{}",
        answer="Accepted",
    )
    EvSchedule.objects.create(
        **here, session=session, evse_number=evse, received_at=now, time_base=now, schedule="{}", accepted=True
    )
    ChargingLimit.objects.create(**here, source="EMS", is_grid_critical=True, schedules=SCHEDULES, imposed_at=now)
    PriorityCharging.objects.create(session=session, is_active=False, changed_at=now)
    DerControl.objects.create(**here, control_id="A", control_type="VoltVar", state="set", is_active=True)
    DerAlarm.objects.create(**here, control_type="LVMustTrip", fault="UnderVoltage", at=now, received_at=now)
    StationTariff.objects.create(**here, tariff_id="DAY-1", evse_number=0, state="held", set_at=now)
    ReportedCost.objects.create(
        session=session, currency="EUR", total="1.5000", details="{}", seq_no=1, reported_at=now
    )
    BatterySwap.objects.create(
        **here,
        request_id=7,
        event="BatteryIn",
        evse_number=evse,
        serial_number="B-1",
        soc_percent=20,
        soh_percent=97,
        received_at=now,
    )
    return kept
