"""What limits a station now, and the composite schedule that follows from it."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TypeVar
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import orjson
from django.db.models import Model, Q, QuerySet

from drivers.domain.roles import Permission
from drivers.permissions import Viewer, memberships_granting
from stations.domain.charging_profile import Kind, Profile, ProfileState, Purpose, Unit, schedule_of
from stations.domain.schedule import (
    USUAL_PHASES,
    USUAL_VOLTAGE_V,
    Slot,
    Supply,
    Window,
    composite,
    composite_of_station,
)
from stations.models import (
    AppliedProfile,
    ChargingLimit,
    ChargingProfile,
    Evse,
    PriorityCharging,
    Session,
    Site,
    Station,
    Variable,
)
from stations.permissions import sites_granting

# What is computed of a longer time asked for: nobody plans beyond, and a recurring schedule never ends.
LONGEST_S = 7 * 86_400
_EARLIEST, _LATEST = datetime(1970, 1, 1, tzinfo=UTC), datetime(9000, 1, 1, tzinfo=UTC)
# Far above MaxChargingProfilesInstalled of any hardware; a station that tells of more is broken or hostile.
MAX_IN_FORCE = 100

Row = TypeVar("Row", bound=Model)


def visible_charging_profiles(viewer: Viewer) -> QuerySet[ChargingProfile]:
    organizations = memberships_granting(viewer, Permission.VIEW_NETWORK).values("organization")
    return ChargingProfile.objects.filter(organization__in=organizations).select_related("organization", "session")


def visible_applied_profiles(viewer: Viewer) -> QuerySet[AppliedProfile]:
    mine = AppliedProfile.objects.filter(station__site__in=sites_granting(viewer, Permission.VIEW_NETWORK))
    return mine.select_related("station__site", "profile")


def at_stations(viewer: Viewer, rows: QuerySet[Row], permission: Permission, *, path: str = "station") -> QuerySet[Row]:
    """Of rows that belong to stations (by `path`) those the viewer sees, who needs `permission` at their site."""
    return rows.filter(**{f"{path}__site__in": sites_granting(viewer, permission)}).select_related(path)


@dataclass(frozen=True, slots=True)
class Limits:
    """All that is in force at a station: what its pages show and schedules are computed from."""

    station: Station
    applied: list[AppliedProfile]
    imposed: list[ChargingLimit]
    sessions: list[Session]
    prioritized: frozenset[int]

    def session_on(self, evse_number: int) -> Session | None:
        """The session that runs on an EVSE."""
        return next((s for s in self.sessions if s.evse is not None and s.evse.number == evse_number), None)

    def profiles(self, evse_number: int) -> list[Profile]:
        """What bears on an EVSE; 0: on the station as a whole."""
        session = self.session_on(evse_number)
        found = [
            row.standing(evse=row.evse_number or 0, since=row.applied_at)
            for row in self.applied
            if self._bears_on(row, evse_number, session)
        ]
        for limit in self.imposed:
            if limit.evse_number in (0, evse_number):
                found += _imposed(limit)
        return found

    def _bears_on(self, row: AppliedProfile, evse_number: int, session: Session | None) -> bool:
        if row.purpose != Purpose.TX:
            return row.evse_number in (0, evse_number)
        if session is None:
            return False
        if row.transaction_id:
            return row.transaction_id == session.transaction_id
        # It came with a remote start: the session found its command, or stands where it was to start.
        started = row.command.session_id if row.command else None
        return started == session.pk if started else row.evse_number == evse_number


def limits_of(station: Station) -> Limits:
    """What is in force at the station, in four queries."""
    applied = AppliedProfile.objects.filter(station=station, state=ProfileState.ACCEPTED).select_related("command")
    sessions = list(
        Session.objects.filter(station=station, ended_at=None).select_related("evse").order_by("-started_at")
    )
    prioritized = PriorityCharging.objects.filter(session__in=sessions, is_active=True)
    return Limits(
        station,
        list(applied.order_by("-id")[:MAX_IN_FORCE]),
        list(ChargingLimit.objects.filter(station=station, released_at=None).order_by("-id")[:MAX_IN_FORCE]),
        sessions,
        frozenset(prioritized.values_list("session_id", flat=True)),
    )


def _imposed(limit: ChargingLimit) -> list[Profile]:
    """A limit of somebody else as the profiles it is to the station (K11.FR.06, K27.FR.01)."""
    purpose = Purpose.LOCAL_GENERATION if limit.is_local_generation else Purpose.EXTERNAL
    schedules = [schedule_of(schedule) for schedule in orjson.loads(limit.schedules)]
    return [
        Profile(purpose, Kind.ABSOLUTE, 0, schedule, evse=limit.evse_number, since=limit.imposed_at)
        for schedule in schedules
    ]


def window_of(limits: Limits, evse_number: int, *, at: datetime, duration_s: int, unit: Unit) -> Window:
    """The time looked at, with what is known of the EVSE and its session."""
    session = limits.session_on(evse_number)
    return Window(
        # A clock that was never set, or wildly wrong, must not lead out of the calendar.
        at=min(max(at, _EARLIEST), _LATEST),
        duration_s=max(1, min(duration_s, LONGEST_S)),
        unit=unit,
        supply=supply_of(limits.station, evse_number),
        session_since=session.started_at if session else None,
        has_priority=session is not None and session.pk in limits.prioritized,
        zone=_zone(limits.station.site_id),
    )


def _zone(site_id: int) -> ZoneInfo:
    """The site's time zone; UTC where what stands there is none."""
    try:
        return ZoneInfo(Site.objects.values_list("timezone", flat=True).get(pk=site_id))
    except (ZoneInfoNotFoundError, ValueError):
        return ZoneInfo("UTC")


def expected_schedule(
    station: Station, evse_number: int, *, at: datetime, duration_s: int, unit: Unit
) -> tuple[Slot, ...]:
    """The composite schedule we expect of an EVSE; 0: of the station as a whole."""
    limits = limits_of(station)
    window = window_of(limits, evse_number, at=at, duration_s=duration_s, unit=unit)
    if evse_number:
        return composite(limits.profiles(evse_number), window)
    numbers = Evse.objects.filter(station=station).values_list("number", flat=True)
    evses = [
        composite(limits.profiles(n), window_of(limits, n, at=at, duration_s=duration_s, unit=unit)) for n in numbers
    ]
    return composite_of_station(evses, limits.profiles(0), window)


def supply_of(station: Station, evse_number: int) -> Supply:
    """Volts and phases as the station told them (2.x device model), else what is usual."""
    told = Variable.objects.filter(
        Q(component="EVSE", evse_number=evse_number) | Q(component="ChargingStation", evse_number=0),
        station=station,
        name__in=("SupplyPhases", "ACVoltage"),
        attribute="Actual",
    )
    # The EVSE's own word goes before that of the station.
    values = {row.name: row.value for row in told.order_by("component")}
    return Supply(
        voltage_v=_number(values.get("ACVoltage", ""), USUAL_VOLTAGE_V),
        phases=int(_number(values.get("SupplyPhases", ""), USUAL_PHASES)),
    )


def _number(text: str, usual: float) -> float:
    try:
        value = float(text)
    except ValueError:
        return usual
    return value if 1 <= value < 10_000 else usual
