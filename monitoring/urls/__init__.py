"""The pages of monitoring and the fragments it puts into the slots of others: one module for each of its subjects."""

from monitoring.urls import (
    connectivity,
    exclusions,
    helpline,
    incidents,
    links,
    maintenance,
    notifications,
    success,
    uptime,
)

app_name = "monitoring"

urlpatterns = [
    *connectivity.urlpatterns,
    *exclusions.urlpatterns,
    *helpline.urlpatterns,
    *incidents.urlpatterns,
    *links.urlpatterns,
    *maintenance.urlpatterns,
    *notifications.urlpatterns,
    *success.urlpatterns,
    *uptime.urlpatterns,
]
