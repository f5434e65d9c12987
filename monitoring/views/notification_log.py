"""The delivery log: every message, whom it was for, and what became of it."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.db.models import QuerySet
from django.http import HttpResponseBase, QueryDict
from django.utils.translation import gettext_lazy as _

from drivers.domain.roles import Permission
from drivers.permissions import Viewer
from drivers.reread import reread
from monitoring.forms.notifications import LogFilter
from monitoring.models import Notification
from monitoring.selectors.notifications import find_notifications
from monitoring.views.notification_wording import Row, rows
from stations.templatetags import console as shown
from stations.views.listing import Column, Listing, show
from stations.views.pages import ConsoleRequest, console
from stations.views.paging import Page, paginate


def _incident(row: Row) -> str:
    incident = row.notification.incident
    return reread(incident.title) if incident else ""


class NotificationList(Listing[Notification, Row]):
    name = "notifications"
    url_name = "monitoring:notification-log"
    title = _("Delivery log")
    about = _("Who was told of what, when, by what, and whether it left.")
    icon = "send"
    template = "monitoring/notification_list.html"
    nothing = _("No messages")
    nothing_about = _("What people are told of incidents stands here. Nothing was told yet, or nothing matches.")
    permission = Permission.MANAGE_MONITORING
    ids = {"notification_id": lambda row: row.notification.pk}
    columns = (
        Column(
            "what",
            _("What happened"),
            lambda row: row.notification.get_change_display(),
            {
                "change": lambda row: row.notification.change,
                "incident_id": lambda row: row.notification.incident_id,
                "incident": lambda row: row.notification.incident.title if row.notification.incident else "",
            },
            under=_incident,
        ),
        Column(
            "state",
            _("Outcome"),
            lambda row: shown.badge(row.word),
            {"state": lambda row: row.notification.state, "problem": lambda row: row.notification.problem},
            under=lambda row: row.problem,
            is_state=True,
        ),
        Column(
            "who",
            _("Who"),
            lambda row: row.who,
            {"person": lambda row: row.notification.person.email if row.notification.person else ""},
            under=lambda row: row.reason,
        ),
        Column("way", _("By"), lambda row: row.way, {"channel": lambda row: row.way}, css="soft"),
        Column(
            "when",
            _("When"),
            lambda row: shown.ago(row.notification.sent_at or row.notification.created_at),
            {"created_at": lambda row: row.notification.created_at, "sent_at": lambda row: row.notification.sent_at},
            css="soft nowrap",
        ),
        Column(
            "attempts",
            _("Attempts"),
            lambda row: row.notification.attempts,
            {"attempts": lambda row: row.notification.attempts},
            css="end",
            is_default=False,
        ),
    )

    def form(self, parameters: QueryDict, viewer: Viewer) -> LogFilter:
        return LogFilter(parameters)

    def find(self, viewer: Viewer, values: Mapping[str, Any]) -> QuerySet[Notification]:
        return find_notifications(viewer, **values)

    def rows(self, viewer: Viewer, found: Sequence[Notification]) -> list[Row]:
        return rows(found)

    def url(self, row: Row) -> str:
        pk = row.notification.incident_id
        return f"/console/incidents/{pk}/" if pk else ""

    def page(self, viewer: Viewer, values: Mapping[str, Any], parameters: QueryDict) -> Page:
        return paginate(self.find(viewer, values), parameters)


NOTIFICATIONS = NotificationList()


@console
def notification_log(request: ConsoleRequest) -> HttpResponseBase:
    """Messages, latest first."""
    return show(request, NOTIFICATIONS)
