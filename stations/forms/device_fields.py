"""Forms of the commands that concern the device model, monitoring, customers and displays."""

from collections.abc import Callable, Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from stations.domain.commands import CommandKind as Kind
from stations.forms.diagnostics_fields import MomentField
from stations.models import DisplayMessage, EventStream, Monitor, Session, Station
from stations.names import evse_name

Fields = dict[str, forms.Field]

_CRITERIA = [
    ("Active", _("Active")),
    ("Available", _("Available")),
    ("Enabled", _("Enabled")),
    ("Problem", _("With a problem")),
]
_MONITORING_CRITERIA = [
    ("ThresholdMonitoring", _("Thresholds")),
    ("DeltaMonitoring", _("Changes")),
    ("PeriodicMonitoring", _("Periods")),
]
_BASES = [
    ("All", _("All monitors")),
    ("FactoryDefault", _("Those of the factory")),
    ("HardWiredOnly", _("Those built in")),
]
_SEVERITIES = [
    (str(number), label)
    for number, label in enumerate(
        (
            *(_("0: danger"), _("1: hardware failure"), _("2: system failure"), _("3: critical"), _("4: error")),
            *(_("5: alert"), _("6: warning"), _("7: notice"), _("8: information"), _("9: debug")),
        )
    )
]
_TYPES = [
    ("UpperThreshold", _("It rises above")),
    ("LowerThreshold", _("It falls below")),
    ("Delta", _("It changes by")),
    ("Periodic", _("Each so many seconds")),
    ("PeriodicClockAligned", _("Each so many seconds of the clock")),
]
_TYPES_21 = [
    ("TargetDelta", _("It differs from its target by")),
    ("TargetDeltaRelative", _("It differs from its target by this share")),
]
_PRIORITIES = [
    ("NormalCycle", _("In turn with others")),
    ("InFront", _("Before the others")),
    ("AlwaysFront", _("Always in front")),
]
_STATES = [
    ("", _("Always")),
    ("Charging", _("While charging")),
    ("Idle", _("While idle")),
    ("Faulted", _("While faulted")),
    ("Unavailable", _("While out of service")),
]
_STATES_21 = [("Suspended", _("While charging is paused")), ("Discharging", _("While discharging"))]
_FORMATS = [("UTF8", _("Text")), ("ASCII", _("Text (ASCII)")), ("HTML", "HTML"), ("URI", _("Address of a page"))]
_FORMATS_21 = [("QRCODE", _("QR code"))]


def display_words(message: DisplayMessage) -> tuple[Any, Any, Any]:
    """A message's format, its place and when it is shown, as people say it; what has no word here as it is."""
    formats, places = dict([*_FORMATS, *_FORMATS_21]), dict(_PRIORITIES)
    states = dict([*_STATES[1:], *_STATES_21])
    return (
        formats.get(message.format, message.format),
        places.get(message.priority, message.priority),
        states.get(message.shown_while, message.shown_while),
    )


def form_of(kind: Kind, station: Station, sessions: list[Session]) -> Fields | None:
    """All fields of a command's form; None for commands of another kind."""
    made = _FORMS.get(kind)
    return made(station, sessions) if made else None


def values_of(kind: Kind, given: Mapping[str, Any]) -> dict[str, Any]:
    """What was given, in the shape of the command's parameters."""
    values = {name: value for name, value in given.items() if value not in ("", None, [])}
    shape = _SHAPES.get(kind)
    return shape(values) if shape else values


def _text(label: Any, *, required: bool = True, longest: int = 50, **kwargs: Any) -> forms.CharField:
    widget = forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"})
    return forms.CharField(label=label, required=required, max_length=longest, widget=widget, **kwargs)


def _evse(station: Station) -> forms.Field:
    numbers = [(str(evse.number), evse_name(evse.number)) for evse in station.evses.all()]
    choices = [("", _("The whole station")), *numbers]
    return forms.TypedChoiceField(label=_("EVSE"), choices=choices, coerce=int, empty_value=None, required=False)


def _place(station: Station, *, name_required: bool) -> Fields:
    return {
        "component": _text(_("Component"), required=name_required),
        "evse": _evse(station),
        "name": _text(_("Variable"), required=name_required),
        "instance": _text(_("Instance"), required=False),
    }


def _several(label: Any, choices: list[Any]) -> forms.Field:
    return forms.MultipleChoiceField(label=label, choices=choices, required=False, widget=forms.CheckboxSelectMultiple)


def _report(station: Station, sessions: list[Session]) -> Fields:
    return {"criteria": _several(_("Only components that are"), _CRITERIA), **_place(station, name_required=False)}


def _monitoring_report(station: Station, sessions: list[Session]) -> Fields:
    criteria = _several(_("Only monitors of"), _MONITORING_CRITERIA)
    return {"criteria": criteria, **_place(station, name_required=False)}


def _shape_report(values: dict[str, Any]) -> dict[str, Any]:
    place = {name: values[name] for name in ("component", "evse", "name", "instance") if name in values}
    shaped = {"criteria": values["criteria"]} if "criteria" in values else {}
    return shaped | ({"variables": [place]} if "component" in place else {})


def _monitoring_base(station: Station, sessions: list[Session]) -> Fields:
    return {"base": forms.ChoiceField(label=_("Active are"), choices=_BASES, widget=forms.RadioSelect, initial="All")}


def _severity(label: Any, initial: str) -> forms.Field:
    return forms.TypedChoiceField(label=label, choices=_SEVERITIES, coerce=int, initial=initial)


def _monitoring_level(station: Station, sessions: list[Session]) -> Fields:
    return {"severity": _severity(_("Told up to"), "9")}


