"""What a charger of OCPP 2.0.1 watches of itself, shows on its display, and knows of its customers."""

from collections.abc import Iterable
from itertools import count
from typing import TYPE_CHECKING

from ..clock import iso
from ..commands import ACCEPTED, REJECTED, Handler, Reply
from ..outbox import Message
from ..transport import Payload
from .variables import DeviceModel

if TYPE_CHECKING:
    from ..charger import VirtualCharger

MAX_MESSAGES = 10
_CRITERIA = {
    "ThresholdMonitoring": ("UpperThreshold", "LowerThreshold"),
    "DeltaMonitoring": ("Delta",),
    "PeriodicMonitoring": ("Periodic", "PeriodicClockAligned"),
}


class Devices:
    """Monitors and messages by their number on the wire; they last as long as the charger."""

    def __init__(self, charger: "VirtualCharger", model: DeviceModel) -> None:
        self._charger, self._model = charger, model
        self._numbers = count(1)
        self.monitors: dict[int, Payload] = {}
        self.messages: dict[int, Payload] = {}
        self.handlers: dict[str, Handler] = {
            "ClearDisplayMessage": self._clear_message,
            "ClearVariableMonitoring": self._clear_monitors,
            "CustomerInformation": self._customer_information,
            "GetDisplayMessages": self._get_messages,
            "GetMonitoringReport": self._monitoring_report,
            "SetDisplayMessage": self._set_message,
            "SetMonitoringBase": self._set_base,
            "SetMonitoringLevel": self._set_level,
            "SetVariableMonitoring": self._set_monitors,
        }

    def _set_monitors(self, payload: Payload) -> Reply:
        return Reply({"setMonitoringResult": [self._set_monitor(item) for item in payload["setMonitoringData"]]})

    def _set_monitor(self, item: Payload) -> Payload:
        result = {name: item[name] for name in ("type", "severity", "component", "variable")}
        status = self._model.get(item)["attributeStatus"]
        if status in ("UnknownComponent", "UnknownVariable"):
            return {"status": status, **result}
        if "id" in item and item["id"] not in self.monitors:
            return {"status": "Rejected", **result}
        number = item["id"] if "id" in item else next(self._numbers)
        self.monitors[number] = {**item, "id": number, "transaction": item.get("transaction", False)}
        return {"status": "Accepted", "id": number, **result}

    def _clear_monitors(self, payload: Payload) -> Reply:
        found = {number: self.monitors.pop(number, None) is not None for number in payload["id"]}
        results = [{"id": number, "status": "Accepted" if gone else "NotFound"} for number, gone in found.items()]
        return Reply({"clearMonitoringResult": results})

    def _set_base(self, payload: Payload) -> Reply:
        if payload["monitoringBase"] != "All":
            self.monitors.clear()
        return ACCEPTED

    def _set_level(self, payload: Payload) -> Reply:
        return ACCEPTED if 0 <= payload["severity"] <= 9 else REJECTED

    def _monitoring_report(self, payload: Payload) -> Reply:
        types = {kind for criterion in payload.get("monitoringCriteria", []) for kind in _CRITERIA[criterion]}
        chosen = [
            monitor
            for monitor in self.monitors.values()
            if (not types or monitor["type"] in types) and _is_asked_for(monitor, payload.get("componentVariable"))
        ]
        if not chosen:
            return Reply({"status": "EmptyResultSet"})
        told = [
            {
                "component": monitor["component"],
                "variable": monitor["variable"],
                "variableMonitoring": [
                    {name: monitor[name] for name in ("id", "transaction", "value", "type", "severity")}
                ],
            }
            for monitor in chosen
        ]
        return self._accept_and_tell("NotifyMonitoringReport", payload, {"seqNo": 0, "monitor": told})

    def _set_message(self, payload: Payload) -> Reply:
        message = payload["message"]
        if message["message"]["format"] not in ("ASCII", "UTF8"):
            return Reply({"status": "NotSupportedMessageFormat"})
        transaction_id = message.get("transactionId")
        if transaction_id is not None and self._charger.station.find_session(transaction_id=transaction_id) is None:
            return Reply({"status": "UnknownTransaction"})
        if len(self.messages) >= MAX_MESSAGES and message["id"] not in self.messages:
            return REJECTED
        self.messages[message["id"]] = message
        return ACCEPTED

    def _get_messages(self, payload: Payload) -> Reply:
        chosen = [
            message
            for message in self.messages.values()
            if message["id"] in payload.get("id", [message["id"]])
            and all(payload.get(name, message.get(name)) == message.get(name) for name in ("priority", "state"))
        ]
        if not chosen:
            return Reply({"status": "Unknown"})
        return self._accept_and_tell("NotifyDisplayMessages", payload, {"messageInfo": chosen}, is_dated=False)

    def _clear_message(self, payload: Payload) -> Reply:
        return ACCEPTED if self.messages.pop(payload["id"], None) else Reply({"status": "Unknown"})

    def _customer_information(self, payload: Payload) -> Reply:
        references = [name for name in ("idToken", "customerIdentifier", "customerCertificate") if name in payload]
        if len(references) != 1:
            return Reply({"status": "Invalid"})
        if not (payload["report"] or payload["clear"]):
            return REJECTED
        token = payload.get("idToken", {}).get("idToken", "")
        text = "in the authorization cache" if token in self._charger.cache else "no data found"
        if payload["clear"]:
            self._charger.cache.discard(token)
        told = {"seqNo": 0, "data": text if payload["report"] else "cleared"}
        return self._accept_and_tell("NotifyCustomerInformation", payload, told)

    def _accept_and_tell(self, action: str, request: Payload, content: Payload, *, is_dated: bool = True) -> Reply:
        """Accept, and send what was asked for in one part."""
        dated = {"generatedAt": iso(self._charger.station.now())} if is_dated else {}
        notification = {"requestId": request["requestId"], "tbc": False, **dated, **content}

        async def tell() -> None:
            self._charger.outbox.put(Message(action, notification))

        return Reply({"status": "Accepted"}, tell)


def _is_asked_for(monitor: Payload, wanted: Iterable[Payload] | None) -> bool:
    """Whether a monitor is on one of the components or variables that were asked for."""
    return wanted is None or any(
        item["component"] == monitor["component"] and item.get("variable", monitor["variable"]) == monitor["variable"]
        for item in wanted
    )
