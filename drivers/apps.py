from importlib import import_module

from django.apps import AppConfig
from django.utils.formats import number_format

from drivers.domain import phrases
from drivers.reread import reread


class DriversConfig(AppConfig):
    name = "drivers"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from drivers import audit  # noqa: PLC0415 - needs the models, which are loaded now

        audit.register()
        phrases.speak_by(translate=reread, localize=_localize)
        # Tells drf-spectacular how a key is sent.
        import_module("drivers.api.schema")


def _localize(value: float, decimals: int) -> str:
    return number_format(value, decimals, use_l10n=True, force_grouping=True)
