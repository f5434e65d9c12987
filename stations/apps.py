from django.apps import AppConfig


class StationsConfig(AppConfig):
    name = "stations"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from stations import audit  # noqa: PLC0415 - needs the models, which are loaded now

        audit.register()
