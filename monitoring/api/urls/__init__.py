"""Addresses of monitoring's resources, under /api/v1/: one module for each of its subjects."""

from monitoring.api.urls import helpline, incidents, links, maintenance, notifications, repair, success, tickets, uptime

urlpatterns = [
    *helpline.urlpatterns,
    *incidents.urlpatterns,
    *links.urlpatterns,
    *maintenance.urlpatterns,
    *notifications.urlpatterns,
    *repair.urlpatterns,
    *success.urlpatterns,
    *tickets.urlpatterns,
    *uptime.urlpatterns,
]
