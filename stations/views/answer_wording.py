"""What became of a command, in plain words: the charger's statuses and error codes, and our own states.

A status has words of its own for an action where they say more there than anywhere else.
"""

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from drivers.reread import reread
from stations.domain.answers import Told, told
from stations.domain.bulk import Obstacle
from stations.domain.commands import CommandKind as Kind
from stations.domain.commands import CommandState as State
from stations.models import Command
from stations.views.effect_wording import OBSTACLES
from stations.views.wording import Text

STATES: dict[State, Text] = {
    State.QUEUED: _("It leaves as soon as the station is connected and has answered what was sent before."),
    State.SENT: _("The station has it and has not answered yet."),
    State.ACCEPTED: _("The station agreed to do it."),
    State.REJECTED: _("The station understood it and refused. Look at its status and its configuration."),
    State.FAILED: _("The station could not make sense of it, or its protocol has no such command."),
    State.TIMEOUT: _("The station did not answer in time. It may still have done it."),
    State.EXPIRED: _("The station was not connected in time, so it was never sent."),
    State.UNKNOWN: _(
        "The connection broke before the answer came: nobody knows whether it was done. It is not sent again by itself."
    ),
    State.NO_EFFECT: _("The station agreed, but no session began: most often no vehicle was plugged in. Is the cable?"),
    State.WITHDRAWN: _("It was taken back before it was sent."),
}
# Where a kind's own nature explains a state better.
_STATES_OF: dict[tuple[Kind, State], Text] = {
    (Kind.RESET, State.TIMEOUT): _(
        "The station did not answer. Many do not when they restart: see whether it comes back in a minute or two."
    ),
    (Kind.RESET, State.UNKNOWN): _(
        "The connection broke before the answer came. That is what a restart looks like: see whether it comes back."
    ),
    (Kind.UNLOCK, State.EXPIRED): _("It could not be sent within a minute. Nobody would be standing there any more."),
    (Kind.REMOTE_START, State.EXPIRED): _(
        "It could not be sent within a minute. A session that starts later would surprise everybody."
    ),
    (Kind.UPDATE_FIRMWARE, State.TIMEOUT): _(
        "The station did not answer. It may be downloading all the same: its firmware status tells."
    ),
}

# Every status of every answer that OCPP 1.6, 2.0.1 and 2.1 know to what a central system sends.
STATUSES: dict[str, Text] = {
    "Accepted": _("The station agreed to do it."),
    "AcceptedCanceled": _("The station does it, and has given up what it was doing before of the same sort."),
    "ConditionNotSupported": _("The tariff has a condition that the station cannot follow."),
    "DownloadOngoing": _("The firmware is still being downloaded. Try again when that is over."),
    "Duplicate": _("It has a monitor like this one already."),
    "DuplicateTariffId": _("It has another tariff of this id. Give it a new one."),
    "EmptyResultSet": _("There is nothing to report that fits."),
    "Failed": _("It tried, and did not succeed."),
    "Faulted": _("It is faulted there. Look at its error, and have it mended."),
    "Invalid": _("It finds what it was asked for invalid."),
    "InvalidCertificate": _(
        "It does not trust the certificate that the firmware is signed with. Install its root first."
    ),
    "LanguageNotSupported": _("It cannot show this language."),
    "NoCurrencyChange": _("A session's currency cannot change while it runs."),
    "NoFirmware": _("It has no such firmware published."),
    "NoProfile": _("It has no priority charging profile to use. Set one first."),
    "NoProfiles": _("It has no charging profiles that fit."),
    "NoTariff": _("It has no such tariff."),
    "NotFound": _("It has nothing like this."),
    "NotImplemented": _("It does not know how to do this."),
    "NotSupported": _("It does not support this."),
    "NotSupportedAttributeType": _("The variable has no such attribute: try Actual."),
    "NotSupportedMessageFormat": _("It cannot show this format. Plain text is understood by most."),
    "NotSupportedPriority": _("It cannot show a message at this place among others."),
    "NotSupportedState": _("It cannot tie a message to this state."),
    "Occupied": _("The place is taken."),
    "OngoingAuthorizedTransaction": _("A session runs on this connector. Stop it, then the plug can be released."),
    "RebootRequired": _("It has stored it; it takes effect when the station restarts."),
    "Rejected": _("It understood and refused, and did not say why. Look at its status and its configuration."),
    "RevokedCertificate": _("The certificate that the firmware is signed with has been revoked."),
    "Scheduled": _("It does it as soon as what runs there is over."),
    "TooManyElements": _("The tariff has more parts than the station can hold."),
    "TxNotFound": _("It knows no such session: it may have ended."),
    "Unavailable": _("It is out of service there."),
    "Unknown": _("It has nothing like this."),
    "UnknownComponent": _("It has no such component. Its report of all variables tells how they are called there."),
    "UnknownConnector": _("It has no connector of this number."),
    "UnknownMessageId": _("It knows the vendor, but not this message."),
    "UnknownTransaction": _("It knows no such session: it may have ended."),
    "UnknownVariable": _("It has no such variable. Its report of all variables tells how they are called there."),
    "UnknownVendorId": _("It is not of this vendor, or knows none of its messages."),
    "UnlockFailed": _(
        "The lock did not open: the plug may be under tension. Have the driver push it in, or end charging in the"
        " vehicle."
    ),
    "Unlocked": _("The lock is open: the plug can be pulled."),
    "Unpublished": _("The firmware is offered no more."),
    "UnsupportedMonitorType": _("The variable cannot be watched in this way."),
    "VersionMismatch": _("Its list is not the one that we thought it had. Send the whole list anew."),
}

