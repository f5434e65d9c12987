"""The pages of monitoring and the fragments it puts into the slots of others: one module for each of its subjects."""

from monitoring.urls import (
    connectivity,
    exclusions,
    help,
    helpline,
    incidents,
    links,
    maintenance,
    notifications,
    repair,
    status_page,
    success,
    tickets,
    uptime,
)

app_name = "monitoring"

urlpatterns = [
    *connectivity.urlpatterns,
    *exclusions.urlpatterns,
    *help.urlpatterns,
    *helpline.urlpatterns,
    *incidents.urlpatterns,
    *links.urlpatterns,
    *maintenance.urlpatterns,
    *notifications.urlpatterns,
    *status_page.urlpatterns,
    *repair.urlpatterns,
    *success.urlpatterns,
    *tickets.urlpatterns,
    *uptime.urlpatterns,
]
