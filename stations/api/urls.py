"""Addresses of this floor's resources, under /api/v1/."""

from django.urls import include, path, re_path
from rest_framework.routers import SimpleRouter

from stations.api.base import ID
from stations.api.commands import CommandViewSet, StationCallsView, StationCommandsView
from stations.api.equipment import ConnectorViewSet, EvseViewSet
from stations.api.sessions import SampleListView, SessionViewSet
from stations.api.sites import SiteViewSet
from stations.api.stations import StationViewSet
from stations.api.tokens import IdTokenViewSet
from stations.models.station import IDENTITY

router = SimpleRouter()
router.register("sites", SiteViewSet, "site")
router.register("stations", StationViewSet, "station")
router.register("evses", EvseViewSet, "evse")
router.register("connectors", ConnectorViewSet, "connector")
router.register("commands", CommandViewSet, "command")
router.register("sessions", SessionViewSet, "session")
router.register("id-tokens", IdTokenViewSet, "id-token")

app_name = "api"
urlpatterns = [
    path("", include(router.urls)),
    re_path(rf"^sessions/(?P<id>{ID})/samples/$", SampleListView.as_view(), name="session-samples"),
    re_path(rf"^stations/(?P<identity>{IDENTITY})/calls/$", StationCallsView.as_view(), name="station-calls"),
    re_path(rf"^stations/(?P<identity>{IDENTITY})/commands/$", StationCommandsView.as_view(), name="station-commands"),
]
