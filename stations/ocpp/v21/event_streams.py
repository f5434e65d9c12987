"""OCPP 2.1 block N: periodic event streams (N11 to N15)."""

from datetime import datetime, timedelta

from drivers.domain.phrases import english
from stations.domain.commands import CommandKind as Kind
from stations.domain.times import parse
from stations.ocpp.router import Context, NotExpressible, Payload, Request
from stations.ocpp.v21.routes import ROUTES
from stations.ocpp.v201.places import whole
from stations.services import monitoring
from stations.services.monitoring import StreamTold


@ROUTES.encodes(Kind.GET_EVENT_STREAMS)
def get_event_streams(request: Request) -> tuple[str, Payload]:
    """N12."""
    return "GetPeriodicEventStream", {}


@ROUTES.encodes(Kind.ADJUST_EVENT_STREAM)
def adjust_event_stream(request: Request) -> tuple[str, Payload]:
    """N14.FR.01."""
    names = {"interval_s": "interval", "values": "values"}
    params = {wire: request.values[name] for name, wire in names.items() if name in request.values}
    if not params:
        raise NotExpressible(english("Give a new interval_s, a new number of values, or both."))
    return "AdjustPeriodicEventStream", {"id": request.values["stream"], "params": params}


@ROUTES.handles("OpenPeriodicEventStream")
def open_event_stream(context: Context, request: Payload) -> Payload:
    """N11.FR.04, N11.FR.06: values of a monitor will come by a stream."""
    told = _told(request["constantStreamData"])
    monitoring.stream_opened(station=context.station, told=told, at=context.received_at)
    context.work.nudge_station(context.station)
    return {"status": "Accepted"}


def _told(data: Payload) -> StreamTold:
    params = data["params"]
    return StreamTold(
        number=int(data["id"]),
        monitor_number=int(data["variableMonitoringId"]),
        interval_s=whole(params.get("interval")),
        values=whole(params.get("values")),
    )


@ROUTES.handles("ClosePeriodicEventStream")
def close_event_stream(context: Context, request: Payload) -> Payload:
    """N13.FR.02: nothing more comes of a stream."""
    monitoring.stream_closed(station=context.station, number=int(request["id"]), at=context.received_at)
    context.work.nudge_station(context.station)
    return {}


@ROUTES.receives("NotifyPeriodicEventStream")
def take_values(context: Context, request: Payload) -> None:
    """N15: values of a stream, each so many seconds after the base time."""
    base = parse(request["basetime"])
    moments = [(_later(base, item["t"]), item["v"]) for item in request["data"]]
    monitoring.values_came(
        work=context.work,
        station=context.station,
        number=int(request["id"]),
        values=[(moment, value) for moment, value in moments if moment is not None],
        pending=int(request["pending"]),
        at=context.received_at,
    )


def _later(base: datetime, seconds: float) -> datetime | None:
    """None for an offset that leads out of the calendar."""
    try:
        return base + timedelta(seconds=seconds)
    except OverflowError:
        return None


@ROUTES.reads("GetPeriodicEventStream")
def read_event_streams(context: Context, request: Payload, response: Payload) -> None:
    """N12: the streams that are open."""
    streams = [_told(data) for data in response.get("constantStreamData", [])]
    monitoring.streams_told(station=context.station, streams=streams, at=context.received_at)
    context.work.nudge_station(context.station)


@ROUTES.reads("AdjustPeriodicEventStream")
def read_adjusted(context: Context, request: Payload, response: Payload) -> None:
    """N14.FR.03: the new rate of a stream."""
    params = request["params"]
    if response["status"] == "Accepted":
        monitoring.stream_adjusted(
            station=context.station,
            number=int(request["id"]),
            interval_s=whole(params.get("interval")),
            values=whole(params.get("values")),
        )
        context.work.nudge_station(context.station)
