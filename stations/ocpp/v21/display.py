"""OCPP 2.1 block O: a message in several languages and formats (O01)."""

from stations.domain.commands import CommandKind as Kind
from stations.ocpp.router import Payload, Request
from stations.ocpp.v21.routes import ROUTES
from stations.ocpp.v201.display import content, message_info


@ROUTES.encodes(Kind.SET_DISPLAY_MESSAGE)
def set_display_message(request: Request) -> tuple[str, Payload]:
    """O01, O02, O06."""
    info = message_info(request)
    if request.values.get("extras"):
        info["messageExtra"] = [content(extra) for extra in request.values["extras"]]
    return "SetDisplayMessage", {"message": info}
