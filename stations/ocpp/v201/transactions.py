"""OCPP 2.0.1 blocks E (transactions) and J (metering)."""

from datetime import datetime
from hashlib import blake2b

import orjson

from stations.domain.anomalies import Anomaly, Moment, believed
from stations.domain.metering import Reading, Sampled, combine, number
from stations.domain.session import Phase
from stations.domain.times import parse
from stations.models import Connector, Evse, Session, SessionEvent
from stations.ocpp.router import Context, Payload
from stations.ocpp.v201.authorization import id_token_info, judge
from stations.ocpp.v201.availability import find
from stations.ocpp.v201.routes import ROUTES
from stations.ocpp.v201.smart_charging import read_profile_of_start
from stations.ocpp.v201.tariff_cost import final_cost
from stations.services import anomalies, endings, metering, reservations, sessions
from stations.services.authorization import for_start
from stations.services.flush import NewEvent
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
    # By a time that can be: a clock that was never set makes no token expire, and none last for ever.
    moment = believed(parse(request["timestamp"]), context.received_at)
    authorization = judge(context, request["idToken"], moment.at) if "idToken" in request else None
    answer: Payload = {}
    connector, evse = _place(context, request)
    session = _session(context, request)
    if authorization is not None:
        if _begins(session, request):
            authorization = for_start(
                work=context.work, station=context.station, authorization=authorization, session=session
            )
        answer["idTokenInfo"] = id_token_info(context, request["idToken"], authorization)
    if session is not None and _is_known(context, session, request):
        return answer | final_cost(session, request)
    if session is None:
        session = _start(context, request, moment, connector, evse)
    if authorization is not None and not session.id_token and not _is_master_pass(request):
        # Whose session it is shows at its start; who ends it may be somebody else (E07, group id).
        sessions.set_token(
            work=context.work,
            session=session,
            id_token=request["idToken"]["idToken"],
            authorization=authorization,
        )
    if "reservationId" in request:
        # H03.FR.09, E02.FR.03: the place that was kept is taken.
        reservations.used(work=context.work, session=session, wire_id=int(request["reservationId"]))
    _settle(context, session, connector, evse)
    _apply(context, session, request, moment)
    return answer | final_cost(session, request)


def _begins(session: Session | None, request: Payload) -> bool:
    """Whether the event's token is the one the session is for; another one only ends it."""
    if _is_master_pass(request):
        return False
    return session is None or session.id_token.lower() in ("", request["idToken"]["idToken"].lower())


def _is_master_pass(request: Payload) -> bool:
    """C16: somebody ended a session that is not theirs."""
    return bool(request["transactionInfo"].get("stoppedReason") == "MasterPass")


def _place(context: Context, request: Payload) -> tuple[Connector | None, Evse | None]:
    """The connector and EVSE an event names, where it does (E03: not before the cable is plugged in)."""
    evse = request.get("evse")
    if evse is None or int(evse["id"]) < 1:
        return None, None
    # Some stations write 0 where they mean no connector; what they tell is not to be lost for it.
    number = max(0, int(evse.get("connectorId", 0)))
    connector = find(context, evse["id"], number or 1)
    return connector if number else None, connector.evse


def _session(context: Context, request: Payload) -> Session | None:
    """The session of this transactionId, unless a charger that was reset gave the id to a new one."""
    session = context.work.session(context.station, request["transactionInfo"]["transactionId"])
    if session is None or request["eventType"] != "Started":
        return session
    at = parse(request["timestamp"])
    if session.is_open and _has_begun_otherwise(session, at):
        # Nobody will end the old one any more, and its energy is not the new driver's.
        endings.close_forgotten(work=context.work, session=session, found=Anomaly.ID_REUSED)
        return None
    return None if session.said_ended_at is not None and at > session.said_ended_at else session


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


def _start(
    context: Context, request: Payload, moment: Moment, connector: Connector | None, evse: Evse | None
) -> Session:
    """A session begins with whichever of its events arrives first."""
    begun = sessions.Start(
        station=context.station,
        at=moment.at,
        said_at=moment.said,
        received_at=context.received_at,
        protocol=context.station.protocol,
        transaction_id=request["transactionInfo"]["transactionId"],
        evse=evse,
        connector=connector,
        remote_start_id=_integer(request["transactionInfo"].get("remoteStartId")),
    )
    return sessions.start(work=context.work, begun=begun, authorization=None)


def _integer(value: float | None) -> int | None:
    return None if value is None else int(value)


def _settle(context: Context, session: Session, connector: Connector | None, evse: Evse | None) -> None:
    """Where a session takes place shows once the cable is in."""
    if evse is not None and session.evse_id is None:
        session.evse = evse
        context.work.changed(session, "evse")
    if connector is not None and session.connector_id is None:
        session.connector = connector
        context.work.changed(session, "connector")


