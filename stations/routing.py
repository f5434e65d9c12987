"""Addresses of websockets: chargers below /ocpp/, browsers at /live/."""

from django.urls import path, re_path

from stations.consumers.charger import ChargerConsumer
from stations.consumers.live import LiveConsumer

charger_routes = [
    re_path(r"^ocpp/(?P<identity>[^/]{1,200})/?$", ChargerConsumer.as_asgi()),
]

live_routes = [
    path("live/", LiveConsumer.as_asgi()),
]
