"""What a person chooses from in the forms of the commands about power and prices."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from stations.domain.charging_profile import ProfileState, Purpose
from stations.domain.commands import CommandKind as Kind
from stations.domain.power_parameters import POWER
from stations.models import AppliedProfile, ChargingProfile, Station

LABELS: dict[str, Any] = {
    "profile": _("Charging profile"),
    "charging_profile": _("Charging profile"),
    "purpose": _("Purpose"),
    "stack_level": _("Stack level"),
    "duration_s": _("For how long"),
    "unit": _("Unit"),
    "source": _("Whose"),
    "limit": _("Limit"),
    "discharge_limit": _("Discharge limit"),
    "setpoint": _("Setpoint"),
    "setpoint_reactive": _("Reactive setpoint"),
    "activate": _("From now on"),
    "modes": _("Ways of transfer"),
    "signal": _("Signal, in percent"),
    "at": _("When"),
    "control_type": _("Control"),
    "control": _("Content"),
    "control_id": _("Its id"),
    "is_default": _("Kind"),
    "total_cost": _("Cost so far"),
    "tariff": _("Tariff"),
    "tariff_id": _("Tariff id"),
}
PURPOSES = {
    Purpose.STATION_MAX: _("Limit of the whole station"),
    Purpose.TX_DEFAULT: _("Default for sessions"),
    Purpose.TX: _("One session"),
    Purpose.EXTERNAL: _("External constraints"),
    Purpose.PRIORITY: _("Priority charging"),
    Purpose.LOCAL_GENERATION: _("Local generation"),
}
_HOURS = [(3600, _("1 hour")), (6 * 3600, _("6 hours")), (86_400, _("1 day")), (7 * 86_400, _("1 week"))]
_SOURCES = [("CSO", _("This network")), ("EMS", "EMS"), ("SO", _("The grid operator")), ("Other", _("Somebody else"))]
_SWITCH = [("true", _("Priority profile")), ("false", _("As before"))]
_DEFAULTS = [("", _("Any")), ("true", _("Default")), ("false", _("Scheduled"))]
# A TxProfile finds its session by its EVSE.
LEFT_OUT = frozenset({(Kind.SET_CHARGING_PROFILE, "transaction_id"), (Kind.SEND_AFRR_SIGNAL, "at")})

Fields = dict[str, Callable[[], forms.Field]]


def labels(kind: Kind) -> dict[str, Any]:
    """How the parameters of these commands are called; empty for others, which may mean something else by a name."""
    return LABELS if kind in POWER or kind is Kind.REMOTE_START else {}


def fields(kind: Kind, station: Station) -> Fields:
    """The fields of a command by its parameters' names; empty for commands of another kind."""
    made: dict[Kind, Callable[[Station], Fields]] = {
        Kind.REMOTE_START: lambda station: {"charging_profile": lambda: _kept(station, {Purpose.TX}, optional=True)},
        Kind.SET_CHARGING_PROFILE: lambda station: {"profile": lambda: _kept(station, set(Purpose))},
        Kind.CLEAR_CHARGING_PROFILE: lambda station: {"profile": lambda: _applied(station), **_criteria()},
        Kind.GET_CHARGING_PROFILES: lambda station: {
            "profile": lambda: _applied(station),
            "source": lambda: forms.ChoiceField(choices=[("", _("Anybody's")), *_SOURCES]),
            **_criteria(),
        },
        Kind.GET_COMPOSITE_SCHEDULE: lambda station: {
            "duration_s": lambda: forms.TypedChoiceField(choices=_HOURS, initial=86_400, coerce=int),
            "unit": lambda: forms.ChoiceField(choices=[("", _("As the station likes")), ("A", "A"), ("W", "W")]),
        },
        Kind.UPDATE_DYNAMIC_SCHEDULE: lambda station: {"profile": lambda: _applied(station, kind="Dynamic")},
        Kind.USE_PRIORITY_CHARGING: lambda station: {"activate": lambda: _flag(_SWITCH, initial="true")},
        Kind.SET_DER_CONTROL: lambda station: {"is_default": lambda: _flag(_DEFAULTS[1:], initial="true")},
        Kind.GET_DER_CONTROLS: lambda station: {"is_default": lambda: _flag(_DEFAULTS)},
        Kind.CLEAR_DER_CONTROL: lambda station: {"is_default": lambda: _flag(_DEFAULTS[1:], initial="false")},
    }
    return made[kind](station) if kind in made else {}


def _criteria() -> Fields:
    return {
        "purpose": lambda: forms.ChoiceField(
            choices=[("", _("Any")), *((purpose.value, label) for purpose, label in PURPOSES.items())]
        ),
        "stack_level": lambda: forms.IntegerField(min_value=0, max_value=2**31 - 1),
    }


def _flag(choices: list[tuple[str, Any]], *, initial: str = "") -> forms.Field:
    return forms.TypedChoiceField(
        choices=choices,
        coerce=lambda value: value == "true",
        empty_value=None,
        initial=initial,
        widget=forms.RadioSelect,
    )


def _kept(station: Station, purposes: set[Purpose], *, optional: bool = False) -> forms.Field:
    """Profiles of the station's network that were not made for one session."""
    rows = ChargingProfile.objects.filter(
        organization=station.site.organization_id, purpose__in=purposes, session=None
    ).order_by("description", "id")
    none = [("", _("None"))] if optional else []
    choices = [(row.pk, f"{row.description or row.purpose} · {PURPOSES[Purpose(row.purpose)]}") for row in rows[:200]]
    return forms.TypedChoiceField(
        choices=[*none, *choices],
        coerce=int,
        empty_value=None,
        help_text="" if choices or optional else _("There is none yet: make one on the page “Charging profiles”."),
    )


def _applied(station: Station, **filters: str) -> forms.Field:
    """Profiles that are on the station."""
    rows = AppliedProfile.objects.filter(station=station, state=ProfileState.ACCEPTED, **filters)
    choices = [
        (row.wire_id, f"{row.wire_id} · {PURPOSES.get(Purpose(row.purpose), row.purpose)}")
        for row in rows.order_by("wire_id")[:200]
    ]
    return forms.TypedChoiceField(choices=[("", _("All that fit")), *choices], coerce=int, empty_value=None)