def _apply(context: Context, session: Session, request: Payload, moment: Moment) -> None:
    """What an event that is news changes in its session."""
    said, seq_no, work = parse(request["timestamp"]), int(request["seqNo"]), context.work
    was_over = not session.is_open
    if seq_no <= session.last_seq_no and _contradicts(work.events, session, seq_no):
        anomalies.note(work=work, session=session, found=[Anomaly.EVENTS_CONTRADICT])
    if moment.said is not None:
        anomalies.note(work=work, session=session, found=[Anomaly.WRONG_CLOCK])
    work.events.append(_event(context, session, request, said))
    if request["eventType"] == "Started" and moment.at < session.started_at:
        session.started_at, session.started_at_said = moment.at, moment.said
        work.changed(session, "started_at", "started_at_said")
    _note_remote_start(context, session, request)
    store(context, request.get("meterValue", []), session=session, evse=session.evse)
    if seq_no > session.last_seq_no:
        _advance(context, session, request, moment.at, seq_no)
        sessions.note_details(work=work, session=session, details=_details(request))
    if request["eventType"] == "Ended":
        reason = request["transactionInfo"].get("stoppedReason", "Local")
        end = endings.End(said_at=said, received_at=context.received_at, reason=reason)
        endings.end(work=work, session=session, told=end)
    if was_over:
        endings.look_back(work=work, session=session)
    if not request.get("offline", False):
        note_clock(work=work, station=context.station, said=said, received=context.received_at)


def _note_remote_start(context: Context, session: Session, request: Payload) -> None:
    """F02: where the cable came first, the remoteStartId comes in an Updated event."""
    remote_start_id = _integer(request["transactionInfo"].get("remoteStartId"))
    if remote_start_id is not None and session.remote_start_id is None:
        session.remote_start_id = remote_start_id
        context.work.changed(session, "remote_start_id")
        sessions.fulfil_remote_start(work=context.work, session=session)


def _contradicts(pending: list[NewEvent], session: Session, seq_no: int) -> bool:
    """Whether another content is stored under the same seqNo."""
    in_batch = any(event.session_id == session.pk and event.seq_no == seq_no for event in pending)
    return in_batch or SessionEvent.objects.filter(session=session, seq_no=seq_no).exists()


def _event(context: Context, session: Session, request: Payload, at: datetime) -> NewEvent:
    return NewEvent(
        session_id=session.pk,
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


# What an event tells that has a column of its own, or is no property of the session.
_OF_EVENT = frozenset(
    {"eventType", "timestamp", "triggerReason", "seqNo", "offline", "evse", "idToken", "meterValue", "transactionInfo"}
)
_OF_INFO = frozenset({"transactionId", "chargingState", "stoppedReason", "remoteStartId"})


def _details(request: Payload) -> Payload:
    """What else an event tells: phases, cable, time charged; in 2.1 mode of operation, limit, tariff, cost."""
    info = request["transactionInfo"]
    return {name: value for name, value in request.items() if name not in _OF_EVENT} | {
        name: value for name, value in info.items() if name not in _OF_INFO
    }


@ROUTES.reads("RequestStartTransaction")
def read_request_start(context: Context, request: Payload, response: Payload) -> None:
    """F01.FR.13: where the cable had begun a transaction already, its id comes with the answer. K05: its profile."""
    read_profile_of_start(context, request, response)
    if response["status"] != "Accepted" or "transactionId" not in response:
        return
    session = context.work.session(context.station, response["transactionId"])
    if session is not None and session.remote_start_id is None:
        session.remote_start_id = int(request["remoteStartId"])
        context.work.changed(session, "remote_start_id")
        sessions.fulfil_remote_start(work=context.work, session=session)


@ROUTES.reads("GetTransactionStatus")
def read_transaction_status(context: Context, request: Payload, response: Payload) -> None:
    """E14: a transaction that runs here and not in the station is one that somebody has to look at."""
    session = context.work.session(context.station, request.get("transactionId", ""))
    if session is not None and response.get("ongoingIndicator") is False:
        sessions.not_ongoing(work=context.work, session=session, has_messages_waiting=response["messagesInQueue"])


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
    readings = [_reading(entry, context.received_at) for entry in meter_value]
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


def _reading(entry: Payload, received_at: datetime) -> Reading:
    moment = believed(parse(entry["timestamp"]), received_at)
    sampled = [_sampled(value) for value in entry["sampledValue"]]
    return combine(moment.at, sampled, entry["sampledValue"], said=moment.said)


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
