"""The words of the console: what kinds, states and reasons are called, and what to do about them."""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from stations.domain.commands import CommandKind as Kind
from stations.domain.commands import CommandState as State
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


@dataclass(frozen=True, slots=True)
class CommandText:
    """How a command is offered. `warning` is what it may break; empty for harmless ones."""

    label: Text
    icon: str
    verb: Text
    about: Text
    warning: Text = ""


COMMANDS = {
    Kind.REMOTE_START: CommandText(
        _("Start a session"),
        "play",
        _("Start"),
        _("Starts charging for an id token, as if its driver had shown it to the station."),
    ),
    Kind.REMOTE_STOP: CommandText(
        _("Stop a session"),
        "stop",
        _("Stop the session"),
        _("Ends a running session. The driver can then unplug."),
        _("Charging ends at once, whether or not the vehicle is full."),
    ),
    Kind.UNLOCK: CommandText(
        _("Unlock a connector"),
        "unlock",
        _("Unlock"),
        _("Releases the plug's lock, for a driver whose cable is stuck."),
        _("On most stations a session on that connector ends."),
    ),
    Kind.RESET: CommandText(
        _("Reset"),
        "reset",
        _("Reset the station"),
        _("Restarts the station. It is offline for a minute or two."),
        _("A soft reset lets running sessions end first. A hard reset cuts them off."),
    ),
    Kind.CHANGE_AVAILABILITY: CommandText(
        _("Change availability"),
        "power",
        _("Change"),
        _("Takes the station or one of its EVSEs out of service, or brings it back."),
        _("Taken out of service, it finishes its running session and then refuses new ones."),
    ),
    Kind.TRIGGER: CommandText(
        _("Ask for a message"),
        "message",
        _("Ask"),
        _("Asks the station to send a message now, such as its status."),
    ),
    Kind.GET_VARIABLES: CommandText(
        _("Read configuration"),
        "download",
        _("Read"),
        _("Asks the station for the values of its configuration."),
    ),
    Kind.SET_VARIABLES: CommandText(
        _("Change configuration"),
        "sliders",
        _("Change"),
        _("Sets a configuration value. Some take effect only after a reset."),
        _("A wrong value can cut the station off from this network."),
    ),
    Kind.GET_BASE_REPORT: CommandText(
        _("Request a report"),
        "list",
        _("Request"),
        _("Asks for a report of the whole device model (OCPP 2.x)."),
    ),
    Kind.CLEAR_CACHE: CommandText(
        _("Clear token cache"),
        "erase",
        _("Clear"),
        _("The station forgets which id tokens it has seen and asks about each one again."),
    ),
    Kind.DATA_TRANSFER: CommandText(
        _("Vendor message"),
        "box",
        _("Send"),
        _("Sends a message that only this vendor's stations understand."),
    ),
    Kind.CALL: CommandText(
        _("Raw OCPP call"),
        "code",
        _("Send"),
        _("Sends any action of the protocol in use, its payload as on the wire."),
        _("It is checked against the protocol's schema only. Know what it does."),
    ),
}

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
}

STATE_MEANING = {
    State.QUEUED: _("It leaves as soon as the station is connected and has answered what was sent before."),
    State.SENT: _("The station has it and has not answered yet."),
    State.ACCEPTED: _("The station agreed to do it."),
    State.REJECTED: _("The station understood it and refused. Look at its status and its configuration."),
    State.FAILED: _("The station could not make sense of it, or its protocol has no such command."),
    State.TIMEOUT: _("The station did not answer in time. It may still have done it."),
    State.EXPIRED: _("The station was not connected in time, so it was never sent."),
    State.UNKNOWN: _("The connection broke before the answer came. It is not sent again by itself."),
    State.NO_EFFECT: _("The station agreed, but nothing happened: most often no vehicle was plugged in."),
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
        "The charger offered no OCPP version spoken here. Switch it to OCPP 1.6 JSON or OCPP 2.0.1."
    ),
    _Reason.TLS_REQUIRED: _(
        "The station's security profile asks for TLS. Use a wss:// address in the charger, or lower the profile."
    ),
    _Reason.CERTIFICATE_REQUIRED: _(
        "The station's security profile asks for a client certificate, and the charger presented none that is valid."
    ),
}

PROTOCOLS = {"ocpp1.6": "OCPP 1.6", "ocpp2.0.1": "OCPP 2.0.1", "ocpp2.1": "OCPP 2.1"}

# OCPP 2.0.1 ConnectorEnumType; others are shown as the charger named them.
CONNECTOR_TYPES = {
    "cCCS1": "CCS1",
    "cCCS2": "CCS2",
    "cChaoJi": "ChaoJi",
    "cG105": "CHAdeMO",
    "cTesla": "Tesla",
    "cType1": "Type 1 cable",
    "cType2": "Type 2 cable",
    "sType1": "Type 1 socket",
    "sType2": "Type 2 socket",
    "sCEE-7-7": "Schuko socket",
    "wInductive": "Inductive",
    "Pan": "Pantograph",
}
