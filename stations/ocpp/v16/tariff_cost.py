"""Costs on OCPP 1.6 displays: the DataTransfer of OCA's paper "OCPP & California Pricing Requirements"."""

from decimal import Decimal

import orjson

from drivers.domain.phrases import english
from stations.domain.commands import CommandKind
from stations.domain.session import Phase
from stations.domain.times import render
from stations.models import Session
from stations.ocpp.router import NotExpressible, Payload, Request
from stations.ocpp.v16.routes import ROUTES

VENDOR = "org.openchargealliance.costmsg"


@ROUTES.encodes(CommandKind.UPDATE_COST)
def update_cost(request: Request) -> tuple[str, Payload]:
    """RunningCost while the session runs, FinalCost once it has ended. Their content is a JSON text."""
    text, cost = request.values["transaction_id"], request.values["total_cost"]
    if not text.isdecimal():
        raise NotExpressible(english("A transaction of OCPP 1.6 has a number, not %(text)s.", text=repr(text)))
    session = request.work.session(request.station, text)
    content: Payload = {"transactionId": int(text), "cost": cost}
    if session is not None and not session.is_open:
        # The price in words is what the display shows.
        content["priceText"] = f"{Decimal(str(cost)):.2f} {session.currency}".strip()
        return _message("FinalCost", content)
    content |= {
        "timestamp": render(request.work.now),
        "meterValue": session.meter_stop_wh or 0 if session else 0,
        "state": _state(session),
        "chargingPrice": {},
    }
    return _message("RunningCost", content)


def _state(session: Session | None) -> str:
    """What the cost grows by now: energy, or time in which none flows."""
    return "Idle" if session is not None and session.phase == Phase.IDLE else "Charging"


def _message(message_id: str, content: Payload) -> tuple[str, Payload]:
    data = orjson.dumps(content).decode()
    return "DataTransfer", {"vendorId": VENDOR, "messageId": message_id, "data": data}
