from typing import Any

from django.apps import AppConfig
from django.core.checks import CheckMessage, Error, register


class ConfigConfig(AppConfig):
    name = "config"

    def ready(self) -> None:
        from config import wiring  # noqa: PLC0415 - the apps below must be loaded first

        wiring.connect()
        register(check_slots)


def check_slots(**kwargs: Any) -> list[CheckMessage]:
    """Every slot of `config.wiring` names URLs that exist."""
    from config import wiring  # noqa: PLC0415

    return [
        Error(f"config.wiring.SLOTS names {name!r}, which is no URL.", id="busbar.E001")
        for name in wiring.unknown_fragments()
    ]
