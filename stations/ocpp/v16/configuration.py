"""Configuration keys of OCPP 1.6 (sections 5.8 GetConfiguration, 5.3 ChangeConfiguration), kept as variables."""

from drivers.domain.phrases import english
from stations.domain.commands import CommandKind as Kind
from stations.domain.configuration import Key
from stations.ocpp.router import Context, NotExpressible, Payload, Request
from stations.ocpp.v16 import security
from stations.ocpp.v16.routes import ROUTES
from stations.services.variables import Reported, Result, all_told, changed, configuration_told, not_told, reported


@ROUTES.encodes(Kind.GET_VARIABLES)
def get_variables(request: Request) -> tuple[str, Payload]:
    names = [variable["name"] for variable in request.values.get("variables", [])]
    return "GetConfiguration", {"key": names} if names else {}


@ROUTES.encodes(Kind.GET_BASE_REPORT)
def get_base_report(request: Request) -> tuple[str, Payload]:
    return "GetConfiguration", {}


@ROUTES.encodes(Kind.SET_VARIABLES)
def set_variables(request: Request) -> tuple[str, Payload]:
    if len(request.values["variables"]) != 1:
        raise NotExpressible(english("OCPP 1.6 changes one configuration key at a time."))
    variable = request.values["variables"][0]
    value = variable["value"]
    text = str(value).lower() if isinstance(value, bool) else str(value)
    return "ChangeConfiguration", {"key": variable["name"], "value": text}


@ROUTES.reads("GetConfiguration")
def read_configuration(context: Context, request: Payload, response: Payload) -> None:
    """Keep the keys a charger told, and which it does not know. Asked for none, it tells all it has."""
    station, at = context.station, context.received_at
    keys = [
        Reported(
            name=item["key"],
            value=item.get("value", ""),
            mutability="ReadOnly" if item["readonly"] else "ReadWrite",
        )
        for item in response.get("configurationKey", [])
    ]
    reported(station=station, variables=keys, at=at)
    unknown = [Result(_key(name), "UnknownKey") for name in response.get("unknownKey", [])]
    not_told(station=station, results=unknown, at=at)
    if not request.get("key") and keys:
        all_told(station=station, since=at)
    configuration_told(work=context.work, station=station)


@ROUTES.reads("ChangeConfiguration")
def read_change(context: Context, request: Payload, response: Payload) -> None:
    """What became of a key: one the charger took has the new value from now on."""
    result = Result(_key(request["key"]), response["status"], value=request["value"])
    changed(station=context.station, results=[result], at=context.received_at)
    security.changed(context, request, response)
    context.work.nudge_station(context.station)


def _key(name: str) -> Key:
    return Key("", "", 0, 0, name, "", "Actual")
