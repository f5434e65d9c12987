"""How sessions end: as the charger tells, late, never, or without ever having begun."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from stations.domain import anomalies as odd
from stations.domain.anomalies import Anomaly
from stations.domain.metering import Reading
from stations.domain.session import Meter, Phase
from stations.models import Connector, Evse, MeterSample, Session, SessionEvent, Station
from stations.services import charging_profiles
from stations.services.anomalies import note
from stations.services.session_meter import apply_meter, meter_of
from stations.services.work import Work

# A session of kWh told as Wh counts at most this much; others need no second look.
_FEW_WH = 1000
_ONE_SECOND, _ONE_TICK = timedelta(seconds=1), timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class End:
    """How a session ended, as the charger tells it. `said_at`: by its clock."""

    said_at: datetime
    received_at: datetime
    reason: str
    meter_stop_wh: int | None = None


def end(*, work: Work, session: Session, told: End) -> None:
    """End a session as its charger tells it; ending it twice changes nothing.

    One that was ended here, because its charger seemed to have forgotten it or by a person, is put right.
    """
    is_late = was_ended_here(session)
    if not session.is_open and not is_late:
        return
    moment = odd.believed(told.said_at, told.received_at)
    meter = meter_of(work=work, session=session).stopped_at(told.meter_stop_wh, moment.at)
    apply_meter(work=work, session=session, meter=meter)
    if moment.said is not None:
        session.ended_at_said = moment.said
        note(work=work, session=session, found=[Anomaly.WRONG_CLOCK])
    _set_times(work, session, moment.at, told)
    session.stop_reason = told.reason
    session.phase = Phase.IDLE
    work.changed(session, "ended_at_said", "stop_reason", "phase")
    look_back(work=work, session=session)
    if is_late:
        note(work=work, session=session, found=[Anomaly.ENDED_LATE], gone=[Anomaly.NEVER_ENDED])
        work.record("session.corrected", subject=session, data=ending(session))
    else:
        work.ended(session)
        charging_profiles.session_over(session=session, at=work.now)
        work.record("session.ended", subject=session, data=ending(session))
    work.nudge_session(session)


def was_ended_here(session: Session) -> bool:
    """Whether it was ended without its charger, which has not told of the end since."""
    if session.is_open or Anomaly.ENDED_LATE in session.anomalies:
        return False
    return Anomaly.NEVER_ENDED in session.anomalies or session.closed_by_id is not None


def ending(session: Session) -> dict[str, object]:
    """What a fact about an end says."""
    return {
        "station": session.station_id,
        "evse": session.evse_id,
        "energy_wh": session.energy_wh,
        "reason": session.stop_reason,
        "said_at": session.ended_at.isoformat() if session.ended_at else None,
    }


def _set_times(work: Work, session: Session, ended_at: datetime, told: End) -> None:
    found = odd.span(
        started_at=session.started_at,
        ended_at=ended_at,
        start_received_at=session.received_at,
        end_received_at=told.received_at,
    )
    if found.is_odd:
        session.started_at_said = session.said_started_at
        session.ended_at_said = told.said_at
        note(work=work, session=session, found=[Anomaly.NEGATIVE_DURATION])
    session.started_at, session.ended_at = found.started_at, found.ended_at
    work.changed(session, "started_at", "started_at_said", "ended_at", "ended_at_said")


def look_back(*, work: Work, session: Session) -> None:
    """Note what only the whole of an ended session shows; again whenever something of it came late."""
    missing = odd.begin_is_missing(started_at=session.started_at, start_read_at=session.meter_start_at)
    found, gone = ([Anomaly.NO_BEGIN_READING], []) if missing else ([], [Anomaly.NO_BEGIN_READING])
    if session.meter_start_at is not None:
        note(work=work, session=session, found=found, gone=gone if session.last_seq_no >= 0 else ())
    if 0 < session.energy_wh <= _FEW_WH and Anomaly.KWH_AS_WH not in session.anomalies:
        _look_for_kwh(work, session)
    if session.last_seq_no >= 0:
        _look_for_gaps(work, session)


def _look_for_kwh(work: Work, session: Session) -> None:
    """A register that counts kWh shows by the power that flowed; or by sessions that all charged next to nothing."""
    stored = MeterSample.objects.filter(session=session).values_list("at", "energy_wh", "power_w")
    pending = [(s.at, s.energy_wh, s.power_w) for s in work.samples if s.session_id == session.pk]
    registers = odd.kwh_by_power([odd.Told(*row) for row in (*stored, *pending)])
    if registers is not None:
        session.meter_start_wh, session.meter_stop_wh = registers
        session.energy_wh = registers[1] - registers[0]
        work.changed(session, "meter_start_wh", "meter_stop_wh", "energy_wh")
        note(work=work, session=session, found=[Anomaly.KWH_AS_WH])
        return
    lasted = (session.ended_at or session.started_at) - session.started_at
    if not odd.is_tiny(energy_wh=session.energy_wh, lasted=lasted):
        return
    earlier = Session.objects.filter(station=session.station_id, ended_at__isnull=False).exclude(pk=session.pk)
    rows = earlier.order_by("-started_at").values_list("energy_wh", "started_at", "ended_at")
    lengths = [(energy_wh, ended - started) for energy_wh, started, ended in rows[: odd.SESSIONS_COMPARED - 1] if ended]
    if odd.meter_may_count_kwh([(session.energy_wh, lasted), *lengths]):
        note(work=work, session=session, found=[Anomaly.TINY_ENERGY])


def _look_for_gaps(work: Work, session: Session) -> None:
    """Whether events of an ended session are missing (OCPP 2.0.1 E04.FR.02: seqNo says so)."""
    stored = SessionEvent.objects.filter(session=session).values_list("seq_no", "event_type")
    events = {*stored, *((e.seq_no, e.event_type) for e in work.events if e.session_id == session.pk)}
    has_started = any(kind == "Started" for _, kind in events)
    gaps = odd.has_gaps((number for number, _ in events), has_started=has_started)
    missing = [Anomaly.EVENTS_MISSING]
    note(work=work, session=session, found=missing if gaps else (), gone=() if gaps else missing)


# --- Without the charger ---


def close_forgotten(*, work: Work, session: Session, found: Anomaly = Anomaly.NEVER_ENDED) -> None:
    """End a session that its charger will not end, at the last sign of it and with the energy known."""
    if not session.is_open:
        return
    apply_meter(work=work, session=session, meter=meter_of(work=work, session=session).stopped_at(None))
    session.ended_at = last_sign_at(session)
    session.stop_reason = ""
    session.phase = Phase.IDLE
    work.changed(session, "ended_at", "stop_reason", "phase")
    note(work=work, session=session, found=[Anomaly.NEVER_ENDED, found])
    work.ended(session)
    charging_profiles.session_over(session=session, at=work.now)
    work.record("session.forgotten", subject=session, data=ending(session))
    work.record("session.ended", subject=session, data=ending(session))
    work.nudge_session(session)


def last_sign_at(session: Session) -> datetime:
    """The last sign of a session by its charger's clock."""
    # 1.6 has no time of its own for what is not metered: there last_event_at is by our clock.
    told = session.last_event_at if session.last_seq_no >= 0 else None
    return max(at for at in (session.started_at, session.metered_at, told) if at is not None)


