"""The fragments of monitoring."""

from django.urls import path

from monitoring import views

app_name = "monitoring"

urlpatterns = [
    path("console/stations/<str:identity>/connectivity/", views.station_connectivity, name="station-connectivity"),
]
