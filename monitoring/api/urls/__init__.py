"""Addresses of monitoring's resources, under /api/v1/: one module for each of its subjects."""

from monitoring.api.urls import incidents, notifications, success, uptime

urlpatterns = [
    *incidents.urlpatterns,
    *notifications.urlpatterns,
    *success.urlpatterns,
    *uptime.urlpatterns,
]
