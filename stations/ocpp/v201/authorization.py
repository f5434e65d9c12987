"""OCPP 2.0.1 block C: authorization."""

from datetime import datetime

from drivers.domain.tokens import TokenType
from stations.domain.times import render
from stations.ocpp.router import Context, Outside, Payload, Request
from stations.ocpp.v201.contracts import with_certificate
from stations.ocpp.v201.routes import ROUTES
from stations.services.authorization import Authorization, authorize, known_token


@ROUTES.handles("Authorize")
def authorize_request(context: Context, request: Payload) -> Payload | Outside:
    """C01 and what builds on it: may this token charge here? C07: with a contract certificate, its issuer is asked."""
    token = request["idToken"]
    answer = {"idTokenInfo": id_token_info(context, token, judge(context, token, context.received_at))}
    return with_certificate(context, request, answer)


def judge(context: Context, token: Payload, at: datetime) -> Authorization:
    """The verdict on an `IdTokenType`."""
    return authorize(station=context.station, id_token=token["idToken"], at=at, id_token_type=token["type"])


def id_token_info(context: Context, token: Payload, authorization: Authorization) -> Payload:
    """The verdict as `IdTokenInfoType`. A prepaid token is never to be cached (OCPP 2.1 C17.FR.01)."""
    info: Payload = {"status": authorization.verdict.value}
    known = authorization.token
    if known is None:
        return info
    if authorization.is_prepaid:
        info["cacheExpiryDateTime"] = render(context.received_at)
    elif known.expires_at is not None:
        info["cacheExpiryDateTime"] = render(known.expires_at)
    if known.charging_priority is not None:
        info["chargingPriority"] = known.charging_priority
    if known.language:
        info["language1"] = known.language
    if known.parent:
        info["groupIdToken"] = {"idToken": known.parent, "type": token["type"]}
    if known.message:
        info["personalMessage"] = {"format": "UTF8", "content": known.message}
        if known.language:
            info["personalMessage"]["language"] = known.language
    return info


def id_token(request: Request, value: str, token_type: str) -> Payload:
    """An `IdTokenType` of ours: of the type given, else as we know it, else a card."""
    known = None if token_type else known_token(station=request.station, id_token=value)
    return {"idToken": value, "type": token_type or (known.type if known else TokenType.ISO14443.value)}
