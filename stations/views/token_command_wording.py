"""How the commands around id tokens are offered: reservations, local lists, payment."""

from django.utils.translation import gettext_lazy as _

from stations.domain.commands import CommandKind as Kind
from stations.views.command_text import CommandText, Group

TOKENS: dict[Kind, CommandText] = {
    Kind.RESERVE: CommandText(
        Group.CHARGING,
        _("Reserve"),
        "calendar",
        _("Reserve"),
        _("Keeps a place for an id token. Until the time is over nobody else can start there."),
    ),
    Kind.CANCEL_RESERVATION: CommandText(
        Group.CHARGING,
        _("Cancel a reservation"),
        "x",
        _("Cancel the reservation"),
        _("Gives a reserved place free again."),
        _("Whoever it was kept for may find it taken."),
    ),
    Kind.SEND_LOCAL_LIST: CommandText(
        Group.TOKENS,
        _("Send the local list"),
        "list",
        _("Send"),
        _("Sends the station the id tokens that it may accept by itself, without asking."),
    ),
    Kind.GET_LOCAL_LIST_VERSION: CommandText(
        Group.TOKENS,
        _("Ask for the local list's version"),
        "question",
        _("Ask"),
        _("Asks which version of the local list the station has."),
    ),
    Kind.NOTIFY_WEB_PAYMENT: CommandText(
        Group.CHARGING,
        _("Announce a payment"),
        "clock",
        _("Announce"),
        _("Tells the station that somebody who scanned its code is paying, so that it keeps the EVSE free (OCPP 2.1)."),
    ),
}
