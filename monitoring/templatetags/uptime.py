"""How figures of uptime are written."""

from django import template
from django.utils.translation import gettext as _

from monitoring.views import words
from monitoring.views.lists.uptime import minutes, percent
from stations.views.wording import Text

register = template.Library()


register.filter("uptime_percent", percent)
register.filter("minutes", minutes)


@register.filter
def seconds_as_minutes(value: int) -> str:
    return minutes(value / 60)


@register.filter
def cause_words(cause: str) -> Text:
    """What a correction says; empty: earlier ones are taken back."""
    return words.CAUSES.get(cause) or _("As the signals tell")
