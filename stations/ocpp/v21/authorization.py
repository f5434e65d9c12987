"""OCPP 2.1 block C: what an Authorize is told beside the verdict."""

import orjson

from stations.ocpp.router import Context, Outside, Payload
from stations.ocpp.v21.routes import ROUTES
from stations.ocpp.v201.authorization import id_token_info, judge
from stations.ocpp.v201.contracts import with_certificate
from stations.services.authorization import Authorization


@ROUTES.handles("Authorize")
def authorize_request(context: Context, request: Payload) -> Payload | Outside:
    """As in 2.0.1; I08: with the driver's own tariff, Q01: with the directions in which energy may flow."""
    token = request["idToken"]
    authorization = judge(context, token, context.received_at)
    answer = {"idTokenInfo": id_token_info(context, token, authorization)}
    return with_certificate(context, request, answer | _terms(authorization))


def _terms(authorization: Authorization) -> Payload:
    """What the token's organization agreed with its driver; nothing for a token that is not accepted."""
    token, terms = authorization.token, Payload()
    if token is None or not authorization.accepted:
        return terms
    if token.tariff:
        terms["tariff"] = orjson.loads(token.tariff)
    if token.energy_transfer:
        terms["allowedEnergyTransfer"] = token.energy_transfer
    return terms
