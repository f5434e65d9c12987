"""The messages of OCPP 2.0.1 that a charger sends."""

from datetime import datetime

from ..clock import iso
from ..meter import Reading, samples
from ..outbox import Message
from ..outlet import Outlet, Session, Status, StopReason, Token, Trigger
from ..profile import Profile
from ..settings import Settings
from ..station import Event
from ..transport import Payload

_STOP_REASONS = {
    StopReason.LOCAL: "Local",
    StopReason.REMOTE: "Remote",
    StopReason.EV_DISCONNECTED: "EVDisconnected",
    StopReason.DEAUTHORIZED: "DeAuthorized",
    StopReason.UNLOCK: "Other",
    StopReason.EMERGENCY_STOP: "EmergencyStop",
    StopReason.HARD_RESET: "ImmediateReset",
    StopReason.SOFT_RESET: "ImmediateReset",
    StopReason.POWER_LOSS: "PowerLoss",
    StopReason.FAULT: "Other",
}
_CHARGING_STATES = {
    Status.CHARGING: "Charging",
    Status.SUSPENDED_EV: "SuspendedEV",
    Status.SUSPENDED_EVSE: "SuspendedEVSE",
}
_CONNECTOR_STATUSES = {
    Status.UNAVAILABLE: "Unavailable",
    Status.FAULTED: "Faulted",
    Status.RESERVED: "Reserved",
}
# When the token goes along: where somebody identified (E03, E07), not with each reading.
_WITH_TOKEN = {
    Trigger.AUTHORIZED,
    Trigger.PLUGGED_IN,
    Trigger.REMOTE_START,
    Trigger.STOP_AUTHORIZED,
}


class Messages:
    """Builds them; `settings` says which quantities are sampled."""

    def __init__(self, profile: Profile, settings: Settings) -> None:
        self._profile = profile
        self._settings = settings

    def boot(self, reason: str) -> Message:
        """BootNotification."""
        profile = self._profile
        station = {
            "model": profile.model[:20],
            "vendorName": profile.vendor[:50],
            "serialNumber": profile.serial[:25],
            "firmwareVersion": profile.firmware_version[:50],
            **({"modem": {"iccid": profile.iccid[:20]}} if profile.iccid else {}),
        }
        return Message("BootNotification", {"chargingStation": station, "reason": reason})

    def authorize(self, token: Token) -> Payload:
        """The payload of Authorize."""
        return {"idToken": _id_token(token)}

    def authorization(self, answer: Payload) -> str:
        """What an answer to Authorize or TransactionEvent says of the token; empty where nothing."""
        return str(answer.get("idTokenInfo", {}).get("status", ""))

    def status_word(self, outlet: Outlet) -> str:
        """All that happens with a cable in is Occupied; a driver who only identified leaves it Available."""
        idle = "Occupied" if outlet.vehicle else "Available"
        return _CONNECTOR_STATUSES.get(outlet.status, idle)

    def status(self, outlet: Outlet, at: datetime) -> Message:
        """StatusNotification of the EVSE's one connector."""
        payload = {
            "timestamp": iso(at),
            "connectorStatus": self.status_word(outlet),
            "evseId": outlet.id,
            "connectorId": 1,
        }
        return Message("StatusNotification", payload, outlet_id=outlet.id)

    def station_status(self, *, operative: bool, fault: str | None, at: datetime) -> Message | None:
        """2.0.1 has none."""
        return None

    def started(self, session: Session, event: Event) -> Message:
        """TransactionEvent Started."""
        return self._transaction_event("Started", session, event)

    def updated(self, session: Session, event: Event) -> Message | None:
        """TransactionEvent Updated."""
        return self._transaction_event("Updated", session, event)

    def ended(self, session: Session, event: Event) -> Message:
        """TransactionEvent Ended with the first and the last reading."""
        message = self._transaction_event("Ended", session, event)
        begin = self._meter_value(session.begin, session.started_at, "Transaction.Begin")
        message.payload["meterValue"].insert(0, begin)
        info = message.payload["transactionInfo"]
        info["stoppedReason"] = _STOP_REASONS[session.stop_reason or StopReason.LOCAL]
        info["chargingState"] = "Idle" if session.stop_reason == StopReason.EV_DISCONNECTED else "EVConnected"
        return message

    def sampled(self, outlet: Outlet, event: Event) -> Message:
        """MeterValues outside a transaction."""
        value = self._meter_value(event.reading, event.at, event.context)
        return Message("MeterValues", {"evseId": outlet.id, "meterValue": [value]})

    def reservation_ended(self, number: int, why: str) -> Message | None:
        """ReservationStatusUpdate."""
        return Message("ReservationStatusUpdate", {"reservationId": number, "reservationUpdateStatus": why})

    def finished(self, message: Message) -> Payload:
        """The payload as it leaves, which is as it was made."""
        return message.payload

    def learn(self, message: Message, answer: Payload) -> None:
        """The charger makes the transaction's id itself."""

    def _transaction_event(self, kind: str, session: Session, event: Event) -> Message:
        info: Payload = {
            "transactionId": session.transaction_id,
            "chargingState": _CHARGING_STATES.get(event.status, "EVConnected"),
            "timeSpentCharging": int(session.charging_s),
        }
        if session.remote_start_id is not None:
            info["remoteStartId"] = session.remote_start_id
        payload: Payload = {
            "eventType": kind,
            "timestamp": iso(event.at),
            "triggerReason": event.trigger.value,
            "seqNo": session.take_seq_no(),
            "transactionInfo": info,
            "meterValue": [self._meter_value(event.reading, event.at, event.context)],
        }
        if event.offline:
            payload["offline"] = True
        if event.trigger in _WITH_TOKEN:
            payload["idToken"] = _id_token(session.token)
        if kind == "Started" and session.reservation is not None:
            payload["reservationId"] = session.reservation
        if kind == "Started":
            payload["evse"] = {"id": session.evse_id, "connectorId": 1}
        return Message("TransactionEvent", payload, session=session, kept=True)

    def _meter_value(self, reading: Reading, at: datetime, context: str) -> Payload:
        sampled = []
        for sample in samples(reading, self._settings.measurands):
            value: Payload = {
                "value": sample.value,
                "context": context,
                "measurand": sample.measurand,
                "unitOfMeasure": {"unit": sample.unit},
            }
            if sample.phase:
                value["phase"] = sample.phase
            sampled.append(value)
        return {"timestamp": iso(at), "sampledValue": sampled}


def _id_token(token: Token) -> Payload:
    return {"idToken": token.value, "type": token.type}
