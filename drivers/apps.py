from importlib import import_module

from django.apps import AppConfig


class DriversConfig(AppConfig):
    name = "drivers"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from drivers import audit  # noqa: PLC0415 - needs the models, which are loaded now

        audit.register()
        # Tells drf-spectacular how a key is sent.
        import_module("drivers.api.schema")
