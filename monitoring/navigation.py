"""The pages of monitoring in the console's main navigation: where work begins; settings are reached from there."""

from django.utils.translation import gettext_lazy as _

from drivers.domain.roles import Permission
from stations.views.navigation import Entry, Group

MINE = Entry("monitoring:my-notifications", _("My notifications"), "send")

RELIABILITY: Group = (
    _("Reliability"),
    (
        Entry("monitoring:incident-list", _("Incidents"), "alert"),
        Entry("monitoring:rota-list", _("On call"), "calendar"),
        Entry("monitoring:work-order-list", _("Work orders"), "list"),
        Entry("monitoring:repair-run-list", _("Self-repair"), "reset"),
        Entry("monitoring:uptime", _("Uptime"), "gauge"),
        Entry("monitoring:charging-success", _("Charging success"), "check"),
        Entry("monitoring:link-list", _("Connectivity"), "online"),
    ),
)
SUPPORT: Group = (
    _("Support"),
    (
        Entry("monitoring:ticket-list", _("Tickets"), "message", Permission.VIEW_TICKETS),
        Entry("monitoring:helpline", _("Helpline"), "note", Permission.RESPOND),
        Entry("monitoring:status-settings", _("Status page"), "external", Permission.MANAGE_MONITORING),
    ),
)