def displace(
    *, work: Work, station: Station, began_at: datetime, connector: Connector | None, evse: Evse | None
) -> None:
    """End what the charger forgot where a new session begins: a connector has one session, in 2.x an EVSE has."""
    for session in list(work.open_sessions[station.pk]):
        same = session.evse_id == evse.pk if evse and session.last_seq_no >= 0 else False
        same = same or (connector is not None and session.connector_id == connector.pk)
        if same and odd.is_displaced(
            began_at=session.started_at, last_sign_at=last_sign_at(session), next_began_at=began_at
        ):
            close_forgotten(work=work, session=session)


# --- Ends of sessions that never were ---


@dataclass(frozen=True, slots=True)
class Orphan:
    """A StopTransaction (1.6) of a transaction we know nothing of, and what it told."""

    station: Station
    transaction_id: str
    end: End
    id_token: str
    readings: Sequence[Reading]
    is_foreign: bool  # the id is that of a session of another station


def is_same_orphan(session: Session, told: End) -> bool:
    """Whether `session` is the orphan that this very StopTransaction left before."""
    return session.said_ended_at == told.said_at and session.meter_stop_wh == told.meter_stop_wh


def keep_orphan(*, work: Work, orphan: Orphan) -> Session:
    """A row for what a StopTransaction told of a transaction that we know nothing of."""
    moment = odd.believed(orphan.end.said_at, orphan.end.received_at)
    meter = Meter()
    for reading in orphan.readings:
        meter = meter.with_reading(reading)
    meter = meter.stopped_at(orphan.end.meter_stop_wh, moment.at)
    found = [Anomaly.FOREIGN_STOP if orphan.is_foreign else Anomaly.UNKNOWN_STOP, *meter.anomalies]
    if moment.said is not None:
        found.append(Anomaly.WRONG_CLOCK)
    codes = odd.merged([], found)
    session = Session.objects.create(
        station=orphan.station,
        transaction_id=orphan.transaction_id,
        protocol=orphan.station.protocol,
        id_token=orphan.id_token,
        started_at=_free_start(orphan, min([moment.at, *(reading.at for reading in orphan.readings)])),
        ended_at=moment.at,
        ended_at_said=moment.said,
        received_at=orphan.end.received_at,
        stop_reason=orphan.end.reason,
        phase=Phase.IDLE,
        anomalies=codes,
        is_flagged=True,
        meter_start_wh=meter.start_wh,
        meter_start_at=meter.start_at,
        meter_stop_wh=orphan.end.meter_stop_wh,
        meter_stop_at=moment.at,
        energy_wh=meter.energy_wh,
        soc_percent=meter.soc_percent,
        metered_at=meter.metered_at,
    )
    data = {"station": orphan.station.pk, "transaction_id": orphan.transaction_id, "meter_stop_wh": meter.stop_wh}
    work.record("session.unknown_stop", subject=session, data=data | {"anomalies": codes})
    work.nudge_session(session)
    return session


def _free_start(orphan: Orphan, at: datetime) -> datetime:
    """The start of an orphan's row. A made-up id such as -1 may end twice in one second: those are two."""
    alike = Session.objects.filter(station=orphan.station, transaction_id=orphan.transaction_id)
    taken = set(alike.filter(started_at__range=(at, at + _ONE_SECOND)).values_list("started_at", flat=True))
    return next(moment for n in range(len(taken) + 1) if (moment := at + n * _ONE_TICK) not in taken)
