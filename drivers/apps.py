from importlib import import_module

from django.apps import AppConfig


class DriversConfig(AppConfig):
    name = "drivers"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        # Registers with drf-spectacular how a key is sent.
        import_module("drivers.api.schema")
