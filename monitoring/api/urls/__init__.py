"""Addresses of monitoring's resources, under /api/v1/: one module for each of its subjects."""

from monitoring.api.urls import incidents, links, maintenance, notifications, success, uptime

urlpatterns = [
    *incidents.urlpatterns,
    *links.urlpatterns,
    *maintenance.urlpatterns,
    *notifications.urlpatterns,
    *success.urlpatterns,
    *uptime.urlpatterns,
]
