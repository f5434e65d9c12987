"""The words of the console: what kinds, states and reasons are called, and what to do about them."""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from drivers.domain.tokens import Verdict
from stations.domain.commands import CommandState as State
from stations.domain.firmware import FirmwareState
from stations.domain.logs import LogState
from stations.domain.session import Phase
from stations.domain.status import Availability, ConnectorStatus
from stations.models import RefusedAttempt

Text = str | Promise


@dataclass(frozen=True, slots=True)
class Word:
    """What a value is called and which icon stands beside it; `tone` picks its colours."""

    label: Text
    icon: str
    tone: str


AVAILABILITY = {
    Availability.AVAILABLE: Word(_("Available"), "check", "available"),
    Availability.CHARGING: Word(_("Charging"), "bolt", "charging"),
    Availability.OCCUPIED: Word(_("Occupied"), "car", "occupied"),
    Availability.RESERVED: Word(_("Reserved"), "clock", "reserved"),
    Availability.UNAVAILABLE: Word(_("Out of service"), "minus", "unavailable"),
    Availability.FAULTED: Word(_("Faulted"), "alert", "faulted"),
    Availability.OFFLINE: Word(_("Offline"), "offline", "offline"),
    Availability.UNKNOWN: Word(_("Unknown"), "question", "unknown"),
}

CONNECTOR_STATUS = {
    ConnectorStatus.AVAILABLE: _("available"),
    ConnectorStatus.PREPARING: _("preparing"),
    ConnectorStatus.CHARGING: _("charging"),
    ConnectorStatus.SUSPENDED_EV: _("paused by vehicle"),
    ConnectorStatus.SUSPENDED_EVSE: _("paused by station"),
    ConnectorStatus.FINISHING: _("finishing"),
    ConnectorStatus.OCCUPIED: _("occupied"),
    ConnectorStatus.RESERVED: _("reserved"),
    ConnectorStatus.UNAVAILABLE: _("out of service"),
    ConnectorStatus.FAULTED: _("faulted"),
    ConnectorStatus.UNKNOWN: _("unknown"),
}

PHASES = {
    Phase.CONNECTED: Word(_("Plugged in"), "plug", "occupied"),
    Phase.CHARGING: Word(_("Charging"), "bolt", "charging"),
    Phase.SUSPENDED_EV: Word(_("Paused by vehicle"), "car", "occupied"),
    Phase.SUSPENDED_EVSE: Word(_("Paused by station"), "minus", "occupied"),
    Phase.IDLE: Word(_("Idle"), "clock", "unavailable"),
}
SESSION_ENDED = Word(_("Ended"), "check", "unavailable")


STATES = {
    State.QUEUED: Word(_("Waiting"), "clock", "reserved"),
    State.SENT: Word(_("Sent"), "send", "charging"),
    State.ACCEPTED: Word(_("Accepted"), "check", "available"),
    State.REJECTED: Word(_("Rejected"), "x", "faulted"),
    State.FAILED: Word(_("Failed"), "alert", "faulted"),
    State.TIMEOUT: Word(_("No answer"), "clock", "occupied"),
    State.EXPIRED: Word(_("Expired"), "minus", "unavailable"),
    State.UNKNOWN: Word(_("Outcome unknown"), "question", "unknown"),
    State.NO_EFFECT: Word(_("No effect"), "minus", "occupied"),
    State.WITHDRAWN: Word(_("Not sent"), "minus", "unavailable"),
}

TOKEN_VERDICTS = {
    Verdict.ACCEPTED: Word(_("Accepted"), "check", "available"),
    Verdict.BLOCKED: Word(_("Blocked"), "x", "faulted"),
    Verdict.EXPIRED: Word(_("Expired"), "clock", "unavailable"),
    Verdict.NO_CREDIT: Word(_("No credit left"), "minus", "occupied"),
}

LOG_STATES = {
    LogState.REQUESTED: Word(_("Requested"), "clock", "reserved"),
    LogState.UPLOADING: Word(_("Uploading"), "send", "charging"),
    LogState.UPLOADED: Word(_("Uploaded"), "check", "available"),
    LogState.FAILED: Word(_("Failed"), "alert", "faulted"),
}

FIRMWARE_STATES = {
    FirmwareState.REQUESTED: Word(_("Requested"), "clock", "reserved"),
    FirmwareState.SCHEDULED: Word(_("Scheduled"), "calendar", "reserved"),
    FirmwareState.DOWNLOADING: Word(_("Downloading"), "download", "charging"),
    FirmwareState.DOWNLOADED: Word(_("Downloaded"), "download", "charging"),
    FirmwareState.INSTALLING: Word(_("Installing"), "settings", "charging"),
    FirmwareState.INSTALLED: Word(_("Installed"), "check", "available"),
    FirmwareState.PUBLISHED: Word(_("Published"), "check", "available"),
    FirmwareState.FAILED: Word(_("Failed"), "alert", "faulted"),
    FirmwareState.CANCELED: Word(_("Canceled"), "minus", "unavailable"),
}

_Reason = RefusedAttempt.Reason
REFUSAL_FIX = {
    _Reason.UNKNOWN_IDENTITY: _(
        "No station of this name exists. Create it, or correct the identity at the end of the URL set in the charger."
        " Capital and small letters differ."
    ),
    _Reason.NO_CREDENTIALS: _(
        "The charger sent no password. Set one in the charger (AuthorizationKey or BasicAuthPassword), or give the"
        " station security profile 0."
    ),
    _Reason.WRONG_PASSWORD: _(
        "The charger's password is not the one kept here. Set a new one on the station and enter it in the charger."
    ),
    _Reason.NO_SUBPROTOCOL: _(
        "The charger offered no OCPP version spoken here. Switch it to OCPP 1.6 JSON, 2.0.1 or 2.1."
    ),
    _Reason.TLS_REQUIRED: _(
        "The station's security profile asks for TLS. Use a wss:// address in the charger, or lower the profile here."
    ),
    _Reason.CERTIFICATE_REQUIRED: _(
        "The station's security profile asks for a client certificate, and the charger presented none. It has to come"
        " to an address that asks for one, with a certificate signed here."
    ),
    _Reason.CERTIFICATE_REFUSED: _(
        "The charger presented a client certificate that is not good for this station. Renew it from the station's"
        " security page, or correct the charger's clock if it is only the dates."
    ),
    _Reason.IDENTITY_SHARED: _(
        "Two chargers are set up with this identity and throw each other out. Find the one that does not belong here by"
        " its address, and give it an identity of its own."
    ),
    _Reason.TOO_MANY_ATTEMPTS: _(
        "The charger failed too often and has to wait. Correct its password, then it is let in at once."
    ),
}

PROTOCOLS = {"ocpp1.6": "OCPP 1.6", "ocpp2.0.1": "OCPP 2.0.1", "ocpp2.1": "OCPP 2.1"}

# OCPP 2.0.1 ConnectorEnumType; others are shown as the charger named them.
CONNECTOR_TYPES: dict[str, Text] = {
    "cCCS1": "CCS1",
    "cCCS2": "CCS2",
    "cChaoJi": "ChaoJi",
    "cG105": "CHAdeMO",
    "cTesla": "Tesla",
    "cType1": _("Type 1 cable"),
    "cType2": _("Type 2 cable"),
    "sType1": _("Type 1 socket"),
    "sType2": _("Type 2 socket"),
    "sCEE-7-7": _("Schuko socket"),
    "wInductive": _("Inductive"),
    "Pan": _("Pantograph"),
}
