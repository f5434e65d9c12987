"""OCPP 2.1 block S: battery swapping."""

from stations.domain.commands import CommandKind
from stations.ocpp.router import Context, Payload, Request
from stations.ocpp.v21.routes import ROUTES
from stations.services.authorization import known_token
from stations.services.battery_swaps import Swap, swapped


@ROUTES.handles("BatterySwap")
def battery_swap(context: Context, request: Payload) -> Payload:
    """S01 to S03: batteries in, out, or not taken in time."""
    swap = Swap(
        request_id=int(request["requestId"]),
        event=request["eventType"],
        id_token=request["idToken"]["idToken"],
        batteries=request["batteryData"],
    )
    swapped(work=context.work, station=context.station, swap=swap, at=context.received_at)
    return {}


@ROUTES.encodes(CommandKind.REQUEST_BATTERY_SWAP)
def request_battery_swap(request: Request) -> tuple[str, Payload]:
    """S02: a swap for somebody who asked elsewhere. The requestId, the command's id, comes back with its batteries."""
    value = request.values["id_token"]
    known = known_token(station=request.station, id_token=value)
    token_type = request.values.get("id_token_type") or (known.type if known else "Central")
    token = {"idToken": value, "type": token_type}
    return "RequestBatterySwap", {"idToken": token, "requestId": request.command.pk}
