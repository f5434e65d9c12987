"""Commands to chargers: kinds, states, how long each may wait."""

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum


class CommandState(StrEnum):
    """QUEUED → SENT → an outcome. Nothing leaves an outcome but ACCEPTED → NO_EFFECT."""

    QUEUED = "queued"
    SENT = "sent"
    ACCEPTED = "accepted"
    REJECTED = "rejected"
    FAILED = "failed"  # the charger answered with a CALLERROR, or its version cannot express the command
    TIMEOUT = "timeout"  # sent, and no answer in time while the connection stood
    EXPIRED = "expired"  # never sent
    UNKNOWN = "unknown"  # sent, and the connection died before the answer: never sent again by itself
    NO_EFFECT = "no_effect"  # accepted, and nothing happened in the time it should have
    WITHDRAWN = "withdrawn"  # taken back by a person, or not to be sent at all: never sent


OPEN_STATES = frozenset({CommandState.QUEUED, CommandState.SENT})


class CommandKind(StrEnum):
    """Version-neutral kinds; CALL is a raw CSMS-initiated action of the protocol in use."""

    CALL = "call"
    RESET = "reset"
    REMOTE_START = "remote_start"
    REMOTE_STOP = "remote_stop"
    UNLOCK = "unlock"
    CHANGE_AVAILABILITY = "change_availability"
    GET_VARIABLES = "get_variables"
    SET_VARIABLES = "set_variables"
    GET_BASE_REPORT = "get_base_report"
    GET_REPORT = "get_report"
    SET_MONITORING_BASE = "set_monitoring_base"
    SET_MONITORING_LEVEL = "set_monitoring_level"
    SET_VARIABLE_MONITORING = "set_variable_monitoring"
    CLEAR_VARIABLE_MONITORING = "clear_variable_monitoring"
    GET_MONITORING_REPORT = "get_monitoring_report"
    GET_EVENT_STREAMS = "get_event_streams"
    ADJUST_EVENT_STREAM = "adjust_event_stream"
    CUSTOMER_INFORMATION = "customer_information"
    SET_DISPLAY_MESSAGE = "set_display_message"
    GET_DISPLAY_MESSAGES = "get_display_messages"
    CLEAR_DISPLAY_MESSAGE = "clear_display_message"
    TRIGGER = "trigger"
    GET_TRANSACTION_STATUS = "get_transaction_status"
    CLEAR_CACHE = "clear_cache"
    RESERVE = "reserve"
    CANCEL_RESERVATION = "cancel_reservation"
    SEND_LOCAL_LIST = "send_local_list"
    GET_LOCAL_LIST_VERSION = "get_local_list_version"
    NOTIFY_WEB_PAYMENT = "notify_web_payment"
    DATA_TRANSFER = "data_transfer"
    SET_CHARGING_PROFILE = "set_charging_profile"
    CLEAR_CHARGING_PROFILE = "clear_charging_profile"
    GET_COMPOSITE_SCHEDULE = "get_composite_schedule"
    GET_CHARGING_PROFILES = "get_charging_profiles"
    UPDATE_DYNAMIC_SCHEDULE = "update_dynamic_schedule"
    USE_PRIORITY_CHARGING = "use_priority_charging"
    ALLOW_ENERGY_TRANSFER = "allow_energy_transfer"
    SEND_AFRR_SIGNAL = "send_afrr_signal"
    SET_DER_CONTROL = "set_der_control"
    GET_DER_CONTROLS = "get_der_controls"
    CLEAR_DER_CONTROL = "clear_der_control"
    UPDATE_COST = "update_cost"
    SET_DEFAULT_TARIFF = "set_default_tariff"
    GET_TARIFFS = "get_tariffs"
    CLEAR_TARIFFS = "clear_tariffs"
    CHANGE_SESSION_TARIFF = "change_session_tariff"
    REQUEST_BATTERY_SWAP = "request_battery_swap"
    GET_LOG = "get_log"
    UPDATE_FIRMWARE = "update_firmware"
    PUBLISH_FIRMWARE = "publish_firmware"
    UNPUBLISH_FIRMWARE = "unpublish_firmware"
    ROTATE_PASSWORD = "rotate_password"  # noqa: S105 - a name
    UPGRADE_SECURITY_PROFILE = "upgrade_security_profile"
    SET_NETWORK_PROFILE = "set_network_profile"
    RENEW_CERTIFICATE = "renew_certificate"
    SEND_CERTIFICATE = "send_certificate"
    INSTALL_CERTIFICATE = "install_certificate"
    DELETE_CERTIFICATE = "delete_certificate"
    GET_INSTALLED_CERTIFICATES = "get_installed_certificates"


@dataclass(frozen=True, slots=True)
class Policy:
    """How a kind is treated while it waits. `priority`: higher leaves first."""

    expires_after: timedelta
    queue_offline: bool
    priority: int


# What a driver stands waiting for is worthless after a minute, and dangerous later.
_DRIVER_WAITS = Policy(timedelta(seconds=60), queue_offline=False, priority=10)
_MAINTENANCE = Policy(timedelta(hours=24), queue_offline=True, priority=0)

POLICIES: dict[CommandKind, Policy] = {
    CommandKind.REMOTE_START: _DRIVER_WAITS,
    CommandKind.REMOTE_STOP: _DRIVER_WAITS,
    CommandKind.UNLOCK: _DRIVER_WAITS,
    # A place asked for later is a place nobody can rely on.
    CommandKind.RESERVE: _DRIVER_WAITS,
    CommandKind.CANCEL_RESERVATION: Policy(timedelta(hours=24), queue_offline=True, priority=10),
    CommandKind.NOTIFY_WEB_PAYMENT: _DRIVER_WAITS,
    CommandKind.REQUEST_BATTERY_SWAP: _DRIVER_WAITS,
    CommandKind.USE_PRIORITY_CHARGING: _DRIVER_WAITS,
    # A vehicle waits a minute for its schedule (K15.FR.08); a limit goes before anything but drivers.
    CommandKind.SET_CHARGING_PROFILE: Policy(timedelta(hours=24), queue_offline=True, priority=8),
    CommandKind.UPDATE_DYNAMIC_SCHEDULE: Policy(timedelta(minutes=5), queue_offline=False, priority=8),
    # What was true of the grid then is not true later.
    CommandKind.SEND_AFRR_SIGNAL: Policy(timedelta(seconds=60), queue_offline=False, priority=9),
    CommandKind.UPDATE_COST: Policy(timedelta(minutes=5), queue_offline=False, priority=1),
    CommandKind.CLEAR_CHARGING_PROFILE: Policy(timedelta(hours=24), queue_offline=True, priority=7),
    CommandKind.GET_COMPOSITE_SCHEDULE: Policy(timedelta(minutes=5), queue_offline=False, priority=2),
    CommandKind.GET_CHARGING_PROFILES: Policy(timedelta(minutes=15), queue_offline=True, priority=2),
    CommandKind.RESET: Policy(timedelta(minutes=15), queue_offline=True, priority=5),
    CommandKind.TRIGGER: Policy(timedelta(minutes=5), queue_offline=True, priority=2),
    CommandKind.GET_TRANSACTION_STATUS: Policy(timedelta(hours=24), queue_offline=True, priority=2),
}


def policy_of(kind: CommandKind) -> Policy:
    """The policy of `kind`; kinds without one of their own wait a day, as maintenance does."""
    return POLICIES.get(kind, _MAINTENANCE)
