"""Form fields of the commands around id tokens: reservations and local lists."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from drivers.domain.tokens import TokenType
from stations.domain.commands import CommandKind as Kind
from stations.domain.reservations import LIVE
from stations.domain.times import render
from stations.models import Reservation, Station

LABELS: dict[str, Any] = {
    "reservation_id": _("Reservation"),
    "group_id_token": _("For a whole group"),
    "connector_type": _("Type of connector"),
    "expires_at": _("For how long"),
    "update": _("How much"),
    "timeout_s": _("For how long, in seconds"),
}
_UNTIL = [
    (15, _("15 minutes")),
    (30, _("30 minutes")),
    (60, _("1 hour")),
    (120, _("2 hours")),
    (240, _("4 hours")),
]
_UPDATES = [("", _("What the station lacks")), ("full", _("The whole list anew"))]
_TYPES = [("", _("As known, else ISO14443")), *((kind.value, kind.value) for kind in TokenType)]
# What a program may want to say, and a person leaves to us.
_FOR_PROGRAMS = frozenset(
    {(Kind.RESERVE, "reservation_id"), (Kind.SEND_LOCAL_LIST, "entries"), (Kind.SEND_LOCAL_LIST, "version")}
)
_OF_16 = frozenset({(Kind.RESERVE, "connector")})
_OF_2 = frozenset({(Kind.RESERVE, "connector_type"), (Kind.RESERVE, "id_token_type")})


def left_out(station: Station) -> frozenset[tuple[Kind, str]]:
    """Parameters that the form does not ask for."""
    return _FOR_PROGRAMS | (_OF_2 if station.protocol == "ocpp1.6" else _OF_16)


def fields(kind: Kind, station: Station) -> dict[str, Callable[[], forms.Field]]:
    """The fields of `kind` that are not what their type would make them."""
    if kind is Kind.RESERVE:
        return {
            "expires_at": lambda: forms.TypedChoiceField(choices=_UNTIL, initial=60, coerce=_until),
            "id_token_type": lambda: forms.ChoiceField(choices=_TYPES),
        }
    if kind is Kind.SEND_LOCAL_LIST:
        return {"update": lambda: forms.ChoiceField(choices=_UPDATES, widget=forms.RadioSelect)}
    if kind is Kind.CANCEL_RESERVATION:
        return {"reservation_id": lambda: _reserved(station)}
    return {}


def _reserved(station: Station) -> forms.Field:
    """The places that are kept now."""
    rows = Reservation.objects.filter(station=station, state__in=sorted(LIVE), wire_id__isnull=False)[:100]
    choices = [(str(row.wire_id), f"{row.wire_id} · {row.id_token}") for row in rows]
    help_text = "" if choices else _("None is kept at this station.")
    return forms.TypedChoiceField(choices=choices, coerce=int, help_text=help_text)


def _until(minutes: str) -> str:
    return render(timezone.now() + timedelta(minutes=int(minutes)))
