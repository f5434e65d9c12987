"""Configuration keys of OCPP 1.6 (sections 5.8 GetConfiguration, 5.3 ChangeConfiguration), kept as variables."""

from stations.ocpp.protocol import Reader
from stations.ocpp.router import Context, Payload
from stations.services.variables import Reported, reported


def read_configuration(context: Context, request: Payload, response: Payload) -> None:
    """Keep the keys a charger told."""
    keys = [
        Reported(name=item["key"], value=item.get("value", ""), is_readonly=item["readonly"])
        for item in response.get("configurationKey", [])
    ]
    reported(station=context.station, variables=keys, at=context.received_at)


def read_change(context: Context, request: Payload, response: Payload) -> None:
    """A key the charger took has the new value from now on."""
    if response["status"] in ("Accepted", "RebootRequired"):
        key = Reported(name=request["key"], value=request["value"])
        reported(station=context.station, variables=[key], at=context.received_at)


READERS: dict[str, Reader] = {"GetConfiguration": read_configuration, "ChangeConfiguration": read_change}
