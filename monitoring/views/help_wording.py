"""What drivers are told, in plain words."""

from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from monitoring.domain.self_help import Advice
from monitoring.models import Ticket
from stations.views.wording import Text, Word

ADVICE: dict[Advice, Text] = {
    Advice.OUT_OF_ORDER: gettext_lazy("This charger is out of order. We know of it, and it will not start now."),
    Advice.NO_CONNECTION: gettext_lazy(
        "This charger has lost its connection to us: it may not accept cards or the app at the moment."
    ),
    Advice.RESERVED: gettext_lazy("This charger is reserved for somebody at the moment."),
    Advice.UNPLUG: gettext_lazy(
        "Charging is over. To unplug: unlock the vehicle, wait a few seconds, then pull the plug straight out. Many "
        "vehicles hold it until their doors are unlocked, or have a button for it."
    ),
    Advice.STOP_FIRST: gettext_lazy(
        "It is charging, and holds the plug until it stops. Stop with the card or app you started with, or in the "
        "vehicle; then unlock the vehicle and pull the plug out."
    ),
    Advice.PLUG_FIRST: gettext_lazy(
        "This charger is free and works. Plug in first, until it clicks, then show your card or start in the app."
    ),
}

STATES = {
    Ticket.State.OPEN: Word(gettext_lazy("We are on it"), "clock", "occupied"),
    Ticket.State.WAITING: Word(gettext_lazy("We have answered: it is your turn"), "message", "charging"),
    Ticket.State.RESOLVED: Word(gettext_lazy("Solved"), "check", "available"),
    Ticket.State.CLOSED: Word(gettext_lazy("Closed"), "minus", "unavailable"),
}


def distance(metres: float) -> str:
    """As one says it: 350 m, 2.4 km."""
    if metres < 1000:
        return _("%(count)s m") % {"count": number_format(round(metres, -1), 0)}
    return _("%(count)s km") % {"count": number_format(metres / 1000, 1)}
