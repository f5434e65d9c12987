"""The portal's pages on the floor of stations: the public map and the console."""

from django.urls import path

from stations.views import commands, grouping, overview, public, refused, sessions, sites, station

app_name = "stations"

urlpatterns = [
    path("", public.public_map, name="map"),
    path("favicon.ico", public.favicon, name="favicon"),
    path("map/sites.geojson", public.public_sites_geojson, name="map-sites"),
    path("map/sites/<int:pk>/", public.public_site_panel, name="map-site"),
    path("console/", overview.overview, name="overview"),
    path("console/sites/", sites.site_list, name="site-list"),
    path("console/sites/<int:pk>/", sites.site, name="site"),
    path("console/stations/", station.station_list, name="station-list"),
    path("console/stations/<str:identity>/", station.station, name="station"),
    path("console/stations/<str:identity>/messages/", station.messages, name="station-messages"),
    path("console/stations/<str:identity>/configuration/", station.configuration, name="station-configuration"),
    path("console/stations/<str:identity>/grouping/", grouping.group, name="grouping"),
    path("console/stations/<str:identity>/commands/<str:kind>/", commands.send, name="command-send"),
    path("console/sessions/", sessions.session_list, name="session-list"),
    path("console/sessions/<int:pk>/", sessions.session, name="session"),
    path("console/sessions/<int:pk>/samples.json", sessions.samples_json, name="session-samples"),
    path("console/sessions/<int:pk>/samples.csv", sessions.samples_csv, name="session-samples-csv"),
    path("console/commands/", commands.command_list, name="command-list"),
    path("console/refused/", refused.refused_list, name="refused-list"),
]
