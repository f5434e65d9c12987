"""OCPP 2.0.1 block I: what a session costs, on the station's display."""

from stations.domain.commands import CommandKind
from stations.domain.costs import major
from stations.models import Session
from stations.ocpp.router import Payload, Request
from stations.ocpp.v201.routes import ROUTES


@ROUTES.encodes(CommandKind.UPDATE_COST)
def update_cost(request: Request) -> tuple[str, Payload]:
    """I02: the running total."""
    values = request.values
    return "CostUpdated", {"totalCost": values["total_cost"], "transactionId": values["transaction_id"]}


def final_cost(session: Session, request: Payload) -> Payload:
    """I03.FR.02, I03.FR.04: the total with the answer to the transaction's end, once it is known; 0.00 is free."""
    return total_cost(session) if request["eventType"] == "Ended" else {}


def total_cost(session: Session) -> Payload:
    """The session's cost, if it is known."""
    if session.cost_minor is None:
        return {}
    return {"totalCost": float(major(session.cost_minor, session.currency))}
