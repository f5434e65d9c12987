"""Incidents, and the rules whose alerts they gather."""

from django.urls import path

from monitoring.views import alert_rules, incidents
from monitoring.views.lists.incidents import incident_list

urlpatterns = [
    path("console/incidents/", incident_list, name="incident-list"),
    path("console/incidents/acknowledge/", incidents.acknowledge_many, name="incidents-acknowledge"),
    path("console/incidents/<int:pk>/", incidents.incident, name="incident"),
    path("console/incidents/<int:pk>/sites.geojson", incidents.incident_sites, name="incident-sites"),
    path("console/incidents/<int:pk>/acknowledge/", incidents.acknowledge, name="incident-acknowledge"),
    path("console/incidents/<int:pk>/comment/", incidents.comment, name="incident-comment"),
    path("console/incidents/<int:pk>/assign/", incidents.assign, name="incident-assign"),
    path("console/incidents/<int:pk>/snooze/", incidents.snooze, name="incident-snooze"),
    path("console/incidents/<int:pk>/resolve/", incidents.resolve, name="incident-resolve"),
    path("console/alert-rules/", alert_rules.rule_list, name="alert-rules"),
    path("console/alert-rules/<str:rule>/", alert_rules.rule, name="alert-rule"),
    path("console/stations/<str:identity>/incidents/", incidents.station_incidents, name="station-incidents"),
    path("console/overview/incidents/", incidents.overview_incidents, name="overview-incidents"),
]
