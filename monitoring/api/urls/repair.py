"""Self-repair."""

from django.urls import path
from rest_framework.routers import SimpleRouter

from monitoring.api.repair import PlaybookView, RepairRunViewSet

router = SimpleRouter()
router.register("repair-runs", RepairRunViewSet, "repair-run")

urlpatterns = [path("playbooks/", PlaybookView.as_view(), name="playbooks"), *router.urls]
