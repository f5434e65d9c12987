"""One form per kind of command, made from its parameters."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import orjson
from django import forms
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from drivers.domain.tokens import TokenType
from stations.domain import triggers
from stations.domain.commands import CommandKind
from stations.domain.parameters import LIMITS, PARAMETERS, Parameter
from stations.domain.times import parse
from stations.forms import (
    access_fields,
    certificate_fields,
    device_fields,
    diagnostics_fields,
    power_fields,
    token_fields,
)
from stations.models import Session, Station
from stations.names import evse_name

_LABELS = {
    "type": _("How"),
    "id_token": _("Id token"),
    "id_token_type": _("Type of token"),
    "evse": _("EVSE"),
    "connector": _("Connector"),
    "transaction_id": _("Session"),
    "operative": _("From now on"),
    "message": _("Message"),
    "report": _("Report"),
    "action": _("Action"),
    "payload": _("Payload"),
    "vendor_id": _("Vendor id"),
    "message_id": _("Message id"),
    "data": _("Data"),
    "custom": _("Its own message"),
    "max_energy_wh": _("Energy limit"),
    "max_cost": _("Cost limit"),
    "max_time_s": _("Time limit"),
    "max_soc": _("State of charge limit"),
}
RESET_TYPES = [
    ("soft", _("Soft: with regard for running sessions")),
    ("hard", _("Hard: at once, whatever runs")),
    ("resume", _("Resume: at once, and sessions are taken up again")),
]
_ONLY_21 = frozenset({"custom", *(limit.name for limit in LIMITS)})
OPERATIVE = [("true", _("In service")), ("false", _("Out of service"))]


class CommandForm(forms.Form):
    """The parameters of one kind of command, for one station. `values()` is what the command service takes."""

    def __init__(self, kind: CommandKind, station: Station, sessions: list[Session], *args: Any, **kw: Any) -> None:
        super().__init__(*args, **{**kw, "auto_id": "command-%s"})
        self.kind, self.station, self.sessions = kind, station, sessions
        self._own = device_fields.form_of(kind, station, sessions)
        if self._own is not None:
            self.fields.update(self._own)
            return
        for parameter in PARAMETERS[kind]:
            if parameter.name == "variables":
                self._add_variable_fields(with_value=kind is CommandKind.SET_VARIABLES)
                continue
            if (kind, parameter.name) in _left_out(station):
                continue
            if parameter.name == "connector" and len(self._connector_numbers()) < 2:
                continue
            if parameter.name in _ONLY_21 and station.protocol != "ocpp2.1":
                continue
            field = self._field(parameter)
            labels = _LABELS | certificate_fields.LABELS | access_fields.LABELS | diagnostics_fields.LABELS
            labels |= power_fields.labels(kind) | token_fields.LABELS
            field.label = labels.get(parameter.name, parameter.name)
            field.required = parameter.required
            self.fields[parameter.name] = field

    def values(self) -> dict[str, Any]:
        """The cleaned values in the shape of stations.domain.parameters."""
        if self._own is not None:
            return device_fields.values_of(self.kind, self.cleaned_data)
        # Emptying a variable is setting it: there an empty value stays.
        given = {n: value for n, value in self.cleaned_data.items() if n == "value" or value not in ("", None)}
        if not any(parameter.name == "variables" for parameter in PARAMETERS[self.kind]):
            return given
        return {"variables": [given] if given else []}

    def chosen(self) -> dict[str, Any]:
        """The parameters as the form stands now, as far as they make sense: of one that nobody has filled in yet, what
        it proposes."""
        form = self if self.is_bound else CommandForm(self.kind, self.station, self.sessions, self._proposed())
        form.full_clean()
        return {name: value for name, value in form.cleaned_data.items() if value not in ("", None)}

    def _proposed(self) -> dict[str, Any]:
        """What a browser would send of the form as it is first shown."""
        return {
            name: value for name, field in self.fields.items() if (value := self._first_of(name, field)) is not None
        }

    def _first_of(self, name: str, field: forms.Field) -> Any:
        given = self.get_initial_for_field(field, name)
        choices: Any = field.choices if given is None and isinstance(field, forms.ChoiceField) else []
        return next((value for value, _label in choices), given)

    def _field(self, parameter: Parameter) -> forms.Field:
        special: dict[str, Callable[[], forms.Field]] = {
            "evse": self._evse_field,
            "connector": self._connector_field,
            "transaction_id": lambda: self._session_field(parameter),
            "id_token_type": lambda: forms.ChoiceField(
                choices=[("", _("As known, else Central")), *((t.value, t.value) for t in TokenType)]
            ),
            "id_token": lambda: forms.CharField(max_length=255, widget=_text(spellcheck="false")),
        }
        if self.kind is CommandKind.TRIGGER:
            special["message"] = self._trigger_field
        if self.kind is CommandKind.RESET:
            special["type"] = self._reset_field
        special |= certificate_fields.fields(self.kind, self.station) | access_fields.fields(self.kind, self.station)
        special |= diagnostics_fields.fields(self.kind, self.station)
        special |= power_fields.fields(self.kind, self.station) | token_fields.fields(self.kind, self.station)
        made = special.get(parameter.name) or (lambda: self._plain_field(parameter))
        return made()

    def _plain_field(self, parameter: Parameter) -> forms.Field:
        help_text = gettext(parameter.help)
        by_type: dict[type, Callable[[], forms.Field]] = {
            bool: lambda: forms.TypedChoiceField(
                choices=OPERATIVE, coerce=lambda value: value == "true", initial="true", widget=forms.RadioSelect
            ),
            int: lambda: forms.IntegerField(min_value=0, max_value=2**31 - 1, help_text=help_text),
            float: lambda: forms.FloatField(help_text=help_text),
            dict: lambda: JsonObjectField(initial="{}", help_text=help_text),
        }
        if parameter.type in by_type:
            return by_type[parameter.type]()
        if parameter.choices:
            return forms.ChoiceField(choices=[(choice, choice.capitalize()) for choice in parameter.choices])
        return forms.CharField(max_length=2500, help_text=help_text)

    def _evse_field(self) -> forms.Field:
        whole = [] if self.kind is CommandKind.UNLOCK else [("", _("The whole station"))]
        if self.kind in (CommandKind.REMOTE_START, CommandKind.RESERVE):
            whole = [("", _("Any that is free"))]
        numbers = [(str(evse.number), evse_name(evse.number)) for evse in self.station.evses.all()]
        return forms.TypedChoiceField(choices=[*whole, *numbers], coerce=int, empty_value=None)

    def _connector_numbers(self) -> list[int]:
        """As numbered within the EVSEs."""
        return sorted(set(self.station.connectors.values_list("number", flat=True)))

    def _connector_field(self) -> forms.Field:
        numbers = [(str(number), str(number)) for number in self._connector_numbers()]
        whole = [("", _("The whole EVSE"))]
        return forms.TypedChoiceField(choices=[*whole, *numbers], coerce=int, empty_value=None)

    def _session_field(self, parameter: Parameter) -> forms.Field:
        none = [] if parameter.required else [("", _("No session in particular"))]
        running = [
            (session.transaction_id, f"{evse_name(session.evse.number if session.evse else '?')} · {session.id_token}")
            for session in self.sessions
        ]
        return forms.ChoiceField(choices=[*none, *running])

    def _reset_field(self) -> forms.Field:
        types = RESET_TYPES if self.station.protocol == "ocpp2.1" else RESET_TYPES[:-1]
        return forms.ChoiceField(choices=types, initial="soft", widget=forms.RadioSelect)

    def _trigger_field(self) -> forms.Field:
        names = triggers.MESSAGES.get(self.station.protocol, triggers.OF_ALL)
        return forms.ChoiceField(choices=[(name, name) for name in names])

    def _add_variable_fields(self, *, with_value: bool) -> None:
        may_be_empty = self.station.protocol == "ocpp1.6" and not with_value
        if self.station.protocol != "ocpp1.6":
            self.fields["component"] = forms.CharField(max_length=50, label=_("Component"))
        self.fields["name"] = forms.CharField(
            max_length=50,
            label=_("Name"),
            required=not may_be_empty,
            help_text=_("Left empty, the station tells all of them.") if may_be_empty else "",
            widget=_text(spellcheck="false"),
        )
        if self.station.protocol != "ocpp1.6":
            self.fields["instance"] = forms.CharField(max_length=50, label=_("Instance"), required=False)
            self.fields["evse"] = self._evse_field()
            self.fields["evse"].label, self.fields["evse"].required = _LABELS["evse"], False
        if with_value:
            self.fields["value"] = forms.CharField(max_length=2500, label=_("Value"), required=False)


class LaterForm(forms.Form):
    """When a command is to be sent; left empty: now."""

    def __init__(self, station: Station, data: Any = None) -> None:
        super().__init__(data, auto_id="command-%s")
        field = diagnostics_fields.MomentField(station)
        zone = {"zone": station.site.timezone}
        field.label, field.required = _("Not before"), False
        field.help_text = _("On the site's clock (%(zone)s); left empty: now.") % zone
        self.fields["not_before"] = field

    def clean_not_before(self) -> datetime | None:
        text = self.cleaned_data["not_before"]
        moment = parse(text) if text else None
        if moment is not None and moment <= timezone.now():
            raise forms.ValidationError(_("This time has passed."))
        return moment


def _left_out(station: Station) -> frozenset[tuple[CommandKind, str]]:
    """Parameters that no form asks for."""
    others = certificate_fields.LEFT_OUT | access_fields.left_out(station) | diagnostics_fields.LEFT_OUT
    return others | power_fields.LEFT_OUT | token_fields.left_out(station)


class JsonObjectField(forms.CharField):
    """A JSON object, members in the order in which they were written."""

    widget = forms.Textarea(attrs={"rows": 6, "spellcheck": "false", "class": "mono"})

    def clean(self, value: Any) -> dict[str, Any]:
        text = super().clean(value)
        try:
            found = orjson.loads(text)
        except orjson.JSONDecodeError as error:
            raise forms.ValidationError(_("This is no valid JSON: %(why)s"), params={"why": error}) from error
        if not isinstance(found, dict):
            raise forms.ValidationError(_("This must be a JSON object: { … }."))
        return found


def _text(**attrs: str) -> forms.TextInput:
    return forms.TextInput(attrs={"autocomplete": "off", **attrs})
