"""Charging sessions: start, change, end."""

from dataclasses import dataclass
from datetime import datetime
from uuid import uuid4

from django.db import transaction
from django.utils import timezone

from drivers.models import User
from stations import journal, live
from stations.domain.commands import CommandKind, CommandState
from stations.domain.session import Meter, Phase
from stations.models import Command, Connector, Evse, Session, Station
from stations.services.authorization import Authorization
from stations.services.work import Work


@dataclass(frozen=True, slots=True)
class Start:
    """How a session began, as the charger tells it."""

    station: Station
    at: datetime
    received_at: datetime
    protocol: str
    transaction_id: str = ""  # empty: we give one out (1.6)
    evse: Evse | None = None
    connector: Connector | None = None
    id_token: str = ""
    meter_start_wh: int | None = None
    remote_start_id: int | None = None


def start(*, work: Work, begun: Start, authorization: Authorization | None) -> Session:
    """A new session, and its row at once: its id is what a 1.6 charger is told."""
    # Before there is a row: sessions loaded later would hold it a second time.
    open_sessions = work.open_sessions[begun.station.pk]
    session = Session.objects.create(
        station=begun.station,
        evse=begun.evse,
        connector=begun.connector,
        # The row's own id is not known yet, and two sessions of a station never share one.
        transaction_id=begun.transaction_id or str(uuid4()),
        protocol=begun.protocol,
        id_token=begun.id_token,
        started_at=begun.at,
        received_at=begun.received_at,
        meter_start_wh=begun.meter_start_wh,
        meter_stop_wh=begun.meter_start_wh,
        remote_start_id=begun.remote_start_id,
    )
    if not begun.transaction_id:
        session.transaction_id = str(session.pk)
        session.save(update_fields=["transaction_id"])
    if authorization is not None:
        set_token(work=work, session=session, id_token=begun.id_token, authorization=authorization)
    open_sessions.append(session)
    fulfil_remote_start(session)
    data = {"station": begun.station.pk, "evse": session.evse_id, "said_at": begun.at.isoformat()}
    work.record("session.started", subject=session, data=data)
    work.nudge_session(session)
    return session


def set_token(*, work: Work, session: Session, id_token: str, authorization: Authorization) -> None:
    """Note whose session it is and what we answered."""
    session.id_token = id_token
    session.token = authorization.token
    session.verdict = authorization.verdict
    work.changed(session, "id_token", "token", "verdict")


def fulfil_remote_start(session: Session) -> None:
    """Tie the remote start that asked for this session to it: by its id (2.x), else by its token (1.6).

    Call it whenever a session has begun, or has been told its remote start's id.
    """
    waiting = Command.objects.filter(
        station=session.station_id,
        kind=CommandKind.REMOTE_START,
        session=None,
        # The answer may come after the session: chargers do not wait with one for the other.
        state__in=[CommandState.SENT, CommandState.ACCEPTED],
    ).order_by("-id")
    if session.remote_start_id is not None:
        command = waiting.filter(pk=session.remote_start_id).first()
    else:
        command = next((c for c in waiting[:10] if c.wanted_token.lower() == session.id_token.lower()), None)
    if command is not None:
        Command.objects.filter(pk=command.pk).update(session=session, effect_due_at=None)


def set_phase(*, work: Work, session: Session, phase: Phase) -> None:
    """What the vehicle is doing now."""
    if session.phase != phase:
        session.phase = phase
        work.changed(session, "phase")
        work.nudge_session(session)


def end(*, work: Work, session: Session, at: datetime, reason: str, meter_stop_wh: int | None = None) -> None:
    """End a session as its charger tells it; ending it twice changes nothing."""
    if not session.is_open:
        return
    meter = meter_of(session).stopped_at(meter_stop_wh)
    apply_meter(work=work, session=session, meter=meter)
    session.ended_at = max(at, session.started_at)
    session.stop_reason = reason
    session.phase = Phase.IDLE
    # A stop register below the start register: energy is what the meter last said, and a person should look.
    session.is_flagged = session.is_flagged or (meter_stop_wh is not None and meter_stop_wh < (meter.start_wh or 0))
    work.changed(session, "ended_at", "stop_reason", "phase", "is_flagged")
    work.ended(session)
    work.record("session.ended", subject=session, data=_ending(session))
    work.nudge_session(session)


def _ending(session: Session) -> dict[str, object]:
    return {
        "station": session.station_id,
        "evse": session.evse_id,
        "energy_wh": session.energy_wh,
        "reason": session.stop_reason,
        "said_at": session.ended_at.isoformat() if session.ended_at else None,
    }


def close_administratively(*, session: Session, by: User) -> Session:
    """End a session without asking the charger: one that will never end by itself. Ending it twice changes nothing."""
    now = timezone.now()
    with transaction.atomic():
        closed = Session.objects.filter(pk=session.pk, ended_at=None).update(
            ended_at=max(now, session.started_at), stop_reason="", phase=Phase.IDLE, power_w=None, closed_by=by
        )
        session.refresh_from_db()
        if closed:
            journal.record(
                "session.ended", subject_type="session", subject_id=session.pk, data=_ending(session) | {"by": by.pk}
            )
    live.nudge(live.session_group(session.pk), live.station_group(session.station_id))
    return session


def meter_of(session: Session) -> Meter:
    """The session's meter as the domain computes with it."""
    return Meter(
        start_wh=session.meter_start_wh,
        start_at=session.meter_start_at,
        stop_wh=session.meter_stop_wh,
        energy_wh=session.energy_wh,
        power_w=session.power_w,
        soc_percent=session.soc_percent,
        metered_at=session.metered_at,
    )


_METER_FIELDS = (
    *("meter_start_wh", "meter_start_at", "meter_stop_wh", "energy_wh"),
    *("power_w", "soc_percent", "metered_at"),
)


def apply_meter(*, work: Work, session: Session, meter: Meter) -> None:
    """Write the meter back to its session."""
    session.meter_start_wh = meter.start_wh
    session.meter_start_at = meter.start_at
    session.meter_stop_wh = meter.stop_wh
    session.energy_wh = meter.energy_wh
    session.power_w = meter.power_w
    session.soc_percent = meter.soc_percent
    session.metered_at = meter.metered_at
    work.changed(session, *_METER_FIELDS)
