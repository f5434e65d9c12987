"""The commands of OCPP 2.0.1 that a charger obeys."""

from datetime import datetime
from typing import TYPE_CHECKING

from ..certificates import Certificates
from ..clock import iso
from ..commands import ACCEPTED, REJECTED, Commands, Reply
from ..maintenance import Maintenance
from ..outbox import Message
from ..outlet import Cure, StopReason, Token, Trigger
from ..reservations import Wish, release, reserve
from ..smart_charging import SmartCharging
from ..transport import Payload
from .devices import Devices
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

_ACTIONS_21 = (
    "AFRRSignal AdjustPeriodicEventStream ChangeTransactionTariff ClearDERControl ClearTariffs GetDERControl "
    "GetPeriodicEventStream GetTariffs NotifyAllowedEnergyTransfer NotifyWebPaymentStarted RequestBatterySwap "
    "SetDERControl SetDefaultTariff UpdateDynamicSchedule UsePriorityCharging"
)


def commands_of(charger: "VirtualCharger") -> Commands:
    """The table of handlers for `charger`."""
    is_21 = charger.profile.protocol == "ocpp2.1"
    obedience = _Obedience(charger)
    return Commands(
        handlers={
            "CancelReservation": obedience.cancel_reservation,
            "ChangeAvailability": obedience.change_availability,
            "ClearCache": obedience.clear_cache,
            "DataTransfer": obedience.data_transfer,
            "GetBaseReport": obedience.get_base_report,
            "GetReport": obedience.get_report,
            **obedience.devices.handlers,
            "GetLocalListVersion": obedience.get_local_list_version,
            "GetTransactionStatus": obedience.get_transaction_status,
            "GetVariables": obedience.get_variables,
            "RequestStartTransaction": obedience.request_start,
            "RequestStopTransaction": obedience.request_stop,
            "ReserveNow": obedience.reserve_now,
            "Reset": obedience.reset,
            "SendLocalList": obedience.send_local_list,
            "SetVariables": obedience.set_variables,
            "TriggerMessage": obedience.trigger_message,
            "UnlockConnector": obedience.unlock_connector,
            **obedience.certificates.handlers,
            **SmartCharging(charger, names_connectors=False).handlers,
            **Maintenance(charger, has_diagnostics=False).handlers,
        },
        known=frozenset((_ACTIONS + " " + _ACTIONS_21 if is_21 else _ACTIONS).split()),
        missing="OccurrenceConstraintViolation",
    )


class _Obedience:
    def __init__(self, charger: "VirtualCharger") -> None:
        self._charger = charger
        self._station = charger.station
        self._model = DeviceModel(charger.profile, charger.settings)
        self.devices = Devices(charger, self._model)
        self.certificates = Certificates(charger, names_uses=True)

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
        parts = list(self._model.report(payload["reportBase"]))
        return self._report(payload["requestId"], parts) if parts else Reply({"status": "NotSupported"})

    def get_report(self, payload: Payload) -> Reply:
        if payload.get("componentCriteria"):
            return Reply({"status": "NotSupported"})
        parts = list(self._model.chosen(payload.get("componentVariable", [])))
        return self._report(payload["requestId"], parts) if parts else Reply({"status": "EmptyResultSet"})

    def _report(self, request_id: int, parts: list[list[Payload]]) -> Reply:
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
        outlet = self._station.free_outlet(payload.get("evseId"), token)
        if outlet is None:
            return REJECTED

        async def start() -> None:
            await self._charger.remote_start(outlet, token, remote_start_id)

        return Reply({"status": "Accepted"}, start)

    def reserve_now(self, payload: Payload) -> Reply:
        wish = Wish(
            number=payload["id"],
            token=Token(payload["idToken"]["idToken"], payload["idToken"]["type"]),
            until=datetime.fromisoformat(payload["expiryDateTime"]),
            evse_id=payload.get("evseId"),
        )
        return Reply({"status": reserve(self._station, wish)})

    def cancel_reservation(self, payload: Payload) -> Reply:
        return ACCEPTED if release(self._station, payload["reservationId"]) else REJECTED

    def send_local_list(self, payload: Payload) -> Reply:
        listed = payload.get("localAuthorizationList", [])
        word = self._charger.local_list.update(
            version=payload["versionNumber"],
            is_full=payload["updateType"] == "Full",
            entries={item["idToken"]["idToken"]: item.get("idTokenInfo", {}).get("status") for item in listed},
        )
        return Reply({"status": word})

    def get_local_list_version(self, payload: Payload) -> Reply:
        return Reply({"versionNumber": self._charger.local_list.version})

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
        if payload["type"] == "ImmediateAndResume":
            return Reply({"status": "Accepted"}, self._restart_and_resume)
        busy = any(outlet.session for outlet in self._station.addressed(evse_id))

        async def restart() -> None:
            await self._restart(evse_id, on_idle=on_idle)

        return Reply({"status": "Scheduled" if on_idle and busy else "Accepted"}, restart)

    def trigger_message(self, payload: Payload) -> Reply:
        wanted, evse_id = payload["requestedMessage"], payload.get("evse", {}).get("id")
        if not self._exists(evse_id):
            return REJECTED
        if wanted == "SignChargingStationCertificate":
            return self.certificates.renewal("ChargingStationCertificate")
        return self._trigger(wanted, evse_id)

    def _trigger(self, wanted: str, evse_id: int | None) -> Reply:
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
        self._station.mend(Cure.UNLOCK, outlet.id)

        async def tell() -> None:
            self._station.announce(outlet)

        return Reply({"status": "Unlocked"}, tell)

    async def _boot(self) -> None:
        await self._charger.boot(reason="Triggered")

    async def _restart(self, evse_id: int | None, *, on_idle: bool) -> None:
        outlets = self._station.addressed(evse_id)
        if on_idle:
            await self._charger.wait_until(lambda: not any(outlet.session for outlet in outlets))
        self._station.mend(Cure.SOFT_RESET if on_idle else Cure.HARD_RESET, evse_id)
        if evse_id is None:
            await self._charger.reboot(hard=False, reason="ScheduledReset" if on_idle else "RemoteReset")
            return
        if outlets[0].session is not None:
            self._station.stop(evse_id, StopReason.SOFT_RESET)
        self._station.set_operative(evse_id, False)
        self._station.set_operative(evse_id, True)

    async def _restart_and_resume(self) -> None:
        """OCPP 2.1: its sessions survive the reset, and say so when the CSMS knows the station again."""
        await self._charger.reboot(reason="RemoteReset", resumes=True)
        await self._charger.wait_until(lambda: self._charger.ready)
        for outlet in self._station.outlets.values():
            if outlet.session is not None:
                self._station.sample(outlet.id, trigger=Trigger.RESUMED, context="Other")

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
