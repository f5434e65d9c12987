"""The configuration keys of OCPP 1.6 (section 9) that this charger has."""

from dataclasses import dataclass

from ..local_list import MOST
from ..profile import Profile
from ..settings import Settings
from ..transport import Payload

# Key → the field of Settings behind it.
_BOUND = {
    "AllowOfflineTxForUnknownId": "offline_unknown_ids",
    "AuthorizeRemoteTxRequests": "authorize_remote",
    "ConnectionTimeOut": "connection_timeout_s",
    "HeartbeatInterval": "heartbeat_s",
    "MeterValueSampleInterval": "meter_interval_s",
    "MeterValuesSampledData": "measurands",
    "StopTransactionOnInvalidId": "stop_on_invalid_id",
    "TransactionMessageAttempts": "message_attempts",
    "TransactionMessageRetryInterval": "retry_interval_s",
}
_SECRET = {"AuthorizationKey": "password"}


@dataclass(slots=True)
class Key:
    """A key without consequences for the simulation; its value keeps its type (a flag, a number, a text)."""

    value: str
    readonly: bool = False

    def accepts(self, text: str) -> bool:
        """Whether `text` is of the value's type."""
        if self.value in ("true", "false"):
            return text.lower() in ("true", "false")
        return text.isdigit() if self.value.isdigit() else True


def _free_keys(profile: Profile) -> dict[str, Key]:
    rotation = ",".join(f"{number}.RST" for number in range(profile.evses + 1))
    return {
        "AuthorizationCacheEnabled": Key("true"),
        "ClockAlignedDataInterval": Key("0"),
        "ConnectorPhaseRotation": Key(rotation),
        "GetConfigurationMaxKeys": Key("50", readonly=True),
        "LocalAuthListEnabled": Key("true"),
        "LocalAuthListMaxLength": Key(str(MOST), readonly=True),
        "LocalAuthorizeOffline": Key("true"),
        "LocalPreAuthorize": Key("false"),
        "MeterValuesAlignedData": Key("Energy.Active.Import.Register"),
        "MinimumStatusDuration": Key("0"),
        "NumberOfConnectors": Key(str(profile.evses), readonly=True),
        "ReserveConnectorZeroSupported": Key("true", readonly=True),
        "ResetRetries": Key("1"),
        "SendLocalListMaxLength": Key("100", readonly=True),
        "StopTransactionOnEVSideDisconnect": Key("true", readonly=True),
        "StopTxnAlignedData": Key(""),
        "StopTxnSampledData": Key("Energy.Active.Import.Register"),
        "SupportedFeatureProfiles": Key("Core,LocalAuthListManagement,RemoteTrigger,Reservation", readonly=True),
        "UnlockConnectorOnEVSideDisconnect": Key("true"),
        "WebSocketPingInterval": Key("0"),
    }


class Configuration:
    """GetConfiguration and ChangeConfiguration over the charger's settings."""

    def __init__(self, profile: Profile, settings: Settings) -> None:
        self._settings = settings
        self._free = _free_keys(profile)

    def get(self, keys: list[str]) -> Payload:
        """The answer to GetConfiguration; no keys: all that may be read."""
        readable = {**dict.fromkeys(_BOUND), **dict.fromkeys(self._free)}
        answer: Payload = {"configurationKey": [self._shown(key) for key in keys or readable if key in readable]}
        if unknown := [key for key in keys if key not in readable]:
            answer["unknownKey"] = unknown
        return answer

    def change(self, key: str, value: str) -> str:
        """The status of ChangeConfiguration."""
        if field := _BOUND.get(key):
            return "Accepted" if self._settings.write(field, value) else "Rejected"
        if field := _SECRET.get(key):
            return "Accepted" if 16 <= len(value) <= 40 and self._settings.write(field, value) else "Rejected"
        known = self._free.get(key)
        if known is None:
            return "NotSupported"
        if known.readonly or not known.accepts(value):
            return "Rejected"
        known.value = value
        return "Accepted"

    def _shown(self, key: str) -> Payload:
        if field := _BOUND.get(key):
            return {"key": key, "readonly": False, "value": self._settings.read(field)}
        known = self._free[key]
        return {"key": key, "readonly": known.readonly, "value": known.value}
