"""A station's password and security profile in OCPP 1.6 (security white paper, edition 3: A01, A05)."""

from stations.domain.commands import CommandKind as Kind
from stations.domain.credentials import new_password
from stations.ocpp.router import Context, NotExpressible, Payload, Request
from stations.ocpp.v16.routes import ROUTES
from stations.services import credentials, profile_upgrades
from stations.services.commands import upgrade_problem_of

PASSWORD = "AuthorizationKey"  # noqa: S105 - the name of a key
PROFILE = "SecurityProfile"


@ROUTES.encodes(Kind.ROTATE_PASSWORD)
def rotate_password(request: Request) -> tuple[str, Payload]:
    """A01.FR.02. The password is made here and is nowhere but in this message."""
    return "ChangeConfiguration", {"key": PASSWORD, "value": new_password()}


@ROUTES.encodes(Kind.UPGRADE_SECURITY_PROFILE)
def upgrade_security_profile(request: Request) -> tuple[str, Payload]:
    """A05."""
    profile = request.values["security_profile"]
    if problem := upgrade_problem_of(request.station, profile):
        raise NotExpressible(problem)
    return "ChangeConfiguration", {"key": PROFILE, "value": str(profile)}


@ROUTES.sends("ChangeConfiguration")
def about_to_change(context: Context, request: Payload) -> None:
    """The station may take the new value and be gone before its answer is read."""
    work, station = context.work, context.station
    key, value = request["key"].lower(), request["value"]
    if key == PASSWORD.lower():
        credentials.password_sent(work=work, station=station, password=value)
    elif key == PROFILE.lower() and value.isdecimal() and station.security_profile < int(value) <= 3:
        profile_upgrades.begin(work=work, station=station, profile=int(value))


def changed(context: Context, request: Payload, response: Payload) -> None:
    """What became of a key; of those that are not about access nothing (A01.FR.03, A01.FR.04, A05)."""
    work, station, status = context.work, context.station, response["status"]
    key, value = request["key"].lower(), request["value"]
    if key == PASSWORD.lower():
        taken = status in ("Accepted", "RebootRequired")
        credentials.password_answered(work=work, station=station, password=value, taken=taken)
    elif key == PROFILE.lower():
        profile_upgrades.key_answered(work=work, station=station, profile=value, status=status)
