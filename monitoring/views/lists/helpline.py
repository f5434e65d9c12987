"""The helpline's log as a list."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.db.models import QuerySet
from django.http import HttpResponseBase, QueryDict
from django.utils.translation import gettext_lazy as _

from drivers.domain.roles import Permission
from drivers.permissions import Viewer
from monitoring.forms.helpline import ContactFilter
from monitoring.models import HelplineContact
from monitoring.selectors.helpline import find_contacts
from monitoring.views.helpline_wording import OUTCOMES
from stations.selectors import visible_sites
from stations.templatetags import console as shown
from stations.views.listing import Column, Listing, show
from stations.views.pages import ConsoleRequest, console


def _where(row: HelplineContact) -> object:
    return row.station.identity if row.station else row.site.name if row.site else ""


class ContactList(Listing[HelplineContact, HelplineContact]):
    name = "helpline-contacts"
    url_name = "monitoring:helpline"
    title = _("Helpline")
    about = _("Every contact of a driver with the helpline, the latest first, and what became of it.")
    icon = "message"
    nothing = _("No contacts")
    nothing_about = _("None matches, or nobody has called yet. Write each contact down while it lasts.")
    template = "monitoring/helpline_list.html"
    permission = Permission.RESPOND
    is_live = False
    ids = {"contact_id": lambda row: row.pk}
    columns = (
        Column(
            "category",
            _("About"),
            lambda row: row.get_category_display(),
            {"category": lambda row: row.category},
            under=lambda row: row.note[:120],
        ),
        Column(
            "outcome",
            _("Outcome"),
            lambda row: shown.badge(OUTCOMES[HelplineContact.Outcome(row.outcome)]),
            {"outcome": lambda row: row.outcome, "note": lambda row: row.note},
            is_state=True,
        ),
        Column(
            "where",
            _("Where"),
            lambda row: _where(row) or "–",
            {
                "site": lambda row: row.site.name if row.site else "",
                "station": lambda row: row.station.identity if row.station else "",
            },
            css="soft",
        ),
        Column("at", _("When"), lambda row: shown.at(row.at, row.site), {"at": lambda row: row.at}, css="nowrap"),
        Column(
            "minutes", _("Minutes"), lambda row: row.minutes, {"minutes": lambda row: row.minutes}, css="end nowrap"
        ),
        Column(
            "channel",
            _("Way"),
            lambda row: row.get_channel_display(),
            {"channel": lambda row: row.channel, "waited_s": lambda row: row.waited_s},
            css="soft",
        ),
        Column(
            "ticket",
            _("Ticket"),
            lambda row: row.ticket or "–",
            {"ticket": lambda row: row.ticket or ""},
            css="soft nowrap",
        ),
        Column(
            "who",
            _("Taken by"),
            lambda row: row.taken_by or "–",
            {"taken_by": lambda row: row.taken_by.email if row.taken_by else ""},
            css="soft",
            is_default=False,
        ),
    )

    def form(self, parameters: QueryDict, viewer: Viewer) -> ContactFilter:
        return ContactFilter(parameters, sites=visible_sites(viewer))

    def find(self, viewer: Viewer, values: Mapping[str, Any]) -> QuerySet[HelplineContact]:
        return find_contacts(viewer, **values)

    def rows(self, viewer: Viewer, found: Sequence[HelplineContact]) -> list[HelplineContact]:
        return list(found)


CONTACTS = ContactList()


@console
def contact_list(request: ConsoleRequest) -> HttpResponseBase:
    """Contacts with the helpline, filtered by what the URL says."""
    return show(request, CONTACTS)
