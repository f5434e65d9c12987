"""Template tags of the pages about commands."""

from django import template
from django.utils.translation import ngettext

from stations.domain.answers import told
from stations.domain.bulk import Obstacle
from stations.models import Command
from stations.views import answer_wording, effect_wording

register = template.Library()


@register.filter
def obstacle(value: str) -> str:
    """Why a station is told nothing."""
    return str(effect_wording.OBSTACLES[Obstacle(value)])


@register.filter
def plain_words(command: Command) -> list[str]:
    """What became of a command."""
    return answer_wording.plain_words(command)


@register.filter
def news(command: Command) -> list[str]:
    """The same for a list: nothing of what was just accepted, as nearly all are."""
    statuses = {one.status for one in told(command.answer)}
    return [] if command.is_open or (command.state == "accepted" and statuses <= {"Accepted"}) else plain_words(command)


@register.filter
def whole_time(seconds: int) -> str:
    """A time that is minutes, hours or days: “15 minutes”."""
    for size, text in ((86_400, _days), (3600, _hours)):
        if seconds >= size and seconds % size == 0:
            return text(seconds // size)
    return ngettext("%(n)d minute", "%(n)d minutes", seconds // 60) % {"n": seconds // 60}


def _hours(n: int) -> str:
    return ngettext("%(n)d hour", "%(n)d hours", n) % {"n": n}


def _days(n: int) -> str:
    return ngettext("%(n)d day", "%(n)d days", n) % {"n": n}
