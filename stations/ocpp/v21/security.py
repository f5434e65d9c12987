"""A station's password, network and security profile in OCPP 2.1, where they are not as in 2.0.1.

A connection profile is also a component of the device model, NetworkConfiguration, with the slot as its instance. It
may bring a password of its own, which is good once the station uses the profile (B09).
"""

from collections.abc import Iterator

from stations.domain.commands import CommandKind as Kind
from stations.ocpp.router import Context, Payload, Request
from stations.ocpp.v21.routes import ROUTES
from stations.ocpp.v201 import security, variables
from stations.services import credentials, profile_upgrades

_COMPONENT = "NetworkConfiguration"
_PASSWORD, _PROFILE = "BasicAuthPassword", "SecurityProfile"
_TAKEN = ("Accepted", "RebootRequired")


@ROUTES.encodes(Kind.UPGRADE_SECURITY_PROFILE)
def upgrade_security_profile(request: Request) -> tuple[str, Payload]:
    """A05."""
    return security.upgrade(request, version="OCPP21")


@ROUTES.encodes(Kind.SET_NETWORK_PROFILE)
def set_network_profile(request: Request) -> tuple[str, Payload]:
    """B09."""
    return security.network_profile(request, version="OCPP21")


@ROUTES.sends("SetNetworkProfile")
def about_to_set_profile(context: Context, request: Payload) -> None:
    """B09: its password is good from now on, beside the present one."""
    security.about_to_set_profile(context, request)
    if password := request["connectionData"].get("basicAuthPassword"):
        credentials.password_sent(work=context.work, station=context.station, password=password)


@ROUTES.reads("SetNetworkProfile")
def read_network_profile(context: Context, request: Payload, response: Payload) -> None:
    """B09."""
    security.read_network_profile(context, request, response)
    password = request["connectionData"].get("basicAuthPassword")
    if password and response["status"] != "Accepted":
        credentials.password_answered(work=context.work, station=context.station, password=password, taken=False)


@ROUTES.sends("SetVariables")
def about_to_set(context: Context, request: Payload) -> None:
    """A01, B09."""
    security.about_to_set(context, request)
    work, station = context.work, context.station
    for slot, name, item in _of_network(request["setVariableData"]):
        value = item["attributeValue"]
        if name == _PASSWORD:
            credentials.password_sent(work=work, station=station, password=value)
        elif name == _PROFILE and value.isdecimal():
            profile_upgrades.network_profile_sent(work=work, station=station, slot=slot, profile=int(value))


@ROUTES.reads("SetVariables")
def read_set_variables(context: Context, request: Payload, response: Payload) -> None:
    """A01, B05, B09."""
    variables.read_set_variables(context, request, response)
    work, station = context.work, context.station
    sent = {(slot, name): item["attributeValue"] for slot, name, item in _of_network(request["setVariableData"])}
    for slot, name, item in _of_network(response["setVariableResult"]):
        value, taken = sent.get((slot, name), ""), item["attributeStatus"] in _TAKEN
        if name == _PASSWORD and not taken:
            credentials.password_answered(work=work, station=station, password=value, taken=False)
        elif name == _PROFILE and value.isdecimal():
            status = "Accepted" if taken else item["attributeStatus"]
            profile_upgrades.network_profile_answered(
                work=work, station=station, slot=slot, profile=int(value), status=status
            )


def _of_network(items: list[Payload]) -> Iterator[tuple[int, str, Payload]]:
    """Slot, variable and item of those that belong to a connection profile."""
    for item in items:
        slot = item["component"].get("instance", "")
        if item["component"]["name"] == _COMPONENT and slot.isdecimal():
            yield int(slot), item["variable"]["name"], item
