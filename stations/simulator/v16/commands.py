"""The commands of OCPP 1.6 that a charger obeys."""

from datetime import datetime
from typing import TYPE_CHECKING

from ..certificates import Certificates
from ..commands import ACCEPTED, REJECTED, Commands, Reply
from ..maintenance import Maintenance
from ..outlet import Cure, StopReason, Token, Trigger
from ..reservations import Wish, release, reserve
from ..smart_charging import SmartCharging
from ..transport import Payload
from .configuration import Configuration

if TYPE_CHECKING:
    from ..charger import VirtualCharger

_ACTIONS = (
    "CancelReservation CertificateSigned ChangeAvailability ChangeConfiguration ClearCache ClearChargingProfile "
    "DataTransfer DeleteCertificate ExtendedTriggerMessage GetCompositeSchedule GetConfiguration GetDiagnostics "
    "GetInstalledCertificateIds GetLocalListVersion GetLog InstallCertificate RemoteStartTransaction "
    "RemoteStopTransaction ReserveNow Reset SendLocalList SetChargingProfile SignedUpdateFirmware TriggerMessage "
    "UnlockConnector UpdateFirmware"
)


def commands_of(charger: "VirtualCharger") -> Commands:
    """The table of handlers for `charger`."""
    obedience = _Obedience(charger)
    return Commands(
        handlers={
            "ChangeAvailability": obedience.change_availability,
            "ChangeConfiguration": obedience.change_configuration,
            "ClearCache": obedience.clear_cache,
            "CancelReservation": obedience.cancel_reservation,
            "DataTransfer": obedience.data_transfer,
            "GetConfiguration": obedience.get_configuration,
            "GetLocalListVersion": obedience.get_local_list_version,
            "RemoteStartTransaction": obedience.remote_start,
            "RemoteStopTransaction": obedience.remote_stop,
            "ReserveNow": obedience.reserve_now,
            "Reset": obedience.reset,
            "SendLocalList": obedience.send_local_list,
            "TriggerMessage": obedience.trigger_message,
            "UnlockConnector": obedience.unlock_connector,
            "ExtendedTriggerMessage": obedience.extended_trigger_message,
            **obedience.certificates.handlers,
            **SmartCharging(charger, names_connectors=True).handlers,
            **Maintenance(charger, has_diagnostics=True).handlers,
        },
        known=frozenset(_ACTIONS.split()),
        missing="OccurenceConstraintViolation",  # spelled so in OCPP-J 1.6
    )


class _Obedience:
    def __init__(self, charger: "VirtualCharger") -> None:
        self._charger = charger
        self._station = charger.station
        self._configuration = Configuration(charger.profile, charger.settings)
        self.certificates = Certificates(charger, names_uses=False)

    def change_availability(self, payload: Payload) -> Reply:
        connector_id, operative = payload["connectorId"], payload["type"] == "Operative"
        if connector_id and connector_id not in self._station.outlets:
            return REJECTED

        async def change() -> None:
            self._station.set_operative(connector_id or None, operative)

        busy = any(outlet.session for outlet in self._station.addressed(connector_id or None))
        return Reply({"status": "Scheduled" if busy and not operative else "Accepted"}, change)

    def change_configuration(self, payload: Payload) -> Reply:
        return Reply({"status": self._configuration.change(payload["key"], payload["value"])})

    def get_configuration(self, payload: Payload) -> Reply:
        return Reply(self._configuration.get(payload.get("key", [])))

    def clear_cache(self, payload: Payload) -> Reply:
        self._charger.cache.clear()
        return ACCEPTED

    def data_transfer(self, payload: Payload) -> Reply:
        payload["vendorId"]  # required, though no vendor is known here
        return Reply({"status": "UnknownVendorId"})

    def remote_start(self, payload: Payload) -> Reply:
        token = Token(payload["idTag"])
        outlet = self._station.free_outlet(payload.get("connectorId"), token)
        if outlet is None:
            return REJECTED

        async def start() -> None:
            await self._charger.remote_start(outlet, token)

        return Reply({"status": "Accepted"}, start)

    def reserve_now(self, payload: Payload) -> Reply:
        wish = Wish(
            number=payload["reservationId"],
            token=Token(payload["idTag"]),
            until=datetime.fromisoformat(payload["expiryDate"]),
            evse_id=payload["connectorId"] or None,
        )
        return Reply({"status": reserve(self._station, wish)})

    def cancel_reservation(self, payload: Payload) -> Reply:
        return ACCEPTED if release(self._station, payload["reservationId"]) else REJECTED

    def send_local_list(self, payload: Payload) -> Reply:
        listed = payload.get("localAuthorizationList", [])
        word = self._charger.local_list.update(
            version=payload["listVersion"],
            is_full=payload["updateType"] == "Full",
            entries={item["idTag"]: item.get("idTagInfo", {}).get("status") for item in listed},
        )
        return Reply({"status": word})

    def get_local_list_version(self, payload: Payload) -> Reply:
        return Reply({"listVersion": self._charger.local_list.version})

    def remote_stop(self, payload: Payload) -> Reply:
        session = self._station.find_session(number=payload["transactionId"])
        if session is None:
            return REJECTED

        async def stop() -> None:
            if self._station.outlets[session.evse_id].session is session:
                self._station.stop(session.evse_id, StopReason.REMOTE)

        return Reply({"status": "Accepted"}, stop)

    def reset(self, payload: Payload) -> Reply:
        hard = payload["type"] == "Hard"

        async def restart() -> None:
            self._station.mend(Cure.HARD_RESET if hard else Cure.SOFT_RESET)
            await self._charger.reboot(hard=hard, reason="RemoteReset")

        return Reply({"status": "Accepted"}, restart)

    def trigger_message(self, payload: Payload) -> Reply:
        wanted, connector_id = payload["requestedMessage"], payload.get("connectorId")
        if connector_id and connector_id not in self._station.outlets:
            return REJECTED
        match wanted:
            case "BootNotification":
                return Reply({"status": "Accepted"}, self._boot)
            case "Heartbeat":
                return Reply({"status": "Accepted"}, self._charger.heartbeat)
            case "StatusNotification" | "MeterValues":

                async def tell() -> None:
                    self._tell(wanted, connector_id)

                return Reply({"status": "Accepted"}, tell)
        return Reply({"status": "NotImplemented"})

    def extended_trigger_message(self, payload: Payload) -> Reply:
        if payload["requestedMessage"] == "SignChargePointCertificate":
            return self.certificates.renewal(None)
        return self.trigger_message(payload)

    def unlock_connector(self, payload: Payload) -> Reply:
        outlet = self._station.outlets.get(payload["connectorId"])
        if outlet is None:
            return Reply({"status": "NotSupported"})
        if outlet.session is not None:
            self._station.stop(outlet.id, StopReason.UNLOCK)
        self._station.mend(Cure.UNLOCK, outlet.id)

        async def tell() -> None:
            self._station.announce(outlet)

        return Reply({"status": "Unlocked"}, tell)

    async def _boot(self) -> None:
        await self._charger.boot(reason="Triggered")

    def _tell(self, wanted: str, connector_id: int | None) -> None:
        if wanted == "StatusNotification" and not connector_id:
            self._station.announce_station()
        for outlet in [] if connector_id == 0 else self._station.addressed(connector_id):
            if wanted == "StatusNotification":
                self._station.announce(outlet, always=True)
            else:
                self._station.sample(outlet.id, trigger=Trigger.REQUESTED, context="Trigger")
