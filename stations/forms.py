"""The console's forms: filters kept in the URL, and one form per kind of command made from its parameters."""

from collections.abc import Callable
from datetime import datetime, time
from typing import Any

import orjson
from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from drivers.domain.tokens import TokenType
from stations.domain.commands import CommandKind, CommandState
from stations.domain.parameters import PARAMETERS, Parameter
from stations.domain.status import Availability
from stations.models import RefusedAttempt, Session, Station
from stations.selectors.glance import WORST_FIRST
from stations.services.provisioning import MAX_CONNECTORS

_ANY_STATUS = [("", _("Any status"))]
_PROTOCOL_CHOICES = [("", _("Any protocol")), ("ocpp1.6", "OCPP 1.6"), ("ocpp2.0.1", "OCPP 2.0.1")]


class Filter(forms.Form):
    """A filter bar: nonsense in the URL counts as not given. `values()` are the selector's arguments."""

    text = forms.CharField(required=False, max_length=80, label=_("Search"))
    text.widget = forms.TextInput(attrs={"type": "search", "placeholder": _("Search"), "autocomplete": "off"})

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs |= {"use_required_attribute": False, "auto_id": "filter-%s"}
        super().__init__(*args, **kwargs)

    def values(self) -> dict[str, Any]:
        """What was given and makes sense."""
        self.full_clean()
        return {name: value for name, value in self.cleaned_data.items() if value not in ("", None)}

    @property
    def is_active(self) -> bool:
        return bool(self.values())