_START: dict[str, Text] = {
    "Accepted": _("The station will start a session as soon as a vehicle is plugged in."),
    "Rejected": _(
        "The station did not start: its EVSE may be occupied, faulted or out of service, or kept for somebody else."
    ),
}
_STOP: dict[str, Text] = {
    "Accepted": _("The session ends. Its end arrives in a moment."),
    "Rejected": _("The station knows no such session: it may have ended already, or it lost it."),
}
_FIRMWARE: dict[str, Text] = {
    "Accepted": _("The station begins with the download when it is time. What it says of it stands under “Logs”."),
    "Rejected": _("The station does not take this update now: it may be busy with another one, or with sessions."),
}
ANSWERS: dict[str, dict[str, Text]] = {
    "Reset": {
        "Accepted": _("The station restarts. It is away for a minute or two."),
        "Scheduled": _("The station restarts once its sessions are over."),
        "Rejected": _("The station does not restart now. A soft reset waits for sessions at some: try a hard one."),
    },
    "RemoteStartTransaction": _START,
    "RequestStartTransaction": _START,
    "RemoteStopTransaction": _STOP,
    "RequestStopTransaction": _STOP,
    "UnlockConnector": {"NotSupported": _("The connector has no lock that could be opened from here.")},
    "ChangeAvailability": {
        "Accepted": _("It is so from now on."),
        "Scheduled": _("It is so as soon as the running session has ended."),
        "Rejected": _("The station keeps it as it is. One that is faulted often cannot be put into service."),
    },
    "ChangeConfiguration": {
        "Accepted": _("The value is set."),
        "NotSupported": _("It has no such key. Read its configuration to see how it is called there."),
        "Rejected": _("It does not take this value: it may be out of range, or the key can only be read."),
    },
    "SetVariables": {
        "Accepted": _("The value is set."),
        "Rejected": _("It does not take this value: it may be out of range, or the variable can only be read."),
    },
    "GetVariables": {
        "Accepted": _("The value stands under “Configuration”."),
        "Rejected": _("It does not tell this value: some are only written."),
    },
    "TriggerMessage": {
        "Accepted": _("The message is on its way."),
        "NotImplemented": _("It cannot be asked for this message."),
        "Rejected": _("It does not send this message now: there may be nothing to say."),
    },
    "ClearCache": {
        "Accepted": _("It has forgotten which id tokens it has seen."),
        "Rejected": _("It did not clear its cache. One that has none says so too."),
    },
    "ReserveNow": {
        "Accepted": _("The place is kept."),
        "Occupied": _("The place is taken. Try another EVSE, or any that is free."),
        "Faulted": _("The place is faulted. Try another EVSE, and have this one mended."),
        "Unavailable": _("The place is out of service. Put it into service first, or try another one."),
        "Rejected": _("The station keeps no places, or not for this token."),
    },
    "CancelReservation": {
        "Accepted": _("The place is free for anybody."),
        "Rejected": _("It knows no reservation of this number: it may be over."),
    },
    "SetChargingProfile": {
        "Accepted": _("The limit is in force."),
        "Rejected": _("It does not take this profile: another may be in its place, or its session is over."),
        "NotSupported": _("It does not know charging profiles."),
    },
    "ClearChargingProfile": {
        "Accepted": _("The limit is gone."),
        "Unknown": _("It has no such profile, so there is nothing to remove."),
    },
    "SendLocalList": {
        "Accepted": _("Its list is up to date."),
        "Failed": _("It could not store the list: it may be too long for it. Ask for its version, and send it anew."),
        "NotSupported": _("It keeps no list of id tokens."),
    },
    "GetLog": {
        "Accepted": _("It uploads its log. What arrives here stands under “Logs”."),
        "AcceptedCanceled": _("It uploads this log, and has given up the one before."),
        "Rejected": _("It has no such log, or is uploading another one."),
    },
    "UpdateFirmware": _FIRMWARE,
    "SignedUpdateFirmware": _FIRMWARE,
    "GetBaseReport": {
        "Accepted": _("The report arrives in parts. It stands under “Configuration”."),
        "NotSupported": _("It does not make reports of this kind."),
    },
    "SetDisplayMessage": {"Accepted": _("It shows the message when its time comes.")},
    "ClearDisplayMessage": {
        "Accepted": _("The message is gone."),
        "Unknown": _("It has no such message, so there is nothing to remove."),
    },
    "DeleteCertificate": {
        "Accepted": _("The certificate is gone."),
        "NotFound": _("It has no such certificate, so there is nothing to delete."),
        "Failed": _("It did not delete it: it may be the one it is connected by."),
    },
    "InstallCertificate": {
        "Accepted": _("It trusts whom this certificate vouches for."),
        "Rejected": _("It does not take this certificate: it may be of a kind it has no use for."),
        "Failed": _("It could not store the certificate: it may have no room, or finds it invalid."),
    },
    "SetNetworkProfile": {
        "Accepted": _("It has stored the profile, and uses it once it is told to and restarts."),
        "Rejected": _("It does not take this profile: the slot may be in use, or its security profile too low."),
        "Failed": _("It could not store the profile."),
    },
}

