"""OCPP 2.0.1 block B: booting, the device model's reports and variables; P: data transfer."""

from typing import Any

from django.conf import settings

from stations.domain.times import parse, render
from stations.ocpp.protocol import Reader
from stations.ocpp.router import Context, Payload
from stations.ocpp.v201.routes import ROUTES
from stations.services.provisioning import Nameplate, boot
from stations.services.variables import Reported, reported


@ROUTES.handles("BootNotification")
def boot_notification(context: Context, request: Payload) -> Payload:
    """B01 to B03: who the station is; answered with its registration status, our time and the interval."""
    station = request["chargingStation"]
    nameplate = Nameplate(
        vendor=station["vendorName"],
        model=station["model"],
        serial_number=station.get("serialNumber", ""),
        firmware_version=station.get("firmwareVersion", ""),
        reason=request["reason"],
    )
    status = boot(work=context.work, station=context.station, nameplate=nameplate, at=context.received_at)
    return {
        "currentTime": render(context.received_at),
        "interval": settings.OCPP_HEARTBEAT_SECONDS,
        "status": status,
    }


@ROUTES.handles("Heartbeat")
def heartbeat(context: Context, request: Payload) -> Payload:
    """G02: our time."""
    return {"currentTime": render(context.received_at)}


@ROUTES.handles("DataTransfer")
def data_transfer(context: Context, request: Payload) -> Payload:
    """P02: no vendor's extension is known yet; the frame itself is kept."""
    return {"status": "UnknownVendorId"}


@ROUTES.handles("NotifyReport")
def notify_report(context: Context, request: Payload) -> Payload:
    """B07, B08: one part of a report; parts are stored as they come, in any order."""
    at = parse(request["generatedAt"])
    variables = [variable for data in request.get("reportData", []) for variable in _from_report(data)]
    reported(station=context.station, variables=variables, at=at)
    return {}


def _from_report(data: Payload) -> list[Reported]:
    characteristics = data.get("variableCharacteristics", {})
    return [
        Reported(
            **_place(data),
            attribute=attribute.get("type", "Actual"),
            value=attribute.get("value", ""),
            data_type=characteristics.get("dataType", ""),
            unit=characteristics.get("unit", ""),
            is_readonly=attribute.get("mutability") == "ReadOnly",
        )
        for attribute in data["variableAttribute"]
    ]


def _place(data: Payload) -> dict[str, Any]:
    """Which variable of which component a report or a result speaks of."""
    component, variable = data["component"], data["variable"]
    evse = component.get("evse", {})
    return {
        "component": component["name"],
        "component_instance": component.get("instance", ""),
        "evse_number": int(evse.get("id", 0)),
        "connector_number": int(evse.get("connectorId", 0)),
        "name": variable["name"],
        "instance": variable.get("instance", ""),
    }


def read_variables(context: Context, request: Payload, response: Payload) -> None:
    """B06: keep the values a station told."""
    told = [
        Reported(**_place(item), attribute=item.get("attributeType", "Actual"), value=item.get("attributeValue", ""))
        for item in response["getVariableResult"]
        if item["attributeStatus"] == "Accepted"
    ]
    reported(station=context.station, variables=told, at=context.received_at)


def read_set_variables(context: Context, request: Payload, response: Payload) -> None:
    """B05: a variable the station took has the new value from now on. Results may come in any order."""
    values = {_key(item): item["attributeValue"] for item in request["setVariableData"]}
    taken = [
        Reported(**_place(item), attribute=item.get("attributeType", "Actual"), value=values[_key(item)])
        for item in response["setVariableResult"]
        if item["attributeStatus"] in ("Accepted", "RebootRequired") and _key(item) in values
    ]
    reported(station=context.station, variables=taken, at=context.received_at)


def _key(item: Payload) -> tuple[Any, ...]:
    return (*_place(item).values(), item.get("attributeType", "Actual"))


READERS: dict[str, Reader] = {"GetVariables": read_variables, "SetVariables": read_set_variables}
