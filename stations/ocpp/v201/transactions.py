"""OCPP 2.0.1 blocks E (transactions) and J (metering)."""

from datetime import datetime
from hashlib import blake2b

import orjson

from stations.domain.metering import Reading, Sampled, combine, number
from stations.domain.session import Phase
from stations.domain.times import parse
from stations.models import Connector, Evse, Session, SessionEvent
from stations.ocpp.router import Context, Payload
from stations.ocpp.v201.authorization import id_token_info, judge
from stations.ocpp.v201.availability import find
from stations.ocpp.v201.routes import ROUTES
from stations.services import metering, sessions
from stations.services.provisioning import note_clock

PHASE = {
    "EVConnected": Phase.CONNECTED,
    "Charging": Phase.CHARGING,
    "SuspendedEV": Phase.SUSPENDED_EV,
    "SuspendedEVSE": Phase.SUSPENDED_EVSE,
    "Idle": Phase.IDLE,
}

MAX_MULTIPLIER = 12


@ROUTES.handles("TransactionEvent")
def transaction_event(context: Context, request: Payload) -> Payload:
    """E01 to E13. Events may come late, twice or out of order; (transactionId, seqNo) says which one it is."""
    authorization = judge(context, request["idToken"], parse(request["timestamp"])) if "idToken" in request else None
    answer: Payload = {}
    if authorization is not None:
        answer["idTokenInfo"] = id_token_info(request["idToken"], authorization)
    connector, evse = _place(context, request)
    session = _session(context, request)
    if session is not None and _is_known(context, session, request):
        return answer
    if session is None:
        session = _start(context, request, connector, evse)
    if authorization is not None and not session.id_token:
        # Whose session it is shows at its start; who ends it may be somebody else (E07, group id).
        sessions.set_token(
            work=context.work,
            session=session,
            id_token=request["idToken"]["idToken"],
            authorization=authorization,
        )
    _apply(context, session, request, connector, evse)
    return answer


def _place(context: Context, request: Payload) -> tuple[Connector | None, Evse | None]:
    """The connector and EVSE an event names, where it does (E03: not before the cable is plugged in)."""
    evse = request.get("evse")
    if evse is None or int(evse["id"]) < 1:
        return None, None
    connector = find(context, evse["id"], evse.get("connectorId", 1))
    return connector if "connectorId" in evse else None, connector.evse


def _session(context: Context, request: Payload) -> Session | None:
    """The session of this transactionId, unless a charger that was reset gave the id to a new one."""
    session = context.work.session(context.station, request["transactionInfo"]["transactionId"])
    if session is None or request["eventType"] != "Started":
        return session
    at = parse(request["timestamp"])
    if session.is_open and _has_begun_otherwise(session, at):
        # Nobody will end the old one any more, and its energy is not the new driver's.
        session.is_flagged = True
        context.work.changed(session, "is_flagged")
        sessions.end(work=context.work, session=session, at=session.metered_at or session.started_at, reason="")
        return None
    return None if session.ended_at is not None and at > session.ended_at else session


def _has_begun_otherwise(session: Session, at: datetime) -> bool:
    """Whether another Started, of an earlier time, is stored of the session."""
    return session.events.filter(event_type="Started", at__lt=at).exists()


def _digest(request: Payload) -> bytes:
    return blake2b(orjson.dumps(request, option=orjson.OPT_SORT_KEYS), digest_size=16).digest()


def _is_known(context: Context, session: Session, request: Payload) -> bool:
    """Whether this very event is stored, or about to be. Only a seqNo that is not the highest so far can be."""
    if int(request["seqNo"]) > session.last_seq_no:
        return False
    digest = _digest(request)
    pending = any(event.session_id == session.pk and event.digest == digest for event in context.work.events)
    return pending or SessionEvent.objects.filter(session=session, digest=digest).exists()


def _start(context: Context, request: Payload, connector: Connector | None, evse: Evse | None) -> Session:
    """A session begins with whichever of its events arrives first."""
    begun = sessions.Start(
        station=context.station,
        at=parse(request["timestamp"]),
        received_at=context.received_at,
        protocol="ocpp2.0.1",
        transaction_id=request["transactionInfo"]["transactionId"],
        evse=evse,
        connector=connector,
        remote_start_id=_integer(request["transactionInfo"].get("remoteStartId")),
    )
    return sessions.start(work=context.work, begun=begun, authorization=None)


def _integer(value: float | None) -> int | None:
    return None if value is None else int(value)


