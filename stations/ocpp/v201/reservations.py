"""OCPP 2.0.1 block H: reservation."""

from stations.domain.commands import CommandKind as Kind
from stations.domain.reservations import News
from stations.domain.times import parse, render
from stations.ocpp.router import Context, Payload, Request
from stations.ocpp.v201.authorization import id_token
from stations.ocpp.v201.routes import ROUTES
from stations.services import reservations

_UPDATES = {"Expired": News.TIME_OVER, "Removed": News.REMOVED, "NoTransaction": News.NO_TRANSACTION}


@ROUTES.encodes(Kind.RESERVE)
def reserve_now(request: Request) -> tuple[str, Payload]:
    """H01: without an EVSE any of the station (S1), one EVSE (S2), or any with a type of connector (S3)."""
    values = request.values
    number = reservations.number_for(
        work=request.work, station=request.station, command=request.command, values=dict(values)
    )
    token = id_token(request, values["id_token"], values.get("id_token_type", ""))
    payload: Payload = {"id": number, "expiryDateTime": render(parse(values["expires_at"])), "idToken": token}
    if "evse" in values:
        payload["evseId"] = values["evse"]
    if "connector_type" in values:
        payload["connectorType"] = values["connector_type"]
    if "group_id_token" in values:
        payload["groupIdToken"] = {"idToken": values["group_id_token"], "type": token["type"]}
    return "ReserveNow", payload


@ROUTES.encodes(Kind.CANCEL_RESERVATION)
def cancel_reservation(request: Request) -> tuple[str, Payload]:
    """H02."""
    return "CancelReservation", {"reservationId": request.values["reservation_id"]}


@ROUTES.reads("ReserveNow")
def read_reserve_now(context: Context, request: Payload, response: Payload) -> None:
    """H01: keep the reservation, or the station's word why there is none."""
    evse_id = request.get("evseId")
    terms = reservations.Terms(
        id_token=request["idToken"]["idToken"],
        id_token_type=request["idToken"]["type"],
        expires_at=parse(request["expiryDateTime"]),
        group_id_token=request.get("groupIdToken", {}).get("idToken", ""),
        evse_number=None if evse_id is None else int(evse_id),
        connector_type=request.get("connectorType", ""),
    )
    reservations.answered(
        work=context.work,
        station=context.station,
        wire_id=int(request["id"]),
        terms=terms,
        word=response["status"],
    )


@ROUTES.reads("CancelReservation")
def read_cancel_reservation(context: Context, request: Payload, response: Payload) -> None:
    """H02.FR.01: Rejected says that there is no such reservation."""
    reservations.cancel_answered(
        work=context.work,
        station=context.station,
        wire_id=int(request["reservationId"]),
        word=response["status"],
    )


@ROUTES.handles("ReservationStatusUpdate")
def reservation_status_update(context: Context, request: Payload) -> Payload:
    """H01.FR.16, H01.FR.17, H04: the station gave the place free by itself."""
    reservations.ended(
        work=context.work,
        station=context.station,
        wire_id=int(request["reservationId"]),
        news=_UPDATES[request["reservationUpdateStatus"]],
    )
    return {}
