"""One form per kind of command for many stations: neutral parameters, and how to go about it."""

from collections.abc import Callable, Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from stations.domain import configuration_text
from stations.domain.bulk import SPREADS_S, WAITS_S, usual_spread_s, usual_wait_s
from stations.domain.charging_profile import Purpose
from stations.domain.commands import CommandKind as Kind
from stations.domain.commands import policy_of
from stations.domain.configuration import key_named, named, text_of
from stations.domain.triggers import MESSAGES
from stations.forms.commands import OPERATIVE, RESET_TYPES
from stations.forms.power_fields import PURPOSES

Fields = dict[str, forms.Field]

_WAITS = dict(
    zip(
        WAITS_S,
        (_("Leave them out"), _("Wait up to 15 minutes"), _("Wait up to an hour"), _("Wait up to a day"), _("A week")),
        strict=True,
    )
)
_SPREADS = dict(
    zip(
        SPREADS_S,
        (
            *(_("All at once"), _("Over 5 minutes"), _("Over 15 minutes"), _("Over half an hour"), _("Over an hour")),
            *(_("Over 2 hours"), _("Over 4 hours")),
        ),
        strict=True,
    )
)
_ASKED_FOR = [("full", _("All there is")), ("configuration", _("What can be set")), ("summary", _("A summary"))]
_LOGS = [
    ("diagnostics", _("Diagnostics")),
    ("security", _("Security")),
    ("data_collector", _("Data collector (OCPP 2.1)")),
]
_RESETS = [*RESET_TYPES[:-1], (RESET_TYPES[-1][0], _("Resume: as hard, and sessions are taken up again (OCPP 2.1)"))]
_CLEARED = (Purpose.STATION_MAX, Purpose.TX_DEFAULT, Purpose.TX)


class BulkForm(forms.Form):
    """The parameters of a command to `total` stations of any version. `values()` is what the command takes."""

    def __init__(self, kind: Kind, total: int, *args: Any, given: Mapping[str, Any] | None = None, **kw: Any) -> None:
        super().__init__(*args, **{**kw, "auto_id": "bulk-%s"})
        self.kind = kind
        self.fields.update(_FIELDS[kind]() if kind in _FIELDS else {})
        self.fields["wait_s"] = _choice(
            _("Stations that are not connected"), _WAITS, usual_wait_s(policy_of(kind).expires_after)
        )
        self.fields["spread_s"] = _choice(
            _("How fast"),
            _SPREADS,
            usual_spread_s(kind, total),
            _("Spread, they do not all come back at once, and the rest can be stopped when the first ones fail."),
        )
        self.initial = {**self.initial, **_shown(given or {})}

    def values(self) -> dict[str, Any]:
        """The cleaned values in the shape of stations.domain.parameters."""
        how = ("wait_s", "spread_s")
        return {name: value for name, value in self.cleaned_data.items() if name not in how and value not in ("", None)}


def _choice(label: Any, choices: Mapping[int, Any], initial: int, help_text: Any = "") -> forms.Field:
    return forms.TypedChoiceField(
        label=label, choices=list(choices.items()), coerce=int, initial=initial, help_text=help_text
    )


class LinesField(forms.CharField):
    """Variables, one a line; with values if `with_value`. Cleaned, they are named as commands name them."""

    def __init__(self, *, with_value: bool, **kwargs: Any) -> None:
        self.with_value = with_value
        text = "HeartbeatInterval = 300\nOCPPCommCtrlr / HeartbeatInterval = 300"
        shown = text if with_value else text.replace(" = 300", "")
        attrs = {"rows": 5, "class": "mono", "spellcheck": "false", "placeholder": shown}
        super().__init__(max_length=20_000, strip=False, widget=forms.Textarea(attrs=attrs), **kwargs)

    def clean(self, value: Any) -> list[dict[str, Any]]:
        text = super().clean(value)
        if not self.with_value:
            text = "\n".join(f"{line} =" for line in text.splitlines() if line.strip())
        try:
            read = list(configuration_text.read(text))
        except configuration_text.Unreadable as problem:
            raise forms.ValidationError(
                _("Line %(line)s is not understood."), params={"line": problem.line}
            ) from problem
        if not read:
            raise forms.ValidationError(_("Name at least one variable."))
        if len({key for key, _value in read}) < len(read):
            raise forms.ValidationError(_("A variable stands here twice."))
        return [named(key) | ({"value": text} if self.with_value else {}) for key, text in read]


def _shown(values: Mapping[str, Any]) -> dict[str, Any]:
    """Parameters as the fields show them."""
    shown = {name: str(value).lower() if isinstance(value, bool) else value for name, value in values.items()}
    if "variables" in values:
        lines = [(key_named(v), text_of(v["value"]) if "value" in v else "") for v in values["variables"]]
        text = configuration_text.write(lines)
        is_asked = any("value" not in variable for variable in values["variables"])
        shown["variables"] = "\n".join(line.removesuffix(" = ") for line in text.splitlines()) if is_asked else text
    return shown


def _radios(label: Any, choices: list[Any], initial: str, **kwargs: Any) -> forms.Field:
    return forms.TypedChoiceField(label=label, choices=choices, initial=initial, widget=forms.RadioSelect, **kwargs)


def _messages() -> list[tuple[str, str]]:
    names = dict.fromkeys(name for some in MESSAGES.values() for name in some if name != "CustomTrigger")
    return [(name, name) for name in names]


_FIELDS: dict[Kind, Callable[[], Fields]] = {
    Kind.SET_VARIABLES: lambda: {
        "variables": LinesField(
            with_value=True,
            label=_("Values"),
            help_text=_(
                "One a line: name = value for OCPP 1.6, component / name = value for OCPP 2.x. Each station gets those"
                " that its version has."
            ),
        )
    },
    Kind.GET_VARIABLES: lambda: {
        "variables": LinesField(
            with_value=False,
            label=_("Variables"),
            help_text=_("One a line: name for OCPP 1.6, component / name for OCPP 2.x."),
        )
    },
    Kind.RESET: lambda: {"type": _radios(_("How"), _RESETS, "soft")},
    Kind.CHANGE_AVAILABILITY: lambda: {
        "operative": _radios(_("From now on"), OPERATIVE, "true", coerce=lambda value: value == "true")
    },
    Kind.CLEAR_CHARGING_PROFILE: lambda: {
        "purpose": forms.ChoiceField(
            label=_("Purpose"), choices=[("", _("Any")), *((p.value, PURPOSES[p]) for p in _CLEARED)], required=False
        ),
        "stack_level": forms.IntegerField(label=_("Stack level"), min_value=0, max_value=2**31 - 1, required=False),
    },
    Kind.TRIGGER: lambda: {"message": forms.ChoiceField(label=_("Message"), choices=_messages())},
    Kind.GET_LOG: lambda: {"log": _radios(_("Which log"), _LOGS, "diagnostics")},
    Kind.GET_BASE_REPORT: lambda: {"report": _radios(_("Report"), _ASKED_FOR, "full")},
}
