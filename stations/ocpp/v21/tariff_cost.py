"""OCPP 2.1 block I: tariffs on the station, which calculates costs itself."""

from stations.domain.commands import CommandKind
from stations.domain.times import parse
from stations.models import Session
from stations.ocpp.router import Context, Payload, Request
from stations.ocpp.v21.routes import ROUTES
from stations.ocpp.v201.tariff_cost import total_cost
from stations.services import station_tariffs
from stations.services.station_tariffs import Assignment


@ROUTES.encodes(CommandKind.SET_DEFAULT_TARIFF)
def set_default_tariff(request: Request) -> tuple[str, Payload]:
    """I07."""
    return "SetDefaultTariff", {"evseId": request.values.get("evse", 0), "tariff": request.values["tariff"]}


@ROUTES.reads("SetDefaultTariff")
def read_set_default(context: Context, request: Payload, response: Payload) -> None:
    """I07: the tariff is on the station, or the station says why not."""
    station_tariffs.default_answered(
        work=context.work,
        station=context.station,
        tariff=request["tariff"],
        evse_number=int(request["evseId"]),
        status=response["status"],
        at=context.received_at,
    )


@ROUTES.encodes(CommandKind.GET_TARIFFS)
def get_tariffs(request: Request) -> tuple[str, Payload]:
    """I09."""
    return "GetTariffs", {"evseId": request.values.get("evse", 0)}


@ROUTES.reads("GetTariffs")
def read_tariffs(context: Context, request: Payload, response: Payload) -> None:
    """I09.FR.01 to I09.FR.03."""
    if response["status"] == "Rejected":
        return
    station_tariffs.assigned(
        work=context.work,
        station=context.station,
        assignments=[_assignment(item) for item in response.get("tariffAssignments", [])],
        evse_number=int(request["evseId"]),
        at=context.received_at,
    )


def _assignment(wire: Payload) -> Assignment:
    valid_from = wire.get("validFrom")
    return Assignment(
        tariff_id=wire["tariffId"],
        kind=wire["tariffKind"],
        evse_numbers=tuple(int(number) for number in wire.get("evseIds", [])),
        valid_from=parse(valid_from) if valid_from else None,
    )


@ROUTES.encodes(CommandKind.CLEAR_TARIFFS)
def clear_tariffs(request: Request) -> tuple[str, Payload]:
    """I10."""
    payload: Payload = {}
    if "tariff_id" in request.values:
        payload["tariffIds"] = [request.values["tariff_id"]]
    if "evse" in request.values:
        payload["evseId"] = request.values["evse"]
    return "ClearTariffs", payload


@ROUTES.reads("ClearTariffs")
def read_clear(context: Context, request: Payload, response: Payload) -> None:
    """I10: each result says of a tariff whether it is gone; NoTariff: it was not there."""
    evse_id = request.get("evseId")
    for result in response["clearTariffsResult"]:
        if result["status"] != "Rejected":
            station_tariffs.cleared(
                work=context.work,
                station=context.station,
                tariff_id=result.get("tariffId"),
                evse_number=None if evse_id is None else int(evse_id),
            )


@ROUTES.encodes(CommandKind.CHANGE_SESSION_TARIFF)
def change_session_tariff(request: Request) -> tuple[str, Payload]:
    """I11."""
    values = request.values
    return "ChangeTransactionTariff", {"tariff": values["tariff"], "transactionId": values["transaction_id"]}


@ROUTES.reads("ChangeTransactionTariff")
def read_change(context: Context, request: Payload, response: Payload) -> None:
    """I11."""
    session = context.work.session(context.station, request["transactionId"])
    if response["status"] == "Accepted" and session is not None:
        station_tariffs.changed(
            work=context.work,
            station=context.station,
            session=session,
            tariff=request["tariff"],
            at=context.received_at,
        )


def costs(context: Context, session: Session, request: Payload) -> Payload:
    """Of a TransactionEvent: keep what the station calculated (I12), and answer with what we did (I02.FR.01)."""
    if "costDetails" in request:
        station_tariffs.cost_told(
            work=context.work,
            session=session,
            details=request["costDetails"],
            tariff_id=request["transactionInfo"].get("tariffId", ""),
            seq_no=int(request["seqNo"]),
            at=context.received_at,
        )
    return total_cost(session)
