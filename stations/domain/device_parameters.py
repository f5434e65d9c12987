"""What the commands take that concern the device model, monitoring, customers and displays."""

from datetime import datetime

from stations.domain.commands import CommandKind as Kind
from stations.domain.parameter import Parameter

_COMPONENT = (
    Parameter("component", str, "OCPP 2.x: the component it belongs to."),
    Parameter("component_instance", str, "Which of several such components."),
    Parameter("evse", int, "EVSE of the component."),
    Parameter("connector", int, "Connector of the component."),
)
_VARIABLE = (
    Parameter("name", str, "Variable; OCPP 1.6: configuration key.", required=True),
    *_COMPONENT,
    Parameter("instance", str, "Which of several such variables."),
)
_ATTRIBUTE = Parameter("attribute", str, "Left out: Actual.", choices=("Actual", "Target", "MinSet", "MaxSet"))
_SOME_VARIABLES = (
    Parameter("component", str, "Component.", required=True),
    *_COMPONENT[1:],
    Parameter("name", str, "Variable; left out: all of the component."),
    Parameter("instance", str, "Which of several such variables."),
)
_STREAM = (
    Parameter("interval_s", int, "Sent at the latest after so long."),
    Parameter("values", int, "Sent as soon as there are so many values."),
)
_MONITOR = (
    Parameter(
        "type",
        str,
        "What raises an event. The last two are OCPP 2.1.",
        required=True,
        choices=(
            *("UpperThreshold", "LowerThreshold", "Delta", "Periodic", "PeriodicClockAligned"),
            *("TargetDelta", "TargetDeltaRelative"),
        ),
    ),
    Parameter("value", float, "Threshold, difference, or seconds of the period.", required=True),
    Parameter("severity", int, "0 (danger) to 9 (debug).", required=True),
    Parameter("transaction", bool, "Only while a transaction runs there."),
    Parameter("id", int, "Number of the monitor it replaces, as on the wire."),
    Parameter("stream", dict, "OCPP 2.1: tell it by a periodic event stream.", items=_STREAM),
)
_CERTIFICATE = (
    Parameter("hash_algorithm", str, "As it was installed.", required=True, choices=("SHA256", "SHA384", "SHA512")),
    Parameter("issuer_name_hash", str, "Hash of the issuer's name.", required=True),
    Parameter("issuer_key_hash", str, "Hash of the issuer's key.", required=True),
    Parameter("serial_number", str, "Hexadecimal, without leading zeros.", required=True),
)
_CONTENT = (
    Parameter("content", str, "What is shown.", required=True),
    Parameter("format", str, "Left out: UTF8.", choices=("UTF8", "ASCII", "HTML", "URI", "QRCODE")),
    Parameter("language", str, "RFC 5646 tag, such as en."),
)

DEVICE: dict[Kind, tuple[Parameter, ...]] = {
    Kind.GET_VARIABLES: (
        Parameter("variables", list, "Which ones; OCPP 1.6: none are all.", items=(*_VARIABLE, _ATTRIBUTE)),
    ),
    Kind.SET_VARIABLES: (
        Parameter(
            "variables",
            list,
            "Which ones, and their new values.",
            required=True,
            items=(*_VARIABLE, _ATTRIBUTE, Parameter("value", object, "Its new value.", required=True)),
        ),
    ),
    Kind.GET_BASE_REPORT: (
        Parameter("report", str, "Which report (2.x).", choices=("full", "configuration", "summary")),
    ),
    Kind.GET_REPORT: (
        Parameter("variables", list, "Only these; without a name all of the component.", items=_SOME_VARIABLES),
        Parameter("criteria", list, "Only components that are: Active, Available, Enabled, Problem."),
    ),
    Kind.SET_MONITORING_BASE: (
        Parameter(
            "base",
            str,
            "The other monitors are removed.",
            required=True,
            choices=("All", "FactoryDefault", "HardWiredOnly"),
        ),
    ),
    Kind.SET_MONITORING_LEVEL: (
        Parameter("severity", int, "Events up to this severity are told: 0 (danger) to 9 (debug).", required=True),
    ),
    Kind.SET_VARIABLE_MONITORING: (
        Parameter("monitors", list, "What to watch.", required=True, items=(*_VARIABLE, *_MONITOR)),
    ),
    Kind.CLEAR_VARIABLE_MONITORING: (
        Parameter("monitors", list, "Numbers of the monitors, as on the wire.", required=True),
    ),
    Kind.GET_MONITORING_REPORT: (
        Parameter("variables", list, "Only these; without a name all of the component.", items=_SOME_VARIABLES),
        Parameter("criteria", list, "Only ThresholdMonitoring, DeltaMonitoring, PeriodicMonitoring."),
    ),
    Kind.GET_EVENT_STREAMS: (),
    Kind.ADJUST_EVENT_STREAM: (
        Parameter("stream", int, "Number of the stream, as on the wire.", required=True),
        *_STREAM,
    ),
    Kind.CUSTOMER_INFORMATION: (
        Parameter("report", bool, "Tell what is stored of this customer."),
        Parameter("clear", bool, "Forget this customer."),
        Parameter("id_token", str, "The customer, by id token."),
        Parameter("id_token_type", str, "Type of the token; left out: as known, else Central."),
        Parameter("customer_identifier", str, "The customer, by what the vendor calls them."),
        Parameter("certificate", dict, "The customer, by certificate hash data.", items=_CERTIFICATE),
    ),
    Kind.SET_DISPLAY_MESSAGE: (
        Parameter("content", str, "What is shown.", required=True),
        Parameter("id", int, "Number of the message it replaces; left out: a new one."),
        Parameter("format", str, "Left out: UTF8.", choices=("UTF8", "ASCII", "HTML", "URI", "QRCODE")),
        Parameter("language", str, "RFC 5646 tag, such as en."),
        Parameter("priority", str, "Left out: NormalCycle.", choices=("NormalCycle", "InFront", "AlwaysFront")),
        Parameter(
            "state",
            str,
            "Shown only while the station is so.",
            choices=("Charging", "Faulted", "Idle", "Unavailable", "Suspended", "Discharging"),
        ),
        Parameter("starts_at", datetime, "Shown from this time on."),
        Parameter("ends_at", datetime, "Removed at this time."),
        Parameter("transaction_id", str, "Shown during this session only; as on the wire."),
        Parameter("component", str, "Which display, where there are several."),
        Parameter("evse", int, "EVSE of that display."),
        Parameter("extras", list, "OCPP 2.1: up to 4 other languages or formats.", items=_CONTENT),
    ),
    Kind.GET_DISPLAY_MESSAGES: (
        Parameter("ids", list, "Only these numbers."),
        Parameter("priority", str, "Only these.", choices=("NormalCycle", "InFront", "AlwaysFront")),
        Parameter(
            "state",
            str,
            "Only these.",
            choices=("Charging", "Faulted", "Idle", "Unavailable", "Suspended", "Discharging"),
        ),
    ),
    Kind.CLEAR_DISPLAY_MESSAGE: (Parameter("id", int, "Number of the message, as on the wire.", required=True),),
}