def _apply(
    context: Context, session: Session, request: Payload, connector: Connector | None, evse: Evse | None
) -> None:
    """What an event that is news changes in its session."""
    at, seq_no = parse(request["timestamp"]), int(request["seqNo"])
    work = context.work
    if seq_no <= session.last_seq_no and _contradicts(work.events, session, seq_no):
        session.is_flagged = True
        work.changed(session, "is_flagged")
    work.events.append(_event(context, session, request, at))
    if evse is not None and session.evse_id is None:
        session.evse = evse
        work.changed(session, "evse")
    if connector is not None and session.connector_id is None:
        session.connector = connector
        work.changed(session, "connector")
    if request["eventType"] == "Started" and at < session.started_at:
        session.started_at = at
        work.changed(session, "started_at")
    _note_remote_start(context, session, request)
    store(context, request.get("meterValue", []), session=session, evse=session.evse)
    if seq_no > session.last_seq_no:
        _advance(context, session, request, at, seq_no)
    if request["eventType"] == "Ended":
        reason = request["transactionInfo"].get("stoppedReason", "Local")
        sessions.end(work=work, session=session, at=at, reason=reason, meter_stop_wh=session.meter_stop_wh)
    if not request.get("offline", False):
        note_clock(work=work, station=context.station, said=at, received=context.received_at)


def _note_remote_start(context: Context, session: Session, request: Payload) -> None:
    """F02: where the cable came first, the remoteStartId comes in an Updated event."""
    remote_start_id = _integer(request["transactionInfo"].get("remoteStartId"))
    if remote_start_id is not None and session.remote_start_id is None:
        session.remote_start_id = remote_start_id
        context.work.changed(session, "remote_start_id")
        sessions.fulfil_remote_start(session)


def _contradicts(pending: list[SessionEvent], session: Session, seq_no: int) -> bool:
    """Whether another content is stored under the same seqNo."""
    in_batch = any(event.session_id == session.pk and event.seq_no == seq_no for event in pending)
    return in_batch or SessionEvent.objects.filter(session=session, seq_no=seq_no).exists()


def _event(context: Context, session: Session, request: Payload, at: datetime) -> SessionEvent:
    return SessionEvent(
        session=session,
        seq_no=int(request["seqNo"]),
        digest=_digest(request),
        event_type=request["eventType"],
        trigger_reason=request["triggerReason"],
        offline=request.get("offline", False),
        at=at,
        received_at=context.received_at,
    )


def _advance(context: Context, session: Session, request: Payload, at: datetime, seq_no: int) -> None:
    """The newest event so far says what the vehicle is doing."""
    session.last_seq_no = seq_no
    session.last_event_at = at
    context.work.changed(session, "last_seq_no", "last_event_at")
    state = request["transactionInfo"].get("chargingState")
    if state is not None and session.is_open:
        sessions.set_phase(work=context.work, session=session, phase=PHASE[state])


@ROUTES.handles("MeterValues")
def meter_values(context: Context, request: Payload) -> Payload:
    """J01: readings outside of a transaction."""
    if context.work.is_repeat(context.station, _digest(request)):
        return {}
    evse_id = int(request["evseId"])
    evse = find(context, evse_id, 1).evse if evse_id > 0 else None
    store(context, request["meterValue"], session=None, evse=evse)
    return {}


def store(context: Context, meter_value: list[Payload], *, session: Session | None, evse: Evse | None) -> None:
    """Store the readings of a `meterValue` list."""
    readings = [_reading(entry) for entry in meter_value]
    if readings:
        metering.store(
            work=context.work,
            station=context.station,
            readings=readings,
            received_at=context.received_at,
            evse=evse,
            session=session,
            corrects_ended=True,
        )


def _reading(entry: Payload) -> Reading:
    sampled = [_sampled(value) for value in entry["sampledValue"]]
    return combine(parse(entry["timestamp"]), sampled, entry["sampledValue"])


def _sampled(value: Payload) -> Sampled:
    unit = value.get("unitOfMeasure", {})
    multiplier = int(unit.get("multiplier", 0))
    # Beyond any unit's range it is nonsense, and as a power of ten it would take all memory.
    plain = number(value["value"]) if abs(multiplier) <= MAX_MULTIPLIER else None
    return Sampled(
        value=None if plain is None else plain * 10.0**multiplier,
        measurand=value.get("measurand", "Energy.Active.Import.Register"),
        unit=unit.get("unit", ""),
        phase=value.get("phase", ""),
        location=value.get("location", "Outlet"),
        context=value.get("context", "Sample.Periodic"),
    )
