"""What connectors and stations report of their state."""

from datetime import datetime

from stations.domain.session import PHASE_OF_STATUS
from stations.domain.status import ConnectorStatus
from stations.models import Connector, Session, Station
from stations.services.work import Work


def connector_reported(
    *,
    work: Work,
    connector: Connector,
    status: ConnectorStatus,
    at: datetime,
    received_at: datetime,
    error_code: str = "",
    vendor_error_code: str = "",
    info: str = "",
) -> None:
    """Take down a connector's status; `at` is the charger's time. A fact only where something changed.

    A status that is only repeated stands since it was first told.
    """
    before = old_status, old_error = connector.status, connector.error_code
    if connector.status_at is None or old_status != status:
        connector.status_at = at
    connector.status = status
    connector.error_code = error_code
    connector.vendor_error_code = vendor_error_code
    connector.info = info
    connector.status_received_at = received_at
    work.changed(connector, "status", "error_code", "vendor_error_code", "info", "status_at", "status_received_at")
    station = work.stations[connector.station_id]
    work.nudge_station(station)
    if before == (status, error_code):
        return
    data = {
        "station": station.pk,
        "evse": connector.evse_id,
        "from": old_status,
        "to": status.value,
        "error_code": error_code,
        "from_error_code": old_error,
        "said_at": at.isoformat(),
    }
    work.record("connector.status", subject=connector, data=data)
    _carry_to_session(work, connector, status)


def _carry_to_session(work: Work, connector: Connector, status: ConnectorStatus) -> None:
    """1.6 tells by its status whether energy flows; 2.x says Occupied here and the rest by TransactionEvent."""
    phase = PHASE_OF_STATUS.get(status)
    if phase is None:
        return
    for session in work.open_sessions[connector.station_id]:
        if session.connector_id == connector.pk and session.phase != phase:
            session.phase = phase
            work.changed(session, "phase")
            work.nudge_session(session)


def station_reported(
    *, work: Work, station: Station, status: ConnectorStatus, at: datetime, error_code: str = ""
) -> None:
    """Take down the status of the station as a whole (1.6: connector 0); `at` as with connectors."""
    before = (station.status, station.error_code)
    if station.status_at is None or station.status != status:
        station.status_at = at
    station.status = status
    station.error_code = error_code
    work.changed(station, "status", "error_code", "status_at")
    work.nudge_station(station)
    if before != (status, error_code):
        data = {"from": before[0], "to": status.value, "error_code": error_code, "said_at": at.isoformat()}
        work.record("station.status", subject=station, data=data)


def open_session_on(*, work: Work, connector: Connector) -> Session | None:
    """The newest open session on a connector, if there is one."""
    sessions = work.open_sessions[connector.station_id]
    return next((s for s in reversed(sessions) if s.connector_id == connector.pk), None)
