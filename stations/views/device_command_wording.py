"""How the commands are offered that concern the device model, monitoring, customers and displays."""

from django.utils.translation import gettext_lazy as _

from stations.domain.commands import CommandKind as Kind
from stations.views.command_text import CommandText, Group

DEVICE: dict[Kind, CommandText] = {
    Kind.GET_VARIABLES: CommandText(
        Group.CONFIGURATION,
        _("Read configuration"),
        "download",
        _("Read"),
        _("Asks the station for the values of its configuration."),
    ),
    Kind.SET_VARIABLES: CommandText(
        Group.CONFIGURATION,
        _("Change configuration"),
        "sliders",
        _("Change"),
        _("Sets a configuration value. Some take effect only after a reset."),
        _("A wrong value can cut the station off from this network."),
    ),
    Kind.GET_BASE_REPORT: CommandText(
        Group.CONFIGURATION,
        _("Request a report"),
        "list",
        _("Request"),
        _("Asks for a report of the whole device model (OCPP 2.x)."),
    ),
    Kind.GET_REPORT: CommandText(
        Group.CONFIGURATION,
        _("Request chosen variables"),
        "list",
        _("Request"),
        _("Asks for a report of some components or variables (OCPP 2.x)."),
    ),
    Kind.GET_MONITORING_REPORT: CommandText(
        Group.MONITORING,
        _("Request monitors"),
        "list",
        _("Request"),
        _("Asks which monitors the station has (OCPP 2.x)."),
    ),
    Kind.SET_VARIABLE_MONITORING: CommandText(
        Group.MONITORING,
        _("Watch a variable"),
        "gauge",
        _("Watch"),
        _("The station tells when a value passes a threshold, changes, or after a time (OCPP 2.x)."),
    ),
    Kind.CLEAR_VARIABLE_MONITORING: CommandText(
        Group.MONITORING,
        _("Remove monitors"),
        "erase",
        _("Remove"),
        _("The station stops watching (OCPP 2.x)."),
    ),
    Kind.SET_MONITORING_BASE: CommandText(
        Group.MONITORING,
        _("Set the monitoring base"),
        "sliders",
        _("Set"),
        _("Which monitors are active: all, those of the factory, or those built in (OCPP 2.x)."),
        _("All but “All” remove the monitors set from here."),
    ),
    Kind.SET_MONITORING_LEVEL: CommandText(
        Group.MONITORING,
        _("Set the monitoring level"),
        "gauge",
        _("Set"),
        _("Up to which severity events are told: 0 (danger) to 9 (debug) (OCPP 2.x)."),
        _("Events above that level are not told, whatever happens."),
    ),
    Kind.GET_EVENT_STREAMS: CommandText(
        Group.MONITORING,
        _("Ask for event streams"),
        "list",
        _("Ask"),
        _("Asks which periodic event streams are open (OCPP 2.1)."),
    ),
    Kind.ADJUST_EVENT_STREAM: CommandText(
        Group.MONITORING,
        _("Adjust an event stream"),
        "sliders",
        _("Adjust"),
        _("Sets how often a periodic event stream is sent (OCPP 2.1)."),
    ),
    Kind.CUSTOMER_INFORMATION: CommandText(
        Group.TOKENS,
        _("Customer information"),
        "user",
        _("Ask"),
        _("Asks what the station stores of a customer, or has it forget them (OCPP 2.x)."),
    ),
    Kind.SET_DISPLAY_MESSAGE: CommandText(
        Group.DISPLAY,
        _("Show a message"),
        "message",
        _("Show"),
        _("Shows a message on the station’s display (OCPP 2.x)."),
    ),
    Kind.GET_DISPLAY_MESSAGES: CommandText(
        Group.DISPLAY,
        _("Ask for messages"),
        "list",
        _("Ask"),
        _("Asks which messages the station has for its display (OCPP 2.x)."),
    ),
    Kind.CLEAR_DISPLAY_MESSAGE: CommandText(
        Group.DISPLAY,
        _("Remove a message"),
        "erase",
        _("Remove"),
        _("Removes a message from the station’s display (OCPP 2.x)."),
    ),
}
