"""Addresses of monitoring's resources, under /api/v1/: one module for each of its subjects."""

from monitoring.api.urls import helpline, incidents, links, maintenance, notifications, success, uptime

urlpatterns = [
    *helpline.urlpatterns,
    *incidents.urlpatterns,
    *links.urlpatterns,
    *maintenance.urlpatterns,
    *notifications.urlpatterns,
    *success.urlpatterns,
    *uptime.urlpatterns,
]
