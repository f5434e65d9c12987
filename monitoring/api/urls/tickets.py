"""The support desk."""

from rest_framework.routers import SimpleRouter

from monitoring.api.tickets import TicketViewSet

router = SimpleRouter()
router.register("tickets", TicketViewSet, basename="ticket")

urlpatterns = router.urls
