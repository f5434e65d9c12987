"""Connectivity."""

from django.urls import path

from monitoring.views import connectivity

urlpatterns = [
    path(
        "console/stations/<str:identity>/connectivity/", connectivity.station_connectivity, name="station-connectivity"
    ),
]
