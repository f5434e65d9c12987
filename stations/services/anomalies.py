"""What is odd about a session is noted on it, and told."""

from collections.abc import Iterable

from stations.domain.anomalies import Anomaly, merged
from stations.models import Session
from stations.services.work import Work


def note(*, work: Work, session: Session, found: Iterable[Anomaly], gone: Iterable[Anomaly] = ()) -> None:
    """Add what was found to the session's anomalies and drop what turned out otherwise. A fact for what is new."""
    before = set(session.anomalies)
    codes = merged(before, found, gone=gone)
    if codes == session.anomalies:
        return
    session.anomalies = codes
    session.is_flagged = bool(codes)
    work.changed(session, "anomalies", "is_flagged")
    if new := [code for code in codes if code not in before]:
        work.record("session.odd", subject=session, data={"station": session.station_id, "anomalies": new})
    work.nudge_session(session)
