"""What the roles may do, in plain words, where one is chosen."""

from django.utils.translation import gettext_lazy as _

from drivers.domain.roles import Role
from stations.views.wording import Text

ROLE_MEANING: dict[Role, Text] = {
    Role.OWNER: _(
        "Everything, and only owners: members, invitations, the keys of others, the organization's settings."
    ),
    Role.OPERATOR: _(
        "Runs the network: sites, stations, configuration, all commands, sessions, id tokens, tickets, audit log."
    ),
    Role.TECHNICIAN: _("Looks after stations: sees network and sessions, sends all commands. Changes no site."),
    Role.SUPPORT: _(
        "Helps drivers: answers tickets, sees network, sessions and id tokens; starts, stops, unlocks and reserves."
    ),
    Role.FINANCE: _("Sees network, sessions and tickets, and decides on refunds. Changes nothing else."),
    Role.VIEWER: _("Sees sites and stations, nothing of drivers and their sessions, and changes nothing."),
}
