"""What a ticket's charger is like: looked up when it is opened, and on its page beside that."""

from datetime import UTC, datetime, timedelta

from django.db.models import Prefetch
from django.utils import timezone

from monitoring.domain.snapshots import FrameText, PlugState, SessionState, Snapshot, to_json
from monitoring.models import Ticket, TicketSnapshot
from stations.models import Connector, Frame, Session, Station

FRAMES = 20
# What a charger was like longer ago is not known, and not made up.
LATEST = timedelta(hours=1)
# Frames are a charger's own words; what is longer than this is cut.
LONGEST_FRAME = 4000


def take(ticket: Ticket) -> TicketSnapshot | None:
    """Keep what the charger is like now; None for a ticket without one, or opened about the past."""
    now = timezone.now()
    if ticket.station_id is None or ticket.opened_at < now - LATEST:
        return None
    data = to_json(look(ticket, frames=FRAMES))
    return TicketSnapshot.objects.create(ticket=ticket, taken_at=now, data=data)


def look(ticket: Ticket, *, frames: int = 0) -> Snapshot:
    """The ticket's charger as it is, with its last frames. The ticket has a station."""
    connectors = Connector.objects.select_related("evse").order_by("evse__number", "number")
    station = Station.objects.prefetch_related(Prefetch("connectors", connectors)).get(pk=ticket.station_id or 0)
    last = Frame.objects.filter(station=station).exclude(action="Heartbeat").order_by("-id")[:frames] if frames else []
    return Snapshot(
        identity=station.identity,
        connected=station.connected,
        last_seen=_time(station.last_seen),
        protocol=station.protocol,
        vendor=station.vendor,
        model=station.model,
        firmware_version=station.firmware_version,
        status=station.status,
        error_code=station.error_code,
        plugs=tuple(_plug(connector) for connector in station.connectors.all()),
        session=_session(ticket, station),
        frames=tuple(_frame(frame) for frame in last),
    )


def _session(ticket: Ticket, station: Station) -> SessionState | None:
    """Its own session, else the one that runs at its EVSE."""
    session = ticket.session
    if session is None:
        running = Session.objects.filter(station=station, ended_at=None)
        session = (running.filter(evse=ticket.evse_id) if ticket.evse_id else running).order_by("-id").first()
    if session is None:
        return None
    return SessionState(
        id=session.pk,
        transaction_id=session.transaction_id,
        started_at=_time(session.started_at),
        ended_at=_time(session.ended_at),
        phase=session.phase,
        stop_reason=session.stop_reason,
        energy_wh=session.energy_wh,
        power_w=session.power_w,
        soc_percent=session.soc_percent,
        cost_minor=session.cost_minor,
        currency=session.currency,
    )


def _plug(connector: Connector) -> PlugState:
    return PlugState(
        evse=connector.evse.number,
        number=connector.number,
        type=connector.type,
        status=connector.status,
        error_code=connector.error_code,
        vendor_error_code=connector.vendor_error_code,
        info=connector.info,
        status_at=_time(connector.status_at),
    )


def _frame(frame: Frame) -> FrameText:
    return FrameText(
        id=frame.pk,
        at=_time(frame.at),
        direction=frame.direction,
        action=frame.action,
        type=frame.type,
        # No NUL: PostgreSQL's JSON refuses it.
        body=bytes(frame.body).decode("utf-8", "replace").replace("\x00", "")[:LONGEST_FRAME],
    )


def _time(at: datetime | None) -> str:
    return at.astimezone(UTC).isoformat() if at else ""
