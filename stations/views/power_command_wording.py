"""How the commands are offered that concern power, prices on the station and batteries."""

from django.utils.translation import gettext_lazy as _

from stations.domain.commands import CommandKind as Kind
from stations.views.command_text import CommandText, Group

POWER: dict[Kind, CommandText] = {
    Kind.SET_CHARGING_PROFILE: CommandText(
        Group.POWER,
        _("Send a charging profile"),
        "gauge",
        _("Send"),
        _("Limits the station or an EVSE over time, by one of the network's charging profiles."),
        _("Vehicles charge slower, or not at all, where the profile says so."),
    ),
    Kind.CLEAR_CHARGING_PROFILE: CommandText(
        Group.POWER,
        _("Clear charging profiles"),
        "erase",
        _("Clear"),
        _("Takes profiles off the station: one by its number, or all that fit."),
        _("A station without any profile lets vehicles charge as fast as its hardware allows."),
    ),
    Kind.GET_COMPOSITE_SCHEDULE: CommandText(
        Group.POWER,
        _("Ask for its schedule"),
        "calendar",
        _("Ask"),
        _("Asks the station what all its profiles together allow. The answer stands beside ours."),
    ),
    Kind.GET_CHARGING_PROFILES: CommandText(
        Group.POWER,
        _("Read charging profiles"),
        "download",
        _("Read"),
        _("Asks the station which profiles it has (OCPP 2.x). What it does not tell is taken off our list."),
    ),
    Kind.UPDATE_DYNAMIC_SCHEDULE: CommandText(
        Group.POWER,
        _("Update a dynamic profile"),
        "sliders",
        _("Update"),
        _("Changes the limit of a dynamic profile as it runs (OCPP 2.1)."),
    ),
    Kind.USE_PRIORITY_CHARGING: CommandText(
        Group.CHARGING,
        _("Priority charging"),
        "bolt",
        _("Switch"),
        _("Lets a session charge by the station's priority profile, or no longer (OCPP 2.1)."),
    ),
    Kind.ALLOW_ENERGY_TRANSFER: CommandText(
        Group.POWER,
        _("Allow ways of transfer"),
        "plug",
        _("Allow"),
        _("Says how a session may charge, and whether it may give energy back (OCPP 2.1)."),
    ),
    Kind.SEND_AFRR_SIGNAL: CommandText(
        Group.POWER,
        _("Send the grid's signal"),
        "send",
        _("Send"),
        _("Passes on the grid operator's signal for frequency support (OCPP 2.1)."),
    ),
    Kind.SET_DER_CONTROL: CommandText(
        Group.POWER,
        _("Set a DER control"),
        "sliders",
        _("Set"),
        _("Sets what the grid code asks of a station that feeds in (OCPP 2.1)."),
        _("A wrong setting can breach the conditions of the grid connection."),
    ),
    Kind.GET_DER_CONTROLS: CommandText(
        Group.POWER,
        _("Read DER controls"),
        "download",
        _("Read"),
        _("Asks the station which DER controls it has (OCPP 2.1)."),
    ),
    Kind.CLEAR_DER_CONTROL: CommandText(
        Group.POWER,
        _("Clear DER controls"),
        "erase",
        _("Clear"),
        _("Takes DER controls off the station (OCPP 2.1)."),
        _("Without them it may breach the conditions of the grid connection."),
    ),
    Kind.UPDATE_COST: CommandText(
        Group.PRICES,
        _("Show a cost"),
        "list",
        _("Show"),
        _("Tells the station what a session costs so far, for its display."),
    ),
    Kind.SET_DEFAULT_TARIFF: CommandText(
        Group.PRICES,
        _("Set the default tariff"),
        "list",
        _("Set"),
        _("Gives the station a tariff to calculate costs with (OCPP 2.1)."),
        _("Sessions that begin from now on are priced by it."),
    ),
    Kind.GET_TARIFFS: CommandText(
        Group.PRICES,
        _("Read tariffs"),
        "download",
        _("Read"),
        _("Asks the station which tariffs it holds (OCPP 2.1)."),
    ),
    Kind.CLEAR_TARIFFS: CommandText(
        Group.PRICES,
        _("Clear default tariffs"),
        "erase",
        _("Clear"),
        _("Takes default tariffs off the station (OCPP 2.1). Running sessions keep theirs."),
    ),
    Kind.CHANGE_SESSION_TARIFF: CommandText(
        Group.PRICES,
        _("Change a session's tariff"),
        "list",
        _("Change"),
        _("Prices a running session by another tariff from now on (OCPP 2.1)."),
        _("Drivers must have agreed to it; in some countries it is not allowed at all."),
    ),
    Kind.REQUEST_BATTERY_SWAP: CommandText(
        Group.CHARGING,
        _("Start a battery swap"),
        "reset",
        _("Start"),
        _("Opens the station for a swap, as if the driver had shown the id token there (OCPP 2.1)."),
    ),
}
