"""OCPP 1.6 sections 4.7 MeterValues, 4.8 StartTransaction, 4.10 StopTransaction."""

from datetime import datetime
from hashlib import blake2b

import orjson

from stations.domain.anomalies import Anomaly, Moment, believed
from stations.domain.metering import Reading, Sampled, combine, number
from stations.domain.times import parse
from stations.models import Connector, Session
from stations.ocpp.router import Context, Payload
from stations.ocpp.v16.authorization import id_tag_info, judge
from stations.ocpp.v16.connectors import find
from stations.ocpp.v16.routes import ROUTES
from stations.services import anomalies, endings, metering, reservations, sessions
from stations.services.authorization import Authorization, for_start
from stations.services.provisioning import note_clock
from stations.services.status import open_session_on


@ROUTES.handles("StartTransaction")
def start_transaction(context: Context, request: Payload) -> Payload:
    """A session begins; the same start sent again gets the transactionId it had."""
    connector = find(context, request["connectorId"])
    # By a time that can be: a clock that was never set makes no card expire, and none last for ever.
    moment = believed(parse(request["timestamp"]), context.received_at)
    authorization = judge(context, request["idTag"], moment.at)
    session = _repeated(connector, request)
    authorization = for_start(work=context.work, station=context.station, authorization=authorization, session=session)
    if session is None:
        session = _start(context, connector, request, moment, authorization)
        _use_reservation(context, session, connector, request)
    return {"transactionId": session.pk, "idTagInfo": id_tag_info(authorization)}


def _repeated(connector: Connector, request: Payload) -> Session | None:
    """The connector's newest session, if this is its own StartTransaction again and no later message came of it."""
    newest = Session.objects.filter(connector=connector).order_by("-id").first()
    same = (
        newest is not None
        and newest.is_open
        and newest.last_event_at is None
        and newest.said_started_at == parse(request["timestamp"])
        and newest.id_token == request["idTag"]
        and newest.meter_start_wh == request["meterStart"]
    )
    return newest if same else None


def _start(
    context: Context, connector: Connector, request: Payload, moment: Moment, authorization: Authorization
) -> Session:
    begun = sessions.Start(
        station=context.station,
        at=moment.at,
        said_at=moment.said,
        received_at=context.received_at,
        protocol=context.station.protocol,
        evse=connector.evse,
        connector=connector,
        id_token=request["idTag"],
        meter_start_wh=request["meterStart"],
    )
    return sessions.start(work=context.work, begun=begun, authorization=authorization)


def _use_reservation(context: Context, session: Session, connector: Connector, request: Payload) -> None:
    """Section 4.8: the reservationId says which reservation ends with this start; not all charge points send it."""
    if "reservationId" in request:
        reservations.used(work=context.work, session=session, wire_id=request["reservationId"])
    else:
        reservations.used_by_token(work=context.work, session=session, connector=connector)


@ROUTES.handles("StopTransaction")
def stop_transaction(context: Context, request: Payload) -> Payload:
    """A session ends. A transactionId that is unknown is accepted: a charger would send it for ever."""
    work = context.work
    end = endings.End(
        said_at=parse(request["timestamp"]),
        received_at=context.received_at,
        reason=request.get("reason", "Local"),
        meter_stop_wh=request["meterStop"],
    )
    session = work.session(context.station, str(request["transactionId"]))
    if session is None or (_is_orphan(session) and not endings.is_same_orphan(session, end)):
        _keep_orphan(context, request, end)
    elif session.is_open or endings.was_ended_here(session):
        store(context, request.get("transactionData", []), session=session, connector=session.connector)
        endings.end(work=work, session=session, told=end)
    if "idTag" not in request:
        return {}
    return {"idTagInfo": id_tag_info(judge(context, request["idTag"], believed(end.said_at, end.received_at).at))}


def _is_orphan(session: Session) -> bool:
    return bool({Anomaly.UNKNOWN_STOP, Anomaly.FOREIGN_STOP} & set(session.anomalies))


def _keep_orphan(context: Context, request: Payload, end: endings.End) -> None:
    """Chargers that never heard the answer to their StartTransaction make up an id, such as -1 or 0."""
    readings = [_reading(entry, context.received_at) for entry in request.get("transactionData", [])]
    # The ids we give out are those of the rows.
    others = Session.objects.filter(pk=request["transactionId"], protocol="ocpp1.6")
    orphan = endings.Orphan(
        station=context.station,
        transaction_id=str(request["transactionId"]),
        end=end,
        id_token=request.get("idTag", ""),
        readings=readings,
        is_foreign=others.exclude(station=context.station).exists(),
    )
    session = endings.keep_orphan(work=context.work, orphan=orphan)
    metering.keep(
        work=context.work,
        station=context.station,
        readings=readings,
        received_at=context.received_at,
        evse=None,
        session=session,
    )


@ROUTES.handles("MeterValues")
def meter_values(context: Context, request: Payload) -> Payload:
    """Readings of a connector, in a session or not; connector 0 is the station's own meter."""
    work = context.work
    connector = find(context, request["connectorId"]) if request["connectorId"] else None
    if work.is_repeat(context.station, _digest(request)):
        return {}
    session = _session_metered(context, request, connector)
    store(context, request["meterValue"], session=session, connector=connector)
    return {}


def _session_metered(context: Context, request: Payload, connector: Connector | None) -> Session | None:
    """The session that readings belong to. A register is a connector's: an id of another one's session is wrong."""
    running = open_session_on(work=context.work, connector=connector) if connector else None
    if not request.get("transactionId"):
        return running
    session = context.work.session(context.station, str(request["transactionId"]))
    if session is None or connector is None or session.connector_id in (None, connector.pk):
        return session
    anomalies.note(work=context.work, session=session, found=[Anomaly.OTHER_CONNECTOR])
    return running


def _digest(request: Payload) -> bytes:
    return blake2b(orjson.dumps(request, option=orjson.OPT_SORT_KEYS), digest_size=16).digest()


def store(
    context: Context, meter_value: list[Payload], *, session: Session | None, connector: Connector | None
) -> None:
    """Store the readings of a `meterValue` list."""
    readings = [_reading(entry, context.received_at) for entry in meter_value]
    if not readings:
        return
    if session is not None and session.is_open:
        session.last_event_at = context.received_at
        context.work.changed(session, "last_event_at")
    metering.store(
        work=context.work,
        station=context.station,
        readings=readings,
        received_at=context.received_at,
        evse=connector.evse if connector else None,
        session=session,
    )
    if readings[-1].context == "Sample.Periodic":
        said = readings[-1].said or readings[-1].at
        note_clock(work=context.work, station=context.station, said=said, received=context.received_at)


def _reading(entry: Payload, received_at: datetime) -> Reading:
    moment = believed(parse(entry["timestamp"]), received_at)
    sampled = [_sampled(value) for value in entry["sampledValue"]]
    return combine(moment.at, sampled, entry["sampledValue"], said=moment.said)


def _sampled(value: Payload) -> Sampled:
    return Sampled(
        value=number(value["value"]) if value.get("format", "Raw") == "Raw" else None,
        measurand=value.get("measurand", "Energy.Active.Import.Register"),
        unit=value.get("unit", ""),
        phase=value.get("phase", ""),
        location=value.get("location", "Outlet"),
        context=value.get("context", "Sample.Periodic"),
    )
