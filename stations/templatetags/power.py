"""Template filters for power: purposes, limits and times of charging profiles in words."""

from django import template
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from drivers.formats import NBSP, plain_number
from stations.domain.charging_profile import Kind, Purpose
from stations.forms.power_fields import PURPOSES
from stations.models.charging_profile import ProfileContent
from stations.templatetags.console import kw

register = template.Library()

# More periods than a line can hold are summed up.
_SHOWN = 3


@register.filter
def purpose(value: str) -> str:
    """What a profile is for, in words."""
    return str(PURPOSES[Purpose(value)]) if value in set(Purpose) else value


@register.filter
def rate(value: float, unit: str) -> str:
    """A limit with its unit: “16 A”, “11 kW”."""
    return f"{plain_number(round(value, 1))}{NBSP}A" if unit == "A" else kw(value)


@register.filter
def limits(profile: ProfileContent) -> str:
    """The limits of a profile's first schedule, in their order."""
    schedule = profile.schedule_list[0]
    periods = schedule["chargingSchedulePeriod"]
    words = [
        rate(period["limit"], schedule["chargingRateUnit"]) if "limit" in period else period.get("operationMode", "–")
        for period in periods[:_SHOWN]
    ]
    return ", ".join([*words, "…"] if len(periods) > _SHOWN else words)


_WHEN = {
    Kind.RELATIVE: gettext_lazy("from the session’s start"),
    Kind.DYNAMIC: gettext_lazy("changed as it runs"),
}


@register.filter
def when(profile: ProfileContent) -> str:
    """When a profile limits."""
    if profile.kind == Kind.RECURRING:
        return _("every week") if profile.recurrency == "Weekly" else _("every day")
    return str(_WHEN.get(Kind(profile.kind), "")) if profile.kind in set(Kind) else ""
