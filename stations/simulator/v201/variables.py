"""A small device model of OCPP 2.0.1: what GetVariables, SetVariables and GetBaseReport work on."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ..profile import Profile
from ..settings import Settings
from ..transport import Payload

PART_SIZE = 10


@dataclass(slots=True)
class Variable:
    """`field`: what of Settings is behind it; without one it keeps its own `value`."""

    component: str
    name: str
    value: str = ""
    field: str | None = None
    mutability: str = "ReadOnly"
    data_type: str = "string"
    unit: str | None = None
    evse_id: int | None = None
    instance: str | None = None


def _bound(component: str, name: str, field: str, data_type: str, unit: str | None = None) -> Variable:
    return Variable(component, name, field=field, mutability="ReadWrite", data_type=data_type, unit=unit)


def _attempts(name: str, field: str, unit: str | None = None) -> Variable:
    variable = _bound("OCPPCommCtrlr", name, field, "integer", unit)
    variable.instance = "TransactionEvent"
    return variable


def _inventory(profile: Profile) -> list[Variable]:
    variables = [
        Variable("ChargingStation", "VendorName", profile.vendor),
        Variable("ChargingStation", "Model", profile.model),
        Variable("ChargingStation", "SerialNumber", profile.serial),
        Variable("ChargingStation", "FirmwareVersion", profile.firmware_version),
        Variable("ChargingStation", "AvailabilityState", "Available"),
        Variable("AuthCacheCtrlr", "Enabled", "true", mutability="ReadWrite", data_type="boolean"),
        _bound("AuthCtrlr", "AuthorizeRemoteStart", "authorize_remote", "boolean"),
        _bound("AuthCtrlr", "OfflineTxForUnknownIdEnabled", "offline_unknown_ids", "boolean"),
        Variable("DeviceDataCtrlr", "ItemsPerMessage", str(PART_SIZE), data_type="integer", instance="GetReport"),
        Variable("LocalAuthListCtrlr", "Enabled", "true", mutability="ReadWrite", data_type="boolean"),
        Variable("LocalAuthListCtrlr", "ItemsPerMessage", "100", data_type="integer"),
        Variable("ReservationCtrlr", "Enabled", "true", mutability="ReadWrite", data_type="boolean"),
        Variable("ReservationCtrlr", "NonEvseSpecific", "true", data_type="boolean"),
        _bound("OCPPCommCtrlr", "HeartbeatInterval", "heartbeat_s", "integer", "s"),
        _attempts("MessageAttempts", "message_attempts"),
        _attempts("MessageAttemptInterval", "retry_interval_s", "s"),
        Variable("OCPPCommCtrlr", "WebSocketPingInterval", "0", mutability="ReadWrite", data_type="integer"),
        _bound("SampledDataCtrlr", "TxUpdatedInterval", "meter_interval_s", "integer", "s"),
        _bound("SampledDataCtrlr", "TxUpdatedMeasurands", "measurands", "MemberList"),
        Variable("SecurityCtrlr", "BasicAuthPassword", field="password", mutability="WriteOnly"),
        Variable("SecurityCtrlr", "SecurityProfile", "1" if profile.password else "0", data_type="integer"),
        _bound("TxCtrlr", "EVConnectionTimeOut", "connection_timeout_s", "integer", "s"),
        _bound("TxCtrlr", "StopTxOnInvalidId", "stop_on_invalid_id", "boolean"),
        Variable("TxCtrlr", "TxStartPoint", "PowerPathClosed", data_type="MemberList"),
        Variable("TxCtrlr", "TxStopPoint", "PowerPathClosed", data_type="MemberList"),
    ]
    power = str(profile.max_power_w)
    for evse_id in range(1, profile.evses + 1):
        variables += [
            Variable("EVSE", "AvailabilityState", "Available", evse_id=evse_id, data_type="OptionList"),
            Variable("EVSE", "Power", power, evse_id=evse_id, data_type="decimal", unit="W"),
        ]
    return variables


class DeviceModel:
    """The variables of one charger, over its settings."""

    def __init__(self, profile: Profile, settings: Settings) -> None:
        self._settings = settings
        self._variables = _inventory(profile)

    def get(self, wanted: Payload) -> Payload:
        """One entry of the answer to GetVariables."""
        result = {"component": wanted["component"], "variable": wanted["variable"]}
        variable, status = self._find(wanted)
        if variable is not None and variable.mutability == "WriteOnly":
            status = "Rejected"
        elif variable is not None:
            result["attributeValue"] = self._value(variable)
        return {"attributeStatus": status, **_type_of(wanted), **result}

    def set(self, wanted: Payload) -> Payload:
        """One entry of the answer to SetVariables."""
        text = wanted["attributeValue"]
        result = {"component": wanted["component"], "variable": wanted["variable"]}
        variable, status = self._find(wanted)
        if variable is not None and variable.mutability == "ReadOnly":
            status = "Rejected"
            result["attributeStatusInfo"] = {"reasonCode": "ReadOnly"}
        elif variable is not None and not self._write(variable, text):
            status = "Rejected"
            result["attributeStatusInfo"] = {"reasonCode": "InvalidValue"}
        return {"attributeStatus": status, **_type_of(wanted), **result}

    def report(self, base: str) -> Iterator[list[Payload]]:
        """The parts of a base report; the configuration inventory holds what can be written."""
        chosen = [
            variable
            for variable in self._variables
            if base == "FullInventory"
            or (base == "ConfigurationInventory" and variable.mutability != "ReadOnly")
            or (base == "SummaryInventory" and variable.name == "AvailabilityState")
        ]
        yield from self._parts(chosen)

    def chosen(self, wanted: Sequence[Payload]) -> Iterator[list[Payload]]:
        """The parts of a report of some components, or of some of their variables."""
        yield from self._parts([v for v in self._variables if any(_is_one_of(v, item) for item in wanted)])

    def _parts(self, variables: Sequence[Variable]) -> Iterator[list[Payload]]:
        for start in range(0, len(variables), PART_SIZE):
            yield [self._entry(variable) for variable in variables[start : start + PART_SIZE]]

    def _find(self, wanted: Payload) -> tuple[Variable | None, str]:
        component, variable = wanted["component"], wanted["variable"]
        evse_id = component.get("evse", {}).get("id")
        of_component = [v for v in self._variables if (v.component, v.evse_id) == (component["name"], evse_id)]
        if not of_component:
            return None, "UnknownComponent"
        key = (variable["name"], variable.get("instance"))
        found = next((v for v in of_component if (v.name, v.instance) == key), None)
        if found is None:
            return None, "UnknownVariable"
        if wanted.get("attributeType", "Actual") != "Actual":
            return None, "NotSupportedAttributeType"
        return found, "Accepted"

    def _value(self, variable: Variable) -> str:
        return self._settings.read(variable.field) if variable.field else variable.value

    def _write(self, variable: Variable, text: str) -> bool:
        if variable.field == "password" and not 16 <= len(text) <= 40:
            return False
        if variable.field:
            return self._settings.write(variable.field, text)
        if variable.data_type == "boolean" and text not in ("true", "false"):
            return False
        if variable.data_type == "integer" and not text.isdigit():
            return False
        variable.value = text
        return True

    def _entry(self, variable: Variable) -> Payload:
        component: Payload = {"name": variable.component}
        if variable.evse_id is not None:
            component["evse"] = {"id": variable.evse_id}
        name: Payload = {"name": variable.name}
        if variable.instance is not None:
            name["instance"] = variable.instance
        attribute: Payload = {"type": "Actual", "mutability": variable.mutability, "persistent": True}
        if variable.mutability != "WriteOnly":
            attribute["value"] = self._value(variable)
        characteristics: Payload = {"dataType": variable.data_type, "supportsMonitoring": True}
        if variable.unit:
            characteristics["unit"] = variable.unit
        return {
            "component": component,
            "variable": name,
            "variableAttribute": [attribute],
            "variableCharacteristics": characteristics,
        }


def _is_one_of(variable: Variable, wanted: Payload) -> bool:
    """Without a variable all of the component is meant, without an EVSE the component wherever it stands."""
    component, name = wanted["component"], wanted.get("variable", {})
    evse_id = component.get("evse", {}).get("id", variable.evse_id)
    if (component["name"], evse_id) != (variable.component, variable.evse_id):
        return False
    return name.get("name", variable.name) == variable.name and name.get("instance") in (None, variable.instance)


def _type_of(wanted: Payload) -> Payload:
    return {"attributeType": wanted["attributeType"]} if "attributeType" in wanted else {}
