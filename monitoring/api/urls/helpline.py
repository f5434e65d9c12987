"""The helpline's log."""

from rest_framework.routers import SimpleRouter

from monitoring.api.helpline import HelplineContactViewSet

router = SimpleRouter()
router.register("helpline-contacts", HelplineContactViewSet, basename="helpline-contact")

urlpatterns = router.urls
