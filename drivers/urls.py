"""Addresses of people's own settings."""

from django.urls import path

from drivers.views import devices
from drivers.views.language import choose_language

app_name = "drivers"
urlpatterns = [
    path("accounts/sessions/<int:pk>/end/", devices.end, name="device-end"),
    path("language/", choose_language, name="language"),
]
