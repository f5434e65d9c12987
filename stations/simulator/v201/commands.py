"""The commands of OCPP 2.0.1 that a charger obeys."""

from typing import TYPE_CHECKING

from ..clock import iso
from ..commands import ACCEPTED, REJECTED, Commands, Reply
from ..outbox import Message
from ..outlet import StopReason, Token, Trigger
from ..transport import Payload
from .variables import DeviceModel

if TYPE_CHECKING:
    from ..charger import VirtualCharger

_ACTIONS = (
    "CancelReservation CertificateSigned ChangeAvailability ClearCache ClearChargingProfile ClearDisplayMessage "
    "ClearVariableMonitoring CostUpdated CustomerInformation DataTransfer DeleteCertificate GetBaseReport "
    "GetChargingProfiles GetCompositeSchedule GetDisplayMessages GetInstalledCertificateIds GetLocalListVersion GetLog "
    "GetMonitoringReport GetReport GetTransactionStatus GetVariables InstallCertificate PublishFirmware "
    "RequestStartTransaction RequestStopTransaction ReserveNow Reset SendLocalList SetChargingProfile "
    "SetDisplayMessage SetMonitoringBase SetMonitoringLevel SetNetworkProfile SetVariableMonitoring SetVariables "
    "TriggerMessage UnlockConnector UnpublishFirmware UpdateFirmware"
)


def commands_of(charger: "VirtualCharger") -> Commands:
    """The table of handlers for `charger`."""
    obedience = _Obedience(charger)
    return Commands(
        handlers={
            "ChangeAvailability": obedience.change_availability,
            "ClearCache": obedience.clear_cache,
            "DataTransfer": obedience.data_transfer,
            "GetBaseReport": obedience.get_base_report,
            "GetTransactionStatus": obedience.get_transaction_status,
            "GetVariables": obedience.get_variables,
            "RequestStartTransaction": obedience.request_start,
            "RequestStopTransaction": obedience.request_stop,
            "Reset": obedience.reset,
            "SetVariables": obedience.set_variables,
            "TriggerMessage": obedience.trigger_message,
            "UnlockConnector": obedience.unlock_connector,
        },
        known=frozenset(_ACTIONS.split()),
        missing="OccurrenceConstraintViolation",
    )


