"""Uptime and exclusions."""

from django.urls import include, path, re_path
from rest_framework.routers import SimpleRouter

from monitoring.api.exclusions import ExclusionViewSet
from monitoring.api.uptime import NetworkUptimeView, PortLedgerView, PortUptimeView, SiteUptimeView, UkUptimeView
from stations.api.base import ID

router = SimpleRouter()
router.register("exclusions", ExclusionViewSet, "exclusion")

urlpatterns = [
    path("", include(router.urls)),
    path("uptime/ports/", PortUptimeView.as_view(), name="uptime-ports"),
    re_path(rf"^uptime/ports/(?P<id>{ID})/ledger/$", PortLedgerView.as_view(), name="uptime-ledger"),
    path("uptime/sites/", SiteUptimeView.as_view(), name="uptime-sites"),
    path("uptime/network/", NetworkUptimeView.as_view(), name="uptime-network"),
    path("uptime/uk/", UkUptimeView.as_view(), name="uptime-uk"),
]
