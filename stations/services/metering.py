"""Meter readings: stored, added to their session, and told at most once a minute."""

from collections.abc import Sequence
from datetime import datetime, timedelta

import orjson

from stations.domain.metering import Reading
from stations.models import Evse, MeterSample, Session, Station
from stations.services import sessions
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

    `corrects_ended`: readings of a session that has ended came late and still count.
    """
    work.samples += [_sample(station, reading, received_at, evse, session) for reading in readings]
    if session is None or not (session.is_open or corrects_ended):
        return
    energy_before = session.energy_wh
    meter = sessions.meter_of(session)
    for reading in readings:
        meter = meter.with_reading(reading)
    sessions.apply_meter(work=work, session=session, meter=meter if session.is_open else meter.stopped_at(None))
    if session.is_open:
        _tell_once_a_minute(work, session, received_at)
    elif session.energy_wh != energy_before:
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
) -> MeterSample:
    return MeterSample(
        station=station,
        session=session,
        evse=evse,
        at=reading.at,
        received_at=received_at,
        context=reading.context,
        energy_wh=reading.energy_wh,
        power_w=reading.power_w,
        current_a=reading.current_a,
        voltage_v=reading.voltage_v,
        soc_percent=reading.soc_percent,
        values=orjson.dumps(reading.values).decode(),
    )
