"""OCPP 1.6 sections 4.7 MeterValues, 4.8 StartTransaction, 4.10 StopTransaction."""

from hashlib import blake2b

import orjson

from stations.domain.metering import Reading, Sampled, combine, number
from stations.domain.times import parse
from stations.models import Connector, Session
from stations.ocpp.router import Context, Payload
from stations.ocpp.v16.authorization import id_tag_info, judge
from stations.ocpp.v16.connectors import find
from stations.ocpp.v16.routes import ROUTES
from stations.services import metering, sessions
from stations.services.authorization import Authorization
from stations.services.provisioning import note_clock
from stations.services.status import open_session_on


@ROUTES.handles("StartTransaction")
def start_transaction(context: Context, request: Payload) -> Payload:
    """A session begins; the same start sent again gets the transactionId it had."""
    connector = find(context, request["connectorId"])
    authorization = judge(context, request["idTag"], parse(request["timestamp"]))
    session = _repeated(connector, request)
    if session is None:
        session = _start(context, connector, request, authorization)
    return {"transactionId": session.pk, "idTagInfo": id_tag_info(authorization)}


def _repeated(connector: Connector, request: Payload) -> Session | None:
    """The connector's newest session, if this is its own StartTransaction again and no later message came of it."""
    newest = Session.objects.filter(connector=connector).order_by("-id").first()
    same = (
        newest is not None
        and newest.is_open
        and newest.last_event_at is None
        and newest.started_at == parse(request["timestamp"])
        and newest.id_token == request["idTag"]
        and newest.meter_start_wh == request["meterStart"]
    )
    return newest if same else None


def _start(context: Context, connector: Connector, request: Payload, authorization: Authorization) -> Session:
    begun = sessions.Start(
        station=context.station,
        at=parse(request["timestamp"]),
        received_at=context.received_at,
        protocol="ocpp1.6",
        evse=connector.evse,
        connector=connector,
        id_token=request["idTag"],
        meter_start_wh=request["meterStart"],
    )
    return sessions.start(work=context.work, begun=begun, authorization=authorization)


@ROUTES.handles("StopTransaction")
def stop_transaction(context: Context, request: Payload) -> Payload:
    """A session ends. A transactionId that is unknown is accepted: a charger would send it for ever."""
    work, at = context.work, parse(request["timestamp"])
    session = work.session(context.station, str(request["transactionId"]))
    if session is None:
        data = {"transaction_id": request["transactionId"], "meter_stop_wh": request["meterStop"]}
        work.record("session.unknown_stop", subject=context.station, data=data)
    elif session.is_open:
        store(context, request.get("transactionData", []), session=session, connector=session.connector)
        sessions.end(
            work=work,
            session=session,
            at=at,
            reason=request.get("reason", "Local"),
            meter_stop_wh=request["meterStop"],
        )
    if "idTag" not in request:
        return {}
    return {"idTagInfo": id_tag_info(judge(context, request["idTag"], at))}


@ROUTES.handles("MeterValues")
def meter_values(context: Context, request: Payload) -> Payload:
    """Readings of a connector, in a session or not; connector 0 is the station's own meter."""
    work = context.work
    connector = find(context, request["connectorId"]) if request["connectorId"] else None
    if work.is_repeat(context.station, _digest(request)):
        return {}
    if request.get("transactionId"):
        session = work.session(context.station, str(request["transactionId"]))
    else:
        session = open_session_on(work=work, connector=connector) if connector else None
    store(context, request["meterValue"], session=session, connector=connector)
    return {}


def _digest(request: Payload) -> bytes:
    return blake2b(orjson.dumps(request, option=orjson.OPT_SORT_KEYS), digest_size=16).digest()


def store(
    context: Context, meter_value: list[Payload], *, session: Session | None, connector: Connector | None
) -> None:
    """Store the readings of a `meterValue` list."""
    readings = [_reading(entry) for entry in meter_value]
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
        note_clock(work=context.work, station=context.station, said=readings[-1].at, received=context.received_at)


def _reading(entry: Payload) -> Reading:
    sampled = [_sampled(value) for value in entry["sampledValue"]]
    return combine(parse(entry["timestamp"]), sampled, entry["sampledValue"])


def _sampled(value: Payload) -> Sampled:
    return Sampled(
        value=number(value["value"]) if value.get("format", "Raw") == "Raw" else None,
        measurand=value.get("measurand", "Energy.Active.Import.Register"),
        unit=value.get("unit", ""),
        phase=value.get("phase", ""),
        location=value.get("location", "Outlet"),
        context=value.get("context", "Sample.Periodic"),
    )
