"""Form fields of the commands about logs and firmware."""

from collections.abc import Callable
from datetime import UTC, tzinfo
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from stations.domain.commands import CommandKind as Kind
from stations.domain.times import is_time, parse, render
from stations.models import Station

LABELS: dict[str, Any] = {
    "log": _("Which log"),
    "oldest": _("From"),
    "latest": _("To"),
    "retrieve_at": _("Download from"),
    "install_at": _("Install from"),
    "signing_certificate": _("Signing certificate"),
    "signature": _("Signature"),
    "checksum": _("Checksum"),
}
_KINDS = (Kind.GET_LOG, Kind.UPDATE_FIRMWARE, Kind.PUBLISH_FIRMWARE, Kind.UNPUBLISH_FIRMWARE)
# How to try again is best left to the charger.
LEFT_OUT = frozenset((kind, name) for kind in _KINDS for name in ("retries", "retry_interval"))
_LOGS = [
    ("diagnostics", _("Diagnostics")),
    ("security", _("Security")),
    ("data_collector", _("Data collector")),
]


def fields(kind: Kind, station: Station) -> dict[str, Callable[[], forms.Field]]:
    """The fields of `kind` that are not what their type would make them."""
    if kind not in _KINDS:
        return {}
    logs = _LOGS if station.protocol == "ocpp2.1" else _LOGS[:-1]
    here = _("Left empty: to this installation.") if kind is Kind.GET_LOG else _("http, https, ftp or sftp.")
    return {
        "log": lambda: forms.ChoiceField(choices=logs, initial="diagnostics", widget=forms.RadioSelect),
        **{name: lambda: MomentField(station) for name in ("oldest", "latest", "retrieve_at", "install_at")},
        "url": lambda: forms.CharField(max_length=2000, help_text=here, widget=_line()),
        "signing_certificate": lambda: forms.CharField(
            max_length=5500, help_text=_("PEM; with a signature only."), widget=_area()
        ),
        "signature": lambda: forms.CharField(max_length=800, help_text=_("Base64."), widget=_area()),
        "checksum": lambda: forms.RegexField(
            r"^[0-9a-fA-F]{32}\Z", help_text=_("MD5, 32 hexadecimal digits."), widget=_line()
        ),
    }


def _line() -> forms.TextInput:
    return forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"})


def _area() -> forms.Textarea:
    return forms.Textarea(attrs={"rows": 3, "spellcheck": "false", "class": "mono"})


class MomentField(forms.DateTimeField):
    """A time on the clock of the station's site; cleaned, it is the text that commands take."""

    widget = forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")

    def __init__(self, station: Station) -> None:
        zone = station.site.timezone
        super().__init__(help_text=_("On the site's clock (%(zone)s); left empty: no bound.") % {"zone": zone})
        self.zone = zone

    def prepare_value(self, value: Any) -> Any:
        """On the site's clock, of a time as commands name it too."""
        if isinstance(value, str) and is_time(value) and (moment := parse(value)).tzinfo:
            return moment.astimezone(_zone(self.zone)).replace(tzinfo=None)
        return super().prepare_value(value)

    def clean(self, value: Any) -> Any:
        """ISO 8601 in UTC; None where nothing was given."""
        with timezone.override(_zone(self.zone)):
            moment = super().clean(value)
        return render(moment) if moment is not None else None


def _zone(name: str) -> tzinfo:
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError):
        return UTC
