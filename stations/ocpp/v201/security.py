"""A station's password, security profile and network in OCPP 2.0.1: A01, A05, B09, B10."""

from drivers.domain.phrases import english
from stations.domain.commands import CommandKind as Kind
from stations.domain.credentials import new_password
from stations.models import ProfileUpgrade
from stations.ocpp.router import Context, NotExpressible, Payload, Request
from stations.ocpp.v201.routes import ROUTES
from stations.services import credentials, profile_upgrades
from stations.services.commands import upgrade_problem_of
from stations.services.profile_upgrades import ORDER

# Component and variable.
PASSWORD = ("SecurityCtrlr", "BasicAuthPassword")
_ORDER = (ORDER["component"], ORDER["name"])
MESSAGE_TIMEOUT_S = 30
_TAKEN = ("Accepted", "RebootRequired")


@ROUTES.encodes(Kind.ROTATE_PASSWORD)
def rotate_password(request: Request) -> tuple[str, Payload]:
    """A01.FR.02. The password is made here and is nowhere but in this message."""
    component, variable = PASSWORD
    wanted = {"component": {"name": component}, "variable": {"name": variable}, "attributeValue": new_password()}
    return "SetVariables", {"setVariableData": [wanted]}


@ROUTES.encodes(Kind.UPGRADE_SECURITY_PROFILE)
def upgrade_security_profile(request: Request) -> tuple[str, Payload]:
    """A05: the first step, the connection profile. Its place before the others and a reset follow as it is taken."""
    return upgrade(request, version="OCPP20")


@ROUTES.encodes(Kind.SET_NETWORK_PROFILE)
def set_network_profile(request: Request) -> tuple[str, Payload]:
    """B09."""
    return network_profile(request, version="OCPP20")


def upgrade(request: Request, *, version: str) -> tuple[str, Payload]:
    """The connection profile of an upgrade; raises NotExpressible where something it needs is missing."""
    station, values = request.station, request.values
    if problem := upgrade_problem_of(station, values["security_profile"]):
        raise NotExpressible(problem)
    if "url" not in values:
        raise NotExpressible(english("OCPP 2.x needs the address for the new profile: give a url."))
    slot = values.get("slot", profile_upgrades.free_slot(station))
    if slot is None:
        raise NotExpressible(
            english("Which slots are free is not known: give a slot, or read the configuration first.")
        )
    profile_upgrades.begin(
        work=request.work,
        station=station,
        profile=values["security_profile"],
        slot=slot,
        step=ProfileUpgrade.Step.PROFILE,
        requested_by=request.command.requested_by,
    )
    return "SetNetworkProfile", {"configurationSlot": slot, "connectionData": _connection(request, version)}


def network_profile(request: Request, *, version: str) -> tuple[str, Payload]:
    """A connection profile as the command has it."""
    data = _connection(request, version)
    for name in ("apn", "vpn"):
        if given := request.values.get(name):
            data[name] = {_camel(member): value for member, value in given.items()}
    return "SetNetworkProfile", {"configurationSlot": request.values["slot"], "connectionData": data}


def _connection(request: Request, version: str) -> Payload:
    values = request.values
    return {
        "ocppVersion": values.get("ocpp_version", version),
        "ocppTransport": "JSON",
        "ocppCsmsUrl": values["url"],
        "messageTimeout": values.get("message_timeout", MESSAGE_TIMEOUT_S),
        "securityProfile": values["security_profile"],
        "ocppInterface": values.get("interface", "Wired0"),
    }


def _camel(name: str) -> str:
    first, *rest = name.split("_")
    return first + "".join(part.capitalize() for part in rest)


# --- What is noted when it leaves, and what its answer tells ---


@ROUTES.sends("SetVariables")
def about_to_set(context: Context, request: Payload) -> None:
    """The station may take a new password and be gone before its answer is read."""
    for item in request["setVariableData"]:
        if _place(item) == PASSWORD:
            password = item["attributeValue"]
            credentials.password_sent(work=context.work, station=context.station, password=password)


@ROUTES.sends("SetNetworkProfile")
def about_to_set_profile(context: Context, request: Payload) -> None:
    """A05, B09."""
    slot, profile = _slot_and_profile(request)
    profile_upgrades.network_profile_sent(work=context.work, station=context.station, slot=slot, profile=profile)


@ROUTES.reads("SetNetworkProfile")
def read_network_profile(context: Context, request: Payload, response: Payload) -> None:
    """A05, B09."""
    slot, profile = _slot_and_profile(request)
    profile_upgrades.network_profile_answered(
        work=context.work, station=context.station, slot=slot, profile=profile, status=response["status"]
    )


def variables_set(context: Context, request: Payload, response: Payload) -> None:
    """What became of variables; of those that are not about access nothing (A01.FR.03, A01.FR.04, A05)."""
    work, station = context.work, context.station
    values = {_place(item): item["attributeValue"] for item in request["setVariableData"]}
    for item in response["setVariableResult"]:
        place, status = _place(item), item["attributeStatus"]
        if place == PASSWORD and place in values:
            taken = status in _TAKEN
            credentials.password_answered(work=work, station=station, password=values[place], taken=taken)
        elif place == _ORDER and place in values:
            profile_upgrades.order_answered(work=work, station=station, order=values[place], status=status)


def variables_told(context: Context, response: Payload) -> None:
    """The order of the connection profiles, where an upgrade waits for it."""
    if any(_place(item) == _ORDER for item in response["getVariableResult"]):
        profile_upgrades.order_told(work=context.work, station=context.station)


def _place(item: Payload) -> tuple[str, str]:
    return item["component"]["name"], item["variable"]["name"]


def _slot_and_profile(request: Payload) -> tuple[int, int]:
    return int(request["configurationSlot"]), int(request["connectionData"]["securityProfile"])
