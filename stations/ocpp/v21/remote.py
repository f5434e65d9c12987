"""OCPP 2.1 blocks B, E and F: what it adds to remote control and to transactions."""

from typing import Any

from stations.domain.commands import CommandKind as Kind
from stations.ocpp.router import Context, Payload, Request
from stations.ocpp.v21.routes import ROUTES
from stations.ocpp.v21.tariff_cost import costs
from stations.ocpp.v201 import commands, transactions
from stations.services import sessions

ROUTES.encodes(Kind.REMOTE_START)(commands.request_start)


@ROUTES.encodes(Kind.RESET)
def reset(request: Request) -> tuple[str, Payload]:
    """B13: sessions may be taken up again after the reset."""
    if request.values["type"] != "resume":
        return commands.reset(request)
    payload: Payload = {"type": "ImmediateAndResume"}
    if "evse" in request.values:
        payload["evseId"] = request.values["evse"]
    return "Reset", payload


@ROUTES.encodes(Kind.TRIGGER)
def trigger(request: Request) -> tuple[str, Payload]:
    """F06: a station may have messages of its own to be asked for."""
    action, payload = commands.trigger(request)
    custom = request.values.get("custom")
    return action, payload | ({"customTrigger": custom} if custom else {})


@ROUTES.handles("TransactionEvent")
def transaction_event(context: Context, request: Payload) -> Payload:
    """E16, F07: as in 2.0.1, and the session's limit goes with the first answer that can carry it."""
    answer = transactions.transaction_event(context, request)
    info = request["transactionInfo"]
    session = context.work.session(context.station, info["transactionId"])
    if session is None:
        return answer
    answer |= costs(context, session, request)
    if "idToken" in request:
        sessions.limit_to_credit(work=context.work, session=session)
    if not session.limit:
        return answer
    reported: dict[str, Any] | None = info.get("transactionLimit")
    limit = sessions.limit_to_tell(work=context.work, session=session, reported=reported)
    return answer | ({"transactionLimit": limit} if limit else {})