class _Obedience:
    def __init__(self, charger: "VirtualCharger") -> None:
        self._charger = charger
        self._station = charger.station
        self._model = DeviceModel(charger.profile, charger.settings)

    def change_availability(self, payload: Payload) -> Reply:
        evse_id, operative = payload.get("evse", {}).get("id"), payload["operationalStatus"] == "Operative"
        if not self._exists(evse_id):
            return REJECTED

        async def change() -> None:
            self._station.set_operative(evse_id, operative)

        busy = any(outlet.session for outlet in self._station.addressed(evse_id))
        return Reply({"status": "Scheduled" if busy and not operative else "Accepted"}, change)

    def clear_cache(self, payload: Payload) -> Reply:
        self._charger.cache.clear()
        return ACCEPTED

    def data_transfer(self, payload: Payload) -> Reply:
        payload["vendorId"]  # required, though no vendor is known here
        return Reply({"status": "UnknownVendorId"})

    def get_base_report(self, payload: Payload) -> Reply:
        request_id, parts = payload["requestId"], list(self._model.report(payload["reportBase"]))
        if not parts:
            return Reply({"status": "NotSupported"})

        async def report() -> None:
            for number, part in enumerate(parts):
                notification = {
                    "requestId": request_id,
                    "generatedAt": iso(self._station.now()),
                    "seqNo": number,
                    "tbc": number + 1 < len(parts),
                    "reportData": part,
                }
                self._charger.outbox.put(Message("NotifyReport", notification))

        return Reply({"status": "Accepted"}, report)

    def get_transaction_status(self, payload: Payload) -> Reply:
        transaction_id = payload.get("transactionId")
        if transaction_id is None:
            return Reply({"messagesInQueue": len(self._charger.outbox) > 0})
        session = self._station.find_session(transaction_id=transaction_id)
        waiting = self._charger.outbox.holds(transaction_id)
        return Reply({"ongoingIndicator": session is not None, "messagesInQueue": waiting})

    def get_variables(self, payload: Payload) -> Reply:
        return Reply({"getVariableResult": [self._model.get(wanted) for wanted in payload["getVariableData"]]})

    def set_variables(self, payload: Payload) -> Reply:
        return Reply({"setVariableResult": [self._model.set(wanted) for wanted in payload["setVariableData"]]})

    def request_start(self, payload: Payload) -> Reply:
        token = Token(payload["idToken"]["idToken"], payload["idToken"]["type"])
        remote_start_id = int(payload["remoteStartId"])
        outlet = self._station.free_outlet(payload.get("evseId"))
        if outlet is None:
            return REJECTED

        async def start() -> None:
            await self._charger.remote_start(outlet, token, remote_start_id)

        return Reply({"status": "Accepted"}, start)

    def request_stop(self, payload: Payload) -> Reply:
        session = self._station.find_session(transaction_id=payload["transactionId"])
        if session is None:
            return REJECTED

        async def stop() -> None:
            if self._station.outlets[session.evse_id].session is session:
                self._station.stop(session.evse_id, StopReason.REMOTE)

        return Reply({"status": "Accepted"}, stop)

    def reset(self, payload: Payload) -> Reply:
        evse_id, on_idle = payload.get("evseId"), payload["type"] == "OnIdle"
        if not self._exists(evse_id):
            return REJECTED
        busy = any(outlet.session for outlet in self._station.addressed(evse_id))

        async def restart() -> None:
            await self._restart(evse_id, on_idle=on_idle)

        return Reply({"status": "Scheduled" if on_idle and busy else "Accepted"}, restart)

    def trigger_message(self, payload: Payload) -> Reply:
        wanted, evse_id = payload["requestedMessage"], payload.get("evse", {}).get("id")
        if not self._exists(evse_id):
            return REJECTED
        match wanted:
            case "BootNotification":
                # F06.FR.17: not once it was accepted
                return REJECTED if self._charger.registered else Reply({"status": "Accepted"}, self._boot)
            case "Heartbeat":
                return Reply({"status": "Accepted"}, self._charger.heartbeat)
            case "StatusNotification" | "MeterValues" | "TransactionEvent":

                async def tell() -> None:
                    self._tell(wanted, evse_id)

                if wanted == "TransactionEvent" and not any(o.session for o in self._station.addressed(evse_id)):
                    return REJECTED
                return Reply({"status": "Accepted"}, tell)
        return Reply({"status": "NotImplemented"})

    def unlock_connector(self, payload: Payload) -> Reply:
        outlet = self._station.outlets.get(payload["evseId"])
        if outlet is None or payload["connectorId"] != 1:
            return Reply({"status": "UnknownConnector"})
        if outlet.session is not None:
            return Reply({"status": "OngoingAuthorizedTransaction"})
        return Reply({"status": "Unlocked"})

    async def _boot(self) -> None:
        await self._charger.boot(reason="Triggered")

    async def _restart(self, evse_id: int | None, *, on_idle: bool) -> None:
        outlets = self._station.addressed(evse_id)
        if on_idle:
            await self._charger.wait_until(lambda: not any(outlet.session for outlet in outlets))
        if evse_id is None:
            await self._charger.reboot(hard=False, reason="ScheduledReset" if on_idle else "RemoteReset")
            return
        if outlets[0].session is not None:
            self._station.stop(evse_id, StopReason.SOFT_RESET)
        self._station.set_operative(evse_id, False)
        self._station.set_operative(evse_id, True)

    def _tell(self, wanted: str, evse_id: int | None) -> None:
        for outlet in self._station.addressed(evse_id):
            if wanted == "StatusNotification":
                self._station.announce(outlet, always=True)
            elif wanted == "MeterValues":
                self._station.show_meter(outlet.id)
            elif outlet.session is not None:
                self._station.sample(outlet.id, trigger=Trigger.REQUESTED, context="Trigger")

    def _exists(self, evse_id: int | None) -> bool:
        return evse_id is None or evse_id in self._station.outlets
