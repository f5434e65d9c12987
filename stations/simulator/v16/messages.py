"""The messages of OCPP 1.6 that a charger sends."""

from datetime import datetime

from ..clock import iso
from ..meter import Reading, samples
from ..outbox import Message
from ..outlet import Outlet, Session, Status, StopReason, Token
from ..profile import Profile
from ..settings import Settings
from ..station import Event
from ..transport import Payload

_STOP_REASONS = {
    StopReason.LOCAL: "Local",
    StopReason.REMOTE: "Remote",
    StopReason.EV_DISCONNECTED: "EVDisconnected",
    StopReason.DEAUTHORIZED: "DeAuthorized",
    StopReason.UNLOCK: "UnlockCommand",
    StopReason.EMERGENCY_STOP: "EmergencyStop",
    StopReason.HARD_RESET: "HardReset",
    StopReason.SOFT_RESET: "SoftReset",
    StopReason.POWER_LOSS: "PowerLoss",
    StopReason.FAULT: "Other",
}


class Messages:
    """Builds them; `settings` says which quantities are sampled."""

    def __init__(self, profile: Profile, settings: Settings) -> None:
        self._profile = profile
        self._settings = settings

    def boot(self, reason: str) -> Message:
        """BootNotification; 1.6 does not tell the reason."""
        profile = self._profile
        payload = {
            "chargePointVendor": profile.vendor[:20],
            "chargePointModel": profile.model[:20],
            "chargePointSerialNumber": profile.serial[:25],
            "firmwareVersion": profile.firmware_version[:50],
            **({"iccid": profile.iccid[:20]} if profile.iccid else {}),
        }
        return Message("BootNotification", payload)

    def authorize(self, token: Token) -> Payload:
        """The payload of Authorize."""
        return {"idTag": token.value}

    def authorization(self, answer: Payload) -> str:
        """What an answer to Authorize or to a transaction's message says of the token; empty where nothing."""
        return str(answer.get("idTagInfo", {}).get("status", ""))

    def status_word(self, outlet: Outlet) -> str:
        """1.6 has a word for each."""
        return outlet.status.value

    def status(self, outlet: Outlet, at: datetime) -> Message:
        """StatusNotification of a connector."""
        payload = {
            "connectorId": outlet.id,
            "errorCode": outlet.fault or "NoError",
            "status": outlet.status.value,
            "timestamp": iso(at),
        }
        return Message("StatusNotification", payload, outlet_id=outlet.id)

    def station_status(self, *, operative: bool, fault: str | None, at: datetime) -> Message | None:
        """StatusNotification of connector 0, the charge point itself."""
        status = Status.FAULTED if fault else Status.AVAILABLE if operative else Status.UNAVAILABLE
        payload = {
            "connectorId": 0,
            "errorCode": fault or "NoError",
            "status": status.value,
            "timestamp": iso(at),
        }
        return Message("StatusNotification", payload)

    def started(self, session: Session, event: Event) -> Message:
        """StartTransaction."""
        payload: Payload = {
            "connectorId": session.evse_id,
            "idTag": session.token.value,
            "meterStart": event.reading.energy_wh,
            "timestamp": iso(event.at),
        }
        if session.reservation is not None:
            payload["reservationId"] = session.reservation
        return Message("StartTransaction", payload, session=session, kept=True, blocks=True)

    def updated(self, session: Session, event: Event) -> Message | None:
        """MeterValues of a transaction; changes of state are told by StatusNotification alone."""
        if event.context == "Other":
            return None
        payload = self._meter_values(session.evse_id, event)
        return Message("MeterValues", payload, session=session, kept=True)

    def ended(self, session: Session, event: Event) -> Message:
        """StopTransaction with the first and the last reading as transactionData."""
        payload: Payload = {
            "idTag": session.token.value,
            "meterStop": event.reading.energy_wh,
            "timestamp": iso(event.at),
            "reason": _STOP_REASONS[session.stop_reason or StopReason.LOCAL],
            "transactionData": [
                self._meter_value(session.begin, session.started_at, "Transaction.Begin"),
                self._meter_value(event.reading, event.at, "Transaction.End"),
            ],
        }
        return Message("StopTransaction", payload, session=session, kept=True)

    def sampled(self, outlet: Outlet, event: Event) -> Message:
        """MeterValues outside a transaction."""
        return Message("MeterValues", self._meter_values(outlet.id, event))

    def reservation_ended(self, number: int, why: str) -> Message | None:
        """1.6 has none: the connector's status tells it."""
        return None

    def finished(self, message: Message) -> Payload:
        """The payload as it leaves: with the transaction's id as it is known by now."""
        if message.session is not None and message.action != "StartTransaction":
            return {**message.payload, "transactionId": message.session.number}
        return message.payload

    def learn(self, message: Message, answer: Payload) -> None:
        """Take the transaction's id from the answer to StartTransaction."""
        if message.action == "StartTransaction" and message.session is not None:
            message.session.number = answer["transactionId"]

    def _meter_values(self, connector_id: int, event: Event) -> Payload:
        value = self._meter_value(event.reading, event.at, event.context)
        return {"connectorId": connector_id, "meterValue": [value]}

    def _meter_value(self, reading: Reading, at: datetime, context: str) -> Payload:
        sampled = []
        for sample in samples(reading, self._settings.measurands):
            value = {
                "value": f"{sample.value:.10g}",
                "context": context,
                "measurand": sample.measurand,
                "unit": sample.unit,
            }
            if sample.phase:
                value["phase"] = sample.phase
            sampled.append(value)
        return {"timestamp": iso(at), "sampledValue": sampled}
