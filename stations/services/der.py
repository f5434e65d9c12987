"""DER controls and alarms of stations (OCPP 2.1 R)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet

from stations.models import DerAlarm, DerControl, Station
from stations.services.work import Work

State = DerControl.State


@dataclass(frozen=True, slots=True)
class Control:
    """A control as it was set or reported; `content` is JSON text."""

    control_id: str
    control_type: str
    content: str
    is_default: bool
    is_superseded: bool = False


def answered(
    *, work: Work, station: Station, control: Control, accepted: bool, superseded: Iterable[str], at: datetime
) -> None:
    """The station took a control (R04), or did not: then one of that id that it has stays as it is."""
    if not accepted:
        defaults = {
            "control_type": control.control_type,
            "is_default": control.is_default,
            "content": control.content,
            "state": State.REJECTED,
        }
        DerControl.objects.get_or_create(station=station, control_id=control.control_id, defaults=defaults)
        work.nudge_station(station)
        return
    row = _store(station, control)
    row.set_at = at
    row.save()
    _supersede(station, superseded)
    work.record("der_control.set", subject=row, data={"station": station.pk, "control_id": control.control_id})
    work.nudge_station(station)


def _store(station: Station, control: Control) -> DerControl:
    row = DerControl.objects.filter(station=station, control_id=control.control_id).first()
    row = row or DerControl(station=station, control_id=control.control_id)
    row.control_type, row.content, row.is_default = control.control_type, control.content, control.is_default
    row.state = State.SUPERSEDED if control.is_superseded else State.SET
    return row


def _supersede(station: Station, control_ids: Iterable[str]) -> None:
    rows = DerControl.objects.filter(station=station, control_id__in=list(control_ids))
    rows.update(state=State.SUPERSEDED, is_active=False)


@dataclass(frozen=True, slots=True)
class Criteria:
    """Which controls a message means; None: any."""

    is_default: bool | None = None
    control_type: str | None = None
    control_id: str | None = None


def cleared(*, work: Work, station: Station, criteria: Criteria) -> None:
    """The station no longer has the controls meant."""
    _meant(station, criteria).update(state=State.CLEARED, is_active=False)
    work.record("der_control.cleared", subject=station, data={"control_id": criteria.control_id})
    work.nudge_station(station)


def _meant(station: Station, criteria: Criteria) -> QuerySet[DerControl]:
    rows = DerControl.objects.filter(station=station, state__in=[State.SET, State.SUPERSEDED])
    if criteria.is_default is not None:
        rows = rows.filter(is_default=criteria.is_default)
    if criteria.control_type is not None:
        rows = rows.filter(control_type=criteria.control_type)
    return rows.filter(control_id=criteria.control_id) if criteria.control_id is not None else rows


def reported(*, work: Work, station: Station, controls: Iterable[Control], request_id: int, at: datetime) -> None:
    """Store what a station says it has."""
    for control in controls:
        row = _store(station, control)
        row.reported_at, row.report_id = at, request_id
        row.save()
    work.nudge_station(station)


def report_complete(*, work: Work, station: Station, criteria: Criteria, request_id: int | None) -> None:
    """All that was asked for was told: what we took for set and it did not tell is gone."""
    gone = _meant(station, criteria)
    if request_id is not None:
        gone = gone.exclude(report_id=request_id)
    gone.update(state=State.CLEARED, is_active=False)
    work.nudge_station(station)


def started_or_stopped(
    *, work: Work, station: Station, control_id: str, started: bool, superseded: Iterable[str], at: datetime
) -> None:
    """A scheduled control begins or ends (R04); one we never heard of is kept too."""
    row, _ = DerControl.objects.update_or_create(
        station=station,
        control_id=control_id,
        defaults={"is_active": started, "active_since": at},
        create_defaults={"is_active": started, "active_since": at, "state": State.SET},
    )
    _supersede(station, superseded)
    data = {"station": station.pk, "control_id": control_id}
    work.record("der_control.started" if started else "der_control.stopped", subject=row, data=data)
    work.nudge_station(station)


@dataclass(frozen=True, slots=True)
class Alarm:
    """A NotifyDERAlarm; `at` by the station's clock."""

    control_type: str
    fault: str
    has_ended: bool
    at: datetime
    info: str


def alarmed(*, work: Work, station: Station, alarm: Alarm, received_at: datetime) -> DerAlarm:
    """A grid event on which a control acted, or its end (R05)."""
    row = DerAlarm.objects.create(
        station=station,
        control_type=alarm.control_type,
        fault=alarm.fault,
        has_ended=alarm.has_ended,
        at=alarm.at,
        info=alarm.info,
        received_at=received_at,
    )
    data = {"station": station.pk, "control_type": alarm.control_type, "fault": alarm.fault}
    work.record("der_alarm.ended" if alarm.has_ended else "der_alarm.raised", subject=row, data=data)
    work.nudge_station(station)
    return row
