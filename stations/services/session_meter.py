"""A session's meter between its row and the domain's arithmetic."""

from stations.domain.session import Meter, rated_power_w
from stations.models import Session
from stations.services import anomalies
from stations.services.work import Work

_FIELDS = (
    *("meter_start_wh", "meter_start_at", "meter_stop_wh", "meter_stop_at", "meter_suspect_wh", "meter_suspect_at"),
    *("energy_wh", "power_w", "soc_percent", "metered_at"),
)


def meter_of(*, work: Work, session: Session) -> Meter:
    """The session's meter as the domain computes with it."""
    return Meter(
        start_wh=session.meter_start_wh,
        start_at=session.meter_start_at,
        stop_wh=session.meter_stop_wh,
        stop_at=session.meter_stop_at,
        suspect_wh=session.meter_suspect_wh,
        suspect_at=session.meter_suspect_at,
        energy_wh=session.energy_wh,
        power_w=session.power_w,
        soc_percent=session.soc_percent,
        metered_at=session.metered_at,
        max_power_w=_rating(work, session),
    )


def _rating(work: Work, session: Session) -> float:
    plugs = work.connectors[session.station_id]
    return rated_power_w(next((plug.evse.max_power_w for plug in plugs if plug.evse_id == session.evse_id), None))


def apply_meter(*, work: Work, session: Session, meter: Meter) -> None:
    """Write the meter back to its session, with what was odd about it."""
    session.meter_start_wh = meter.start_wh
    session.meter_start_at = meter.start_at
    session.meter_stop_wh = meter.stop_wh
    session.meter_stop_at = meter.stop_at
    session.meter_suspect_wh = meter.suspect_wh
    session.meter_suspect_at = meter.suspect_at
    session.energy_wh = meter.energy_wh
    session.power_w = meter.power_w
    session.soc_percent = meter.soc_percent
    session.metered_at = meter.metered_at
    work.changed(session, *_FIELDS)
    if meter.anomalies:
        anomalies.note(work=work, session=session, found=meter.anomalies)
