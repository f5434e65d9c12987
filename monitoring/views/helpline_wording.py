"""What outcomes of contacts with the helpline are called, and how its figures are said."""

from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from monitoring.models import HelplineContact
from stations.templatetags.console import percent as shown_percent
from stations.templatetags.console import seconds
from stations.views.wording import Word

OUTCOMES = {
    HelplineContact.Outcome.SOLVED: Word(gettext_lazy("Solved at once"), "check", "available"),
    HelplineContact.Outcome.FOLLOW_UP: Word(gettext_lazy("Will be followed up"), "clock", "occupied"),
    HelplineContact.Outcome.UNSOLVED: Word(gettext_lazy("Could not be helped"), "x", "faulted"),
    HelplineContact.Outcome.GONE: Word(gettext_lazy("Hung up before"), "minus", "unavailable"),
}


def method() -> str:
    """How the figures are made, in plain words."""
    return _(
        "Public Charge Point Regulations 2023 (SI 2023/1168), regulation 9: each contact with the helpline is recorded "
        "and reported each quarter. Quarters are those of UTC. Solved at once: in the same contact. The time until "
        "solved counts contacts solved at once and those whose ticket has been resolved."
    )


def minutes(value: float | None) -> str:
    return "–" if value is None else _("%(count)s min") % {"count": number_format(value, 1 if value % 1 else 0)}


def hours(value: float | None) -> str:
    if value is not None and value < 1:
        return minutes(round(value * 60))
    return "–" if value is None else _("%(count)s h") % {"count": number_format(value, 1)}


def waited(value: float | None) -> str:
    return "–" if value is None else seconds(value)


def percent(share: float | None) -> str:
    return "–" if share is None else shown_percent(100 * share)
