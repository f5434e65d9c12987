"""Who is told of what."""

from django.urls import path
from rest_framework.routers import SimpleRouter

from monitoring.api.notifications import ChannelViewSet, NotificationViewSet, OnCallView, RotaViewSet

router = SimpleRouter()
router.register("notification-channels", ChannelViewSet, "notification-channel")
router.register("rotas", RotaViewSet, "rota")
router.register("notifications", NotificationViewSet, "notification")

urlpatterns = [path("on-call/", OnCallView.as_view(), name="on-call"), *router.urls]
