"""What a console command is offered with, and where it stands in a station's menu."""

from dataclasses import dataclass
from enum import StrEnum

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from stations.views.wording import Text


class Group(StrEnum):
    """Where a command stands in a station's menu; in this order."""

    CHARGING = "charging"
    STATION = "station"
    DIAGNOSTICS = "diagnostics"
    CONFIGURATION = "configuration"
    POWER = "power"
    TOKENS = "tokens"
    DISPLAY = "display"
    MONITORING = "monitoring"
    SECURITY = "security"
    PRICES = "prices"


GROUPS = {
    Group.CHARGING: pgettext_lazy("heading", "Charging"),
    Group.STATION: _("Station"),
    Group.CONFIGURATION: _("Configuration"),
    Group.POWER: _("Power"),
    Group.TOKENS: _("Id tokens"),
    Group.DISPLAY: _("Display"),
    Group.MONITORING: _("Monitoring"),
    Group.SECURITY: _("Security"),
    Group.DIAGNOSTICS: _("Diagnostics"),
    Group.PRICES: _("Prices"),
}


@dataclass(frozen=True, slots=True)
class CommandText:
    """How a command is offered. `warning` is what it may break; empty for harmless ones."""

    group: Group
    label: Text
    icon: str
    verb: Text
    about: Text
    warning: Text = ""
