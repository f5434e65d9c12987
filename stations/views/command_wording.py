"""How each kind of command is offered in the console: its name, what it does, what it may break."""

from django.utils.translation import gettext_lazy as _

from stations.domain.commands import CommandKind as Kind
from stations.views.certificate_command_wording import CERTIFICATES
from stations.views.command_text import GROUPS, CommandText, Group
from stations.views.device_command_wording import DEVICE
from stations.views.power_command_wording import POWER
from stations.views.token_command_wording import TOKENS

__all__ = ["COMMANDS", "GROUPS", "CommandText", "Group"]


COMMANDS: dict[Kind, CommandText] = {
    Kind.REMOTE_START: CommandText(
        Group.CHARGING,
        _("Start a session"),
        "play",
        _("Start"),
        _("Starts charging for an id token, as if its driver had shown it to the station."),
    ),
    Kind.REMOTE_STOP: CommandText(
        Group.CHARGING,
        _("Stop a session"),
        "stop",
        _("Stop the session"),
        _("Ends a running session. The driver can then unplug."),
        _("Charging ends at once, whether or not the vehicle is full."),
    ),
    Kind.UNLOCK: CommandText(
        Group.CHARGING,
        _("Unlock a connector"),
        "unlock",
        _("Unlock"),
        _("Releases the plug's lock, for a driver whose cable is stuck."),
        _("On most stations a session on that connector ends."),
    ),
    Kind.RESET: CommandText(
        Group.STATION,
        _("Reset"),
        "reset",
        _("Reset the station"),
        _("Restarts the station. It is offline for a minute or two."),
        _("A hard reset waits for no session. What becomes of each is said before it is sent."),
    ),
    Kind.CHANGE_AVAILABILITY: CommandText(
        Group.STATION,
        _("Change availability"),
        "power",
        _("Change"),
        _("Takes the station or one of its EVSEs out of service, or brings it back."),
        _("Taken out of service, it finishes its running session and then refuses new ones."),
    ),
    **DEVICE,
    Kind.TRIGGER: CommandText(
        Group.DIAGNOSTICS,
        _("Ask for a message"),
        "message",
        _("Ask"),
        _("Asks the station to send a message now, such as its status."),
    ),
    Kind.GET_TRANSACTION_STATUS: CommandText(
        Group.CHARGING,
        _("Ask about a session"),
        "question",
        _("Ask"),
        _("Asks whether the session still runs and whether the station has messages waiting (OCPP 2.x)."),
    ),
    **TOKENS,
    Kind.CLEAR_CACHE: CommandText(
        Group.TOKENS,
        _("Clear token cache"),
        "erase",
        _("Clear"),
        _("The station forgets which id tokens it has seen and asks about each one again."),
    ),
    Kind.GET_LOG: CommandText(
        Group.DIAGNOSTICS,
        _("Fetch a log"),
        "download",
        _("Fetch"),
        _("The station uploads its log. What arrives here stands under “Logs”."),
    ),
    Kind.DATA_TRANSFER: CommandText(
        Group.DIAGNOSTICS,
        _("Vendor message"),
        "box",
        _("Send"),
        _("Sends a message that only this vendor's stations understand."),
    ),
    Kind.UPDATE_FIRMWARE: CommandText(
        Group.STATION,
        _("Update firmware"),
        "download",
        _("Update the firmware"),
        _("The station downloads a firmware from an address and installs it."),
        _("It restarts, and a firmware that does not fit can leave it out of order."),
    ),
    Kind.PUBLISH_FIRMWARE: CommandText(
        Group.STATION,
        _("Publish firmware"),
        "send",
        _("Publish"),
        _("A local controller downloads a firmware once and offers it to the stations behind it (OCPP 2.x)."),
    ),
    Kind.UNPUBLISH_FIRMWARE: CommandText(
        Group.STATION,
        _("Withdraw published firmware"),
        "erase",
        _("Withdraw"),
        _("A local controller stops offering a firmware (OCPP 2.x)."),
    ),
    Kind.ROTATE_PASSWORD: CommandText(
        Group.SECURITY,
        _("Rotate the password"),
        "lock",
        _("Rotate"),
        _("Gives the station a new random password. The old one is good until the station has come with the new one."),
    ),
    Kind.UPGRADE_SECURITY_PROFILE: CommandText(
        Group.SECURITY,
        _("Raise the security profile"),
        "lock",
        _("Raise"),
        _("The station reconnects with a higher security profile. From then on it is not let in with a lower one."),
        _("A profile is never lowered from here. Make sure that the station has what the new one needs."),
    ),
    Kind.SET_NETWORK_PROFILE: CommandText(
        Group.SECURITY,
        _("Set a connection profile"),
        "online",
        _("Set"),
        _("Stores an address and a network in one of the station's slots (OCPP 2.x). It is not used yet."),
    ),
    **CERTIFICATES,
    Kind.CALL: CommandText(
        Group.DIAGNOSTICS,
        _("Raw OCPP call"),
        "code",
        _("Send"),
        _("Sends any action of the protocol in use, its payload as on the wire."),
        _("It is checked against the protocol's schema only. Know what it does."),
    ),
    **POWER,
}
