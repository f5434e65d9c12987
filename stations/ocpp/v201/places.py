"""Components and variables as OCPP 2.x writes them, and as version-neutral commands and tables name them."""

from collections.abc import Mapping
from typing import Any

from drivers.domain.phrases import english
from stations.domain.configuration import Key
from stations.ocpp.router import NotExpressible, Payload


def place_of(data: Payload) -> dict[str, Any]:
    """Which variable of which component a report, result or event speaks of: the columns of `Place`."""
    component, variable = data["component"], data["variable"]
    evse = component.get("evse", {})
    return {
        "component": component["name"],
        "component_instance": component.get("instance", ""),
        "evse_number": number(evse.get("id")),
        "connector_number": number(evse.get("connectorId")),
        "name": variable["name"],
        "instance": variable.get("instance", ""),
    }


def number(value: float | None) -> int:
    """An id of ours: JSON schema takes 1.0 for an integer, and a charger that counts below 0 means none."""
    return max(0, int(value or 0))


def whole(value: float | None) -> int | None:
    """The same for what may be left out."""
    return None if value is None else number(value)


def severity(value: float) -> int:
    """A severity as our column takes it: 0 to 9 on the wire, and whatever else a charger makes of it."""
    return min(number(value), 99)


def key_of(data: Payload) -> Key:
    """The attribute of a variable that an item of SetVariables or GetVariables, or a result of one, speaks of."""
    return Key(**place_of(data), attribute=data.get("attributeType", "Actual"))


def reason_of(info: Payload | None) -> str:
    """A StatusInfo in one line; empty where there is none."""
    if not info:
        return ""
    return ": ".join(part for part in (info["reasonCode"], info.get("additionalInfo", "")) if part)


def component_of(item: Mapping[str, Any]) -> Payload:
    """The component of a command's item; raises NotExpressible without one."""
    if not item.get("component"):
        raise NotExpressible(
            english("In OCPP 2.x the variable %(value)s needs its component.", value=repr(item.get("name")))
        )
    component: Payload = {"name": item["component"]}
    if item.get("component_instance"):
        component["instance"] = item["component_instance"]
    if item.get("evse"):
        component["evse"] = {"id": item["evse"]}
        if item.get("connector"):
            component["evse"]["connectorId"] = item["connector"]
    return component


def component_variable(item: Mapping[str, Any]) -> Payload:
    """{"component": …, "variable": …}; without a name the whole component is meant."""
    payload: Payload = {"component": component_of(item)}
    if item.get("name"):
        payload["variable"] = {"name": item["name"]}
        if item.get("instance"):
            payload["variable"]["instance"] = item["instance"]
    return payload
