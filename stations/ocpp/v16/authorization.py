"""OCPP 1.6 section 4.1 Authorize, and the verdict on an idTag wherever one is answered."""

from datetime import datetime

from drivers.domain.tokens import Verdict
from stations.domain.times import render
from stations.ocpp.router import Context, Payload
from stations.ocpp.v16.routes import ROUTES
from stations.services.authorization import Authorization, authorize

# `AuthorizationStatus` knows fewer words.
STATUS = {verdict: verdict.value for verdict in Verdict} | {Verdict.NO_CREDIT: Verdict.BLOCKED.value}


@ROUTES.handles("Authorize")
def authorize_request(context: Context, request: Payload) -> Payload:
    """May this idTag charge here?"""
    return {"idTagInfo": id_tag_info(judge(context, request["idTag"], context.received_at))}


def judge(context: Context, id_tag: str, at: datetime) -> Authorization:
    """The verdict on an idTag."""
    return authorize(station=context.station, id_token=id_tag, at=at)


def id_tag_info(authorization: Authorization) -> Payload:
    """The verdict as `IdTagInfo`."""
    info: Payload = {"status": STATUS[authorization.verdict]}
    token = authorization.token
    if token is not None and token.expires_at is not None:
        info["expiryDate"] = render(token.expires_at)
    if token is not None and token.parent:
        info["parentIdTag"] = token.parent[:20]
    return info