class SiteChoiceFilter(Filter):
    """A filter with a choice among the viewer's sites; the view sets their queryset."""

    site: Any = forms.ModelChoiceField(queryset=None, required=False, empty_label=_("Any site"), label=_("Site"))

    def __init__(self, *args: Any, sites: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["site"]
        field.queryset = sites


class StationFilter(SiteChoiceFilter):
    glance = forms.ChoiceField(required=False, label=_("Status"))
    protocol = forms.ChoiceField(choices=_PROTOCOL_CHOICES, required=False, label=_("Protocol"))
    connected = forms.TypedChoiceField(
        choices=[("", _("Connected or not")), ("true", _("Connected")), ("false", _("Not connected"))],
        coerce=lambda value: value == "true",
        empty_value=None,
        required=False,
        label=_("Connection"),
    )
    worst_first = forms.BooleanField(required=False, label=_("Worst first"))

    def __init__(self, *args: Any, words: dict[Availability, Any], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["glance"]
        field.choices = [*_ANY_STATUS, *((word.value, words[word]) for word in WORST_FIRST)]


class SessionFilter(SiteChoiceFilter):
    is_open = forms.TypedChoiceField(
        choices=[("", _("Running or ended")), ("true", _("Running")), ("false", _("Ended"))],
        coerce=lambda value: value == "true",
        empty_value=None,
        required=False,
        label=_("State"),
    )
    since = forms.DateField(required=False, label=_("From"), widget=forms.DateInput(attrs={"type": "date"}))
    until = forms.DateField(required=False, label=_("To"), widget=forms.DateInput(attrs={"type": "date"}))

    def values(self) -> dict[str, Any]:
        """Days are days of UTC; the last one is included."""
        found = super().values()
        if "since" in found:
            found["since"] = timezone.make_aware(datetime.combine(found["since"], time.min))
        if "until" in found:
            found["until"] = timezone.make_aware(datetime.combine(found["until"], time.max))
        return found


class CommandFilter(Filter):
    kind = forms.ChoiceField(required=False, label=_("Command"))
    state = forms.ChoiceField(required=False, label=_("Outcome"))

    def __init__(
        self, *args: Any, kinds: dict[CommandKind, Any], states: dict[CommandState, Any], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        for name, empty, words in (("kind", _("Any command"), kinds), ("state", _("Any outcome"), states)):
            field: Any = self.fields[name]
            field.choices = [("", empty), *((key.value, word.label) for key, word in words.items())]


class RefusedFilter(Filter):
    reason = forms.ChoiceField(
        choices=[("", _("Any reason")), *RefusedAttempt.Reason.choices], required=False, label=_("Reason")
    )


class SiteFilter(Filter):
    pass


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
}
_RESET_TYPES = [
    ("soft", _("Soft: running sessions end properly first")),
    ("hard", _("Hard: at once, running sessions are cut off")),
]
_OPERATIVE = [("true", _("In service")), ("false", _("Out of service"))]
_TRIGGERS_16 = ("StatusNotification", "MeterValues", "Heartbeat", "BootNotification")
_TRIGGERS_2 = (*_TRIGGERS_16, "TransactionEvent")


class GroupingForm(forms.Form):
    """An EVSE number for each connector of a station."""

    def __init__(self, station: Station, data: Any = None) -> None:
        super().__init__(data, auto_id="grouping-%s")
        connectors = station.connectors.select_related("evse").order_by("evse__number", "number")
        self.connectors = {f"connector-{connector.pk}": connector for connector in connectors}
        for name, connector in self.connectors.items():
            number = connector.ocpp16_id or connector.number
            self.fields[name] = forms.IntegerField(
                min_value=1,
                max_value=MAX_CONNECTORS,
                initial=connector.evse.number,
                label=_("EVSE of connector %(number)s") % {"number": number},
            )

    def evse_numbers(self) -> dict[int, int]:
        """Connector (primary key) → EVSE number, of those that are to move."""
        chosen = {self.connectors[name]: number for name, number in self.cleaned_data.items()}
        return {connector.pk: number for connector, number in chosen.items() if connector.evse.number != number}


class CommandForm(forms.Form):
    """The parameters of one kind of command, for one station. `values()` is what the command service takes."""

    def __init__(self, kind: CommandKind, station: Station, sessions: list[Session], *args: Any, **kw: Any) -> None:
        super().__init__(*args, **{**kw, "auto_id": "command-%s"})
        self.kind, self.station, self.sessions = kind, station, sessions
        for parameter in PARAMETERS[kind]:
            if parameter.name == "variables":
                self._add_variable_fields(with_value=kind is CommandKind.SET_VARIABLES)
                continue
            field = self._field(parameter)
            field.label = _LABELS.get(parameter.name, parameter.name)
            field.required = parameter.required
            self.fields[parameter.name] = field

    def values(self) -> dict[str, Any]:
        """The cleaned values in the shape of stations.domain.parameters."""
        # Emptying a variable is setting it: there an empty value stays.
        given = {n: value for n, value in self.cleaned_data.items() if n == "value" or value not in ("", None)}
        if not any(parameter.name == "variables" for parameter in PARAMETERS[self.kind]):
            return given
        return {"variables": [given] if given else []}

    def _field(self, parameter: Parameter) -> forms.Field:
        special: dict[str, Callable[[], forms.Field]] = {
            "evse": self._evse_field,
            "transaction_id": self._session_field,
            "id_token_type": lambda: forms.ChoiceField(
                choices=[("", _("As known, else Central")), *((t.value, t.value) for t in TokenType)]
            ),
            "message": self._trigger_field,
            "type": lambda: forms.ChoiceField(choices=_RESET_TYPES, initial="soft", widget=forms.RadioSelect),
            "id_token": lambda: forms.CharField(max_length=36, widget=_text(spellcheck="false")),
        }
        made = special.get(parameter.name) or (lambda: self._plain_field(parameter))
        return made()

    def _plain_field(self, parameter: Parameter) -> forms.Field:
        by_type: dict[type, Callable[[], forms.Field]] = {
            bool: lambda: forms.TypedChoiceField(
                choices=_OPERATIVE, coerce=lambda value: value == "true", initial="true", widget=forms.RadioSelect
            ),
            int: lambda: forms.IntegerField(min_value=0, max_value=2**31 - 1, help_text=parameter.help),
            dict: lambda: JsonObjectField(initial="{}", help_text=parameter.help),
        }
        if parameter.type in by_type:
            return by_type[parameter.type]()
        if parameter.choices:
            return forms.ChoiceField(choices=[(choice, choice.capitalize()) for choice in parameter.choices])
        return forms.CharField(max_length=2500, help_text=parameter.help)

    def _evse_field(self) -> forms.Field:
        whole = [] if self.kind is CommandKind.UNLOCK else [("", _("The whole station"))]
        if self.kind is CommandKind.REMOTE_START:
            whole = [("", _("Any that is free"))]
        numbers = [(str(evse.number), f"EVSE {evse.number}") for evse in self.station.evses.all()]
        return forms.TypedChoiceField(choices=[*whole, *numbers], coerce=int, empty_value=None)

    def _session_field(self) -> forms.Field:
        return forms.ChoiceField(
            choices=[
                (session.transaction_id, f"EVSE {session.evse.number if session.evse else '?'} · {session.id_token}")
                for session in self.sessions
            ]
        )

    def _trigger_field(self) -> forms.Field:
        names = _TRIGGERS_16 if self.station.protocol == "ocpp1.6" else _TRIGGERS_2
        return forms.ChoiceField(choices=[(name, name) for name in names])

    def _add_variable_fields(self, *, with_value: bool) -> None:
        if self.station.protocol != "ocpp1.6":
            self.fields["component"] = forms.CharField(max_length=50, label=_("Component"))
        self.fields["name"] = forms.CharField(
            max_length=50,
            label=_("Name"),
            required=with_value or self.station.protocol != "ocpp1.6",
            help_text="" if with_value else _("OCPP 1.6: left empty, the station tells all of them."),
            widget=_text(spellcheck="false"),
        )
        if with_value:
            self.fields["value"] = forms.CharField(max_length=2500, label=_("Value"), required=False)


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
