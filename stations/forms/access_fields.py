"""Form fields of the commands that change how a station gets in."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from stations.domain.access_parameters import INTERFACES
from stations.domain.commands import CommandKind as Kind
from stations.models import Station
from stations.services.profile_upgrades import free_slot

LABELS: dict[str, Any] = {
    "security_profile": _("Security profile"),
    "url": _("Address"),
    "slot": _("Slot"),
    "interface": _("Network"),
    "message_timeout": _("Time for an answer, in seconds"),
    "ocpp_version": _("OCPP version"),
}
_KINDS = (Kind.UPGRADE_SECURITY_PROFILE, Kind.SET_NETWORK_PROFILE)
# OCPP 1.6 changes the profile and keeps the address.
_OF_2 = frozenset((Kind.UPGRADE_SECURITY_PROFILE, name) for name in ("url", "slot", "interface"))
# Mobile network and VPN: for programs, which have these from the SIM cards' provider.
_FOR_PROGRAMS = frozenset((Kind.SET_NETWORK_PROFILE, name) for name in ("apn", "vpn", "ocpp_version"))


def left_out(station: Station) -> frozenset[tuple[Kind, str]]:
    """Parameters that the form does not ask for."""
    return _FOR_PROGRAMS | (_OF_2 if station.protocol == "ocpp1.6" else frozenset())


def fields(kind: Kind, station: Station) -> dict[str, Callable[[], forms.Field]]:
    """The fields of `kind` that are not what their type would make them."""
    if kind not in _KINDS:
        return {}
    return {
        "security_profile": lambda: _profile_field(kind, station),
        "url": lambda: forms.CharField(
            max_length=512,
            initial=_address(station),
            help_text=_("Without the station's identity."),
            widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
        ),
        "slot": lambda: forms.IntegerField(
            min_value=0,
            max_value=99,
            initial=free_slot(station),
            help_text=_("One that is not in use: the station overwrites what is there."),
        ),
        "interface": lambda: forms.ChoiceField(choices=[(name, name) for name in INTERFACES], initial=INTERFACES[0]),
    }


def _profile_field(kind: Kind, station: Station) -> forms.Field:
    lowest = station.security_profile + 1 if kind is Kind.UPGRADE_SECURITY_PROFILE else 0
    choices = [(value, label) for value, label in Station.SecurityProfile.choices if value >= lowest]
    initial = None if kind is Kind.UPGRADE_SECURITY_PROFILE else station.security_profile
    return forms.TypedChoiceField(choices=choices, coerce=int, empty_value=None, initial=initial)


def _address(station: Station) -> str:
    """Where the station is connected now, by TLS."""
    host = station.connection.host if station.connection else ""
    return f"wss://{host}/ocpp" if host else ""