# CALLERROR codes; OCPP 1.6 spells two of them otherwise.
ERRORS: dict[str, Text] = {
    "NotImplemented": _("The station does not know this message at all."),
    "NotSupported": _("The station knows the message, but does not support what it asks for."),
    "InternalError": _("Something went wrong inside the station. Try again; if it stays so, a reset may help."),
    "ProtocolError": _("The station found the message incomplete. Its firmware may follow another reading of OCPP."),
    "SecurityError": _("The station refused it for reasons of security."),
    "FormatViolation": _("The station could not read the message. Its firmware may follow another reading of OCPP."),
    "PropertyConstraintViolation": _("The station finds a value impossible: look at the numbers and names given."),
    "OccurrenceConstraintViolation": _("The station finds something missing, or too much of it."),
    "TypeConstraintViolation": _("The station expected another type of value."),
    "GenericError": _("The station could not do it, and has no better word for why."),
    "MessageTypeNotSupported": _("The station does not know this type of message."),
    "RpcFrameworkError": _("The station could not read the frame."),
}
ERRORS |= {
    "FormationViolation": ERRORS["FormatViolation"],
    "OccurenceConstraintViolation": ERRORS["OccurrenceConstraintViolation"],
}


def plain_words(command: Command) -> list[str]:
    """What became of it, a sentence or two for each thing the station said."""
    if command.error_code in set(Obstacle):
        return [str(OBSTACLES[Obstacle(command.error_code)])]
    state = State(command.state)
    if state is State.FAILED:
        return _failed(command)
    answered = told(command.answer) if state in (State.ACCEPTED, State.REJECTED) else []
    return [_said(command.action, one) for one in answered] or [
        str(_STATES_OF.get((Kind(command.kind), state), STATES[state]))
    ]


def _failed(command: Command) -> list[str]:
    """Its error's words; what was never sent says itself why."""
    if command.error_code in ERRORS:
        return [str(ERRORS[command.error_code])]
    return [reread(command.error) or str(STATES[State.FAILED])]


def _said(action: str, one: Told) -> str:
    text = str(ANSWERS.get(action, {}).get(one.status) or STATUSES.get(one.status) or STATES[State.REJECTED])
    if one.reason:
        text = gettext("%(text)s The station says: %(reason)s.") % {"text": text, "reason": one.reason.rstrip(".")}
    return gettext("%(name)s: %(text)s") % {"name": one.about, "text": text} if one.about else text
