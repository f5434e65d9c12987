"""Whether drivers could charge."""

from django.urls import path

from monitoring.views import success
from monitoring.views.lists import success as lists

urlpatterns = [
    path("console/charging-success/", lists.charging_success, name="charging-success"),
    path("console/charging-success/attempts/", lists.charge_attempts, name="charge-attempts"),
    path("console/stations/<str:identity>/success/", success.station_success, name="station-success"),
    path("console/sites/<int:pk>/success/", success.site_success, name="site-success"),
]
