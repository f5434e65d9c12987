"""Who is told of what: channels, rotas, escalation, the log."""

from django.urls import path

from monitoring.views import acknowledging, channels, escalation, notification_log, notifications, rotas

urlpatterns = [
    path("console/notifications/", notifications.mine, name="my-notifications"),
    path("console/notifications/test/", notifications.try_email, name="my-notifications-test"),
    path("console/notifications/log/", notification_log.notification_log, name="notification-log"),
    path("console/incidents/<int:pk>/told/", notifications.told, name="incident-told"),
    path("console/incidents/<int:pk>/acknowledge-now/", acknowledging.acknowledge, name="acknowledge"),
    path("console/channels/", channels.channel_list, name="channel-list"),
    path("console/channels/add/", channels.add, name="channel-add"),
    path("console/channels/<int:pk>/", channels.edit, name="channel"),
    path("console/channels/<int:pk>/secret/", channels.renew_secret, name="channel-secret"),
    path("console/channels/<int:pk>/test/", channels.try_out, name="channel-test"),
    path("console/channels/<int:pk>/delete/", channels.delete, name="channel-delete"),
    path("console/on-call/", rotas.rota_list, name="rota-list"),
    path("console/on-call/add/", rotas.add, name="rota-add"),
    path("console/on-call/<int:pk>/", rotas.rota_page, name="rota"),
    path("console/on-call/<int:pk>/edit/", rotas.edit, name="rota-edit"),
    path("console/on-call/<int:pk>/delete/", rotas.delete, name="rota-delete"),
    path("console/on-call/<int:pk>/layers/add/", rotas.layer_add, name="rota-layer-add"),
    path("console/on-call/<int:pk>/layers/<int:layer>/", rotas.layer_edit, name="rota-layer"),
    path("console/on-call/<int:pk>/layers/<int:layer>/delete/", rotas.layer_delete, name="rota-layer-delete"),
    path("console/on-call/<int:pk>/swaps/add/", rotas.override_add, name="rota-override-add"),
    path("console/on-call/<int:pk>/swaps/<int:override>/delete/", rotas.override_delete, name="rota-override-delete"),
    path("console/escalation/", escalation.policy_list, name="policy-list"),
    path("console/escalation/add/", escalation.add, name="policy-add"),
    path("console/escalation/<int:pk>/", escalation.edit, name="policy"),
    path("console/escalation/<int:pk>/delete/", escalation.delete, name="policy-delete"),
]
