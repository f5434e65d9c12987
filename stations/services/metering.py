"""Meter readings: stored, added to their session, and told at most once a minute."""

from collections.abc import Sequence
from datetime import datetime, timedelta

import orjson

from stations.domain.anomalies import AFTER_END, Anomaly
from stations.domain.metering import Reading
from stations.domain.session import Meter
from stations.models import Evse, Session, Station
from stations.services import anomalies, endings
from stations.services.flush import NewSample
from stations.services.session_meter import apply_meter, meter_of
from stations.services.work import Work

# DESIGN: meter values make no fact each.
FACT_INTERVAL = timedelta(minutes=1)


def store(
    *,
    work: Work,
    station: Station,
    readings: Sequence[Reading],
    received_at: datetime,
    evse: Evse | None,
    session: Session | None,
    corrects_ended: bool = False,
) -> None:
    """Store the readings; an open session's energy, power and state of charge follow them.

    `corrects_ended`: readings of a session that has ended came late and still count. Those of one that was ended here
    always do: its charger had not forgotten it.
    """
    keep(work=work, station=station, readings=readings, received_at=received_at, evse=evse, session=session)
    if session is None:
        return
    if any(reading.said is not None for reading in readings):
        anomalies.note(work=work, session=session, found=[Anomaly.WRONG_CLOCK])
    if session.is_open:
        apply_meter(work=work, session=session, meter=_after(work, session, readings))
        _tell_once_a_minute(work, session, received_at)
        work.nudge_session(session)
    else:
        _store_after_end(work, session, readings, corrects_ended=corrects_ended)


def keep(
    *,
    work: Work,
    station: Station,
    readings: Sequence[Reading],
    received_at: datetime,
    evse: Evse | None,
    session: Session | None,
) -> None:
    """Store the readings, and nothing follows."""
    work.samples += [_sample(station, reading, received_at, evse, session) for reading in readings]


def _after(work: Work, session: Session, readings: Sequence[Reading]) -> Meter:
    meter = meter_of(work=work, session=session)
    for reading in readings:
        meter = meter.with_reading(reading)
    return meter


def _store_after_end(work: Work, session: Session, readings: Sequence[Reading], *, corrects_ended: bool) -> None:
    was_forgotten = endings.was_ended_here(session)
    ended_at = session.ended_at or session.started_at
    late = [reading for reading in readings if reading.at > ended_at + AFTER_END]
    if late and not was_forgotten:
        anomalies.note(work=work, session=session, found=[Anomaly.READINGS_AFTER_END])
    if not (corrects_ended or was_forgotten):
        return
    counted = readings if was_forgotten else [reading for reading in readings if reading not in late]
    energy_before = session.energy_wh
    apply_meter(work=work, session=session, meter=_after(work, session, counted).stopped_at(None))
    if was_forgotten and late:
        session.ended_at = max(reading.at for reading in late)
        work.changed(session, "ended_at")
    if session.energy_wh != energy_before:
        work.record("session.corrected", subject=session, data=_news(session))
    work.nudge_session(session)


def _tell_once_a_minute(work: Work, session: Session, received_at: datetime) -> None:
    if session.metered_fact_at is None or received_at - session.metered_fact_at >= FACT_INTERVAL:
        session.metered_fact_at = received_at
        work.changed(session, "metered_fact_at")
        work.record("session.metered", subject=session, data=_news(session))


def _news(session: Session) -> dict[str, object]:
    return {"station": session.station_id, "energy_wh": session.energy_wh, "power_w": session.power_w}


def _sample(
    station: Station, reading: Reading, received_at: datetime, evse: Evse | None, session: Session | None
) -> NewSample:
    return NewSample(
        station_id=station.pk,
        session_id=session.pk if session is not None else None,
        evse_id=evse.pk if evse is not None else None,
        at=reading.at,
        at_said=reading.said,
        received_at=received_at,
        context=reading.context,
        energy_wh=reading.energy_wh,
        power_w=reading.power_w,
        current_a=reading.current_a,
        voltage_v=reading.voltage_v,
        soc_percent=reading.soc_percent,
        values=orjson.dumps(reading.values).decode(),
    )
