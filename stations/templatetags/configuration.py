"""Template tags around configuration and monitoring."""

from django import template
from django.utils.safestring import SafeString

from stations.domain.configuration import Drift, Key
from stations.domain.configuration_text import name_of
from stations.models.variable import Place
from stations.templatetags.console import badge
from stations.views.configuration_wording import DRIFTS, MEANINGS
from stations.views.wording import Text, Word

register = template.Library()


@register.simple_tag
def drift(value: Drift) -> SafeString:
    """The badge of how a value compares with what it should be."""
    return badge(DRIFTS[value])


@register.filter
def drift_meaning(value: Drift) -> Text:
    return MEANINGS[value]


@register.filter
def key_name(key: Key) -> str:
    """A variable in one line."""
    return name_of(key)


@register.filter
def place_name(row: Place) -> str:
    """The variable a monitor or an event is about, in one line."""
    numbers = row.evse_number, row.connector_number
    return name_of(Key(row.component, row.component_instance, *numbers, row.name, row.instance, "Actual"))


@register.simple_tag
def severity(value: int | None) -> SafeString:
    """The badge of a severity: 0 (danger) to 9 (debug)."""
    if value is None:
        return SafeString("–")
    tone = "faulted" if value <= 3 else "occupied" if value <= 6 else "unavailable"
    return badge(Word(str(value), "alert" if value <= 6 else "minus", tone))