def _monitor(station: Station, sessions: list[Session]) -> Fields:
    types = [*_TYPES, *(_TYPES_21 if station.protocol == "ocpp2.1" else [])]
    return {
        **_place(station, name_required=True),
        "type": forms.ChoiceField(label=_("Tell when"), choices=types),
        "value": forms.FloatField(label=_("Value")),
        "severity": _severity(_("Severity"), "8"),
        "transaction": forms.BooleanField(label=_("Only during sessions"), required=False),
    }


def _shape_monitor(values: dict[str, Any]) -> dict[str, Any]:
    return {"monitors": [{name: value for name, value in values.items() if value is not False}]}


def _clear_monitors(station: Station, sessions: list[Session]) -> Fields:
    known = Monitor.objects.filter(station=station)
    choices = [(str(m.number), f"{m.number} · {m} · {m.type} {m.value:g}") for m in known[:200]]
    field = forms.TypedMultipleChoiceField(
        label=_("Monitors"),
        choices=choices,
        coerce=int,
        widget=forms.CheckboxSelectMultiple,
        help_text="" if choices else _("None is known. Request the monitors first."),
    )
    return {"monitors": field}


def _adjust_stream(station: Station, sessions: list[Session]) -> Fields:
    numbers = EventStream.objects.filter(station=station, closed_at=None).values_list("number", flat=True)
    return {
        "stream": forms.TypedChoiceField(
            label=_("Stream"), choices=[(str(number), str(number)) for number in numbers], coerce=int
        ),
        "interval_s": forms.IntegerField(label=_("Sent after seconds"), min_value=0, required=False),
        "values": forms.IntegerField(label=_("Sent after values"), min_value=0, required=False),
    }


def _customer(station: Station, sessions: list[Session]) -> Fields:
    return {
        "report": forms.BooleanField(label=_("Tell what is stored of the customer"), required=False, initial=True),
        "clear": forms.BooleanField(label=_("Forget the customer"), required=False),
        "id_token": _text(_("Id token"), required=False, longest=255),
        "customer_identifier": _text(
            _("Or the vendor's own identifier"), required=False, longest=64, help_text=_("Give one of the two.")
        ),
    }


def _moment(station: Station, label: Any) -> forms.Field:
    field = MomentField(station)
    field.label, field.required = label, False
    return field


def _known_messages(station: Station) -> list[tuple[str, str]]:
    rows = DisplayMessage.objects.filter(station=station).exclude(state=DisplayMessage.State.REMOVED)
    return [(str(row.number), f"{row.number} · {row.content[:40]}") for row in rows[:100]]


def _display(station: Station, sessions: list[Session]) -> Fields:
    running = [(s.transaction_id, f"{evse_name(s.evse.number if s.evse else '?')} · {s.id_token}") for s in sessions]
    states = [*_STATES]
    formats = [*_FORMATS]
    if station.protocol == "ocpp2.1":
        states += _STATES_21
        formats += _FORMATS_21
    longest = 1024 if station.protocol == "ocpp2.1" else 512
    area = forms.Textarea(attrs={"rows": 3})
    replaced = [("", _("None: a new message")), *_known_messages(station)]
    return {
        "content": forms.CharField(label=_("Message"), max_length=longest, widget=area),
        "format": forms.ChoiceField(label=_("Format"), choices=formats),
        "language": _text(_("Language"), required=False, longest=8, help_text=_("Such as en or de.")),
        "priority": forms.ChoiceField(label=_("Place"), choices=_PRIORITIES),
        "state": forms.ChoiceField(label=_("Shown"), choices=states, required=False),
        "transaction_id": forms.ChoiceField(
            label=_("Session"), choices=[("", _("Whatever session runs")), *running], required=False
        ),
        "starts_at": _moment(station, _("From")),
        "ends_at": _moment(station, _("Until")),
        "id": forms.TypedChoiceField(
            label=_("Replaces"), choices=replaced, coerce=int, empty_value=None, required=False
        ),
    }


def _asked_messages(station: Station, sessions: list[Session]) -> Fields:
    anything = [("", _("Any"))]
    return {
        "priority": forms.ChoiceField(label=_("Place"), choices=[*anything, *_PRIORITIES], required=False),
        "state": forms.ChoiceField(label=_("Shown"), choices=[*anything, *_STATES[1:]], required=False),
    }


def _cleared_message(station: Station, sessions: list[Session]) -> Fields:
    known = _known_messages(station)
    help_text = "" if known else _("None is known. Ask for the messages first.")
    return {"id": forms.TypedChoiceField(label=_("Message"), choices=known, coerce=int, help_text=help_text)}


_FORMS: dict[Kind, Callable[[Station, list[Session]], Fields]] = {
    Kind.GET_REPORT: _report,
    Kind.GET_MONITORING_REPORT: _monitoring_report,
    Kind.SET_MONITORING_BASE: _monitoring_base,
    Kind.SET_MONITORING_LEVEL: _monitoring_level,
    Kind.SET_VARIABLE_MONITORING: _monitor,
    Kind.CLEAR_VARIABLE_MONITORING: _clear_monitors,
    Kind.ADJUST_EVENT_STREAM: _adjust_stream,
    Kind.CUSTOMER_INFORMATION: _customer,
    Kind.SET_DISPLAY_MESSAGE: _display,
    Kind.GET_DISPLAY_MESSAGES: _asked_messages,
    Kind.CLEAR_DISPLAY_MESSAGE: _cleared_message,
}
_SHAPES: dict[Kind, Callable[[dict[str, Any]], dict[str, Any]]] = {
    Kind.GET_REPORT: _shape_report,
    Kind.GET_MONITORING_REPORT: _shape_report,
    Kind.SET_VARIABLE_MONITORING: _shape_monitor,
}
