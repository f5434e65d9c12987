"""OCPP 2.0.1 block C: authorization."""

from datetime import datetime

from stations.domain.times import render
from stations.ocpp.router import Context, Payload
from stations.ocpp.v201.routes import ROUTES
from stations.services.authorization import Authorization, authorize


@ROUTES.handles("Authorize")
def authorize_request(context: Context, request: Payload) -> Payload:
    """C01 and what builds on it: may this token charge here?"""
    token = request["idToken"]
    return {"idTokenInfo": id_token_info(token, judge(context, token, context.received_at))}


def judge(context: Context, token: Payload, at: datetime) -> Authorization:
    """The verdict on an `IdTokenType`."""
    return authorize(station=context.station, id_token=token["idToken"], at=at)


def id_token_info(token: Payload, authorization: Authorization) -> Payload:
    """The verdict as `IdTokenInfoType`."""
    info: Payload = {"status": authorization.verdict.value}
    known = authorization.token
    if known is not None and known.expires_at is not None:
        info["cacheExpiryDateTime"] = render(known.expires_at)
    if known is not None and known.parent:
        info["groupIdToken"] = {"idToken": known.parent, "type": token["type"]}
    return info
