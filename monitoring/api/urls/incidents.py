"""Incidents, alerts and rules."""

from rest_framework.routers import SimpleRouter

from monitoring.api.alert_rules import RuleViewSet
from monitoring.api.incidents import AlertViewSet, IncidentViewSet

router = SimpleRouter()
router.register("incidents", IncidentViewSet, basename="incident")
router.register("alerts", AlertViewSet, basename="alert")
router.register("alert-rules", RuleViewSet, basename="alert-rule")

urlpatterns = router.urls
