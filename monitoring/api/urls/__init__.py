"""Addresses of monitoring's resources, under /api/v1/: one module for each of its subjects."""

from monitoring.api.urls import success

urlpatterns = [*success.urlpatterns]
