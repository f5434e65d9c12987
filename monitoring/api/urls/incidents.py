"""Incidents, alerts and rules."""

from rest_framework.routers import SimpleRouter

from monitoring.api.incidents import AlertViewSet, IncidentViewSet, RuleViewSet

router = SimpleRouter()
router.register("incidents", IncidentViewSet, basename="incident")
router.register("alerts", AlertViewSet, basename="alert")
router.register("alert-rules", RuleViewSet, basename="alert-rule")

urlpatterns = router.urls
