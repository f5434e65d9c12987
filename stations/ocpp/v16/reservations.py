"""OCPP 1.6 sections 5.13 ReserveNow, 5.2 CancelReservation."""

from drivers.domain.phrases import english
from stations.domain.commands import CommandKind as Kind
from stations.domain.times import parse, render
from stations.ocpp.router import Context, NotExpressible, Payload, Request
from stations.ocpp.v16.connectors import id_asked_for
from stations.ocpp.v16.connectors import known as known_connector
from stations.ocpp.v16.routes import ROUTES
from stations.services import reservations


@ROUTES.encodes(Kind.RESERVE)
def reserve_now(request: Request) -> tuple[str, Payload]:
    """Connector 0 is the charge point as a whole: whichever connector is free when the driver comes."""
    values = request.values
    if "connector_type" in values:
        raise NotExpressible(english("OCPP 1.6 reserves a connector or the whole station, not a type of connector."))
    number = reservations.number_for(
        work=request.work, station=request.station, command=request.command, values=dict(values)
    )
    payload: Payload = {
        "connectorId": id_asked_for(request) or 0,
        "expiryDate": render(parse(values["expires_at"])),
        "idTag": values["id_token"],
        "reservationId": number,
    }
    if "group_id_token" in values:
        payload["parentIdTag"] = values["group_id_token"]
    return "ReserveNow", payload


@ROUTES.encodes(Kind.CANCEL_RESERVATION)
def cancel_reservation(request: Request) -> tuple[str, Payload]:
    return "CancelReservation", {"reservationId": request.values["reservation_id"]}


@ROUTES.reads("ReserveNow")
def read_reserve_now(context: Context, request: Payload, response: Payload) -> None:
    """Keep the reservation, or the charger's word why there is none."""
    reservations.answered(
        work=context.work,
        station=context.station,
        wire_id=int(request["reservationId"]),
        terms=_terms(context, request),
        word=response["status"],
    )


@ROUTES.reads("CancelReservation")
def read_cancel_reservation(context: Context, request: Payload, response: Payload) -> None:
    reservations.cancel_answered(
        work=context.work,
        station=context.station,
        wire_id=int(request["reservationId"]),
        word=response["status"],
    )


def _terms(context: Context, request: Payload) -> reservations.Terms:
    connector_id = int(request["connectorId"])
    known = known_connector(context, connector_id)
    return reservations.Terms(
        id_token=request["idTag"],
        expires_at=parse(request["expiryDate"]),
        group_id_token=request.get("parentIdTag", ""),
        evse_number=known.evse.number if known else connector_id or None,
        connector_number=known.number if known else None,
    )
