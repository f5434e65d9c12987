"""OCPP 2.1 block Q: vehicles that give energy back."""

from stations.domain.commands import CommandKind
from stations.domain.times import parse, render
from stations.ocpp.router import Context, Payload, Request
from stations.ocpp.v21.routes import ROUTES
from stations.services import sessions


@ROUTES.encodes(CommandKind.ALLOW_ENERGY_TRANSFER)
def allow_energy_transfer(request: Request) -> tuple[str, Payload]:
    """Q01, Q02: which ways of charging and discharging a session may use."""
    modes = [mode.strip() for mode in request.values["modes"].split(",") if mode.strip()]
    payload = {"transactionId": request.values["transaction_id"], "allowedEnergyTransfer": modes}
    return "NotifyAllowedEnergyTransfer", payload


@ROUTES.reads("NotifyAllowedEnergyTransfer")
def read_allowed(context: Context, request: Payload, response: Payload) -> None:
    """What the station took is what the session may do from now on."""
    session = context.work.session(context.station, request["transactionId"])
    if response["status"] == "Accepted" and session is not None:
        allowed = {"allowedEnergyTransfer": request["allowedEnergyTransfer"]}
        sessions.note_details(work=context.work, session=session, details=allowed)


@ROUTES.encodes(CommandKind.SEND_AFRR_SIGNAL)
def send_afrr_signal(request: Request) -> tuple[str, Payload]:
    """Q06: the grid operator's signal for frequency support."""
    at = request.values.get("at")
    moment = parse(at) if at else request.work.now
    return "AFRRSignal", {"timestamp": render(moment), "signal": request.values["signal"]}
