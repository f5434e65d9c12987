"""Logging: structlog and the standard library come out as the same lines."""

from typing import Any

import structlog

SHARED: list[structlog.typing.Processor] = [
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_log_level,
    structlog.stdlib.add_logger_name,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
]

RENDERERS: dict[str, list[structlog.typing.Processor]] = {
    "console": [structlog.dev.ConsoleRenderer(colors=False, exception_formatter=structlog.dev.plain_traceback)],
    "json": [structlog.processors.format_exc_info, structlog.processors.JSONRenderer()],
}

# Libraries that tell more than anybody asks for.
QUIET = {
    "celery": "WARNING",
    "kombu": "ERROR",
    "daphne": "WARNING",
    # Every 404 of a scanner is no news; errors are.
    "django.request": "ERROR",
    "fontTools": "WARNING",
    "fpdf": "ERROR",
    "uvicorn": "WARNING",
    "websockets": "WARNING",
}


def configure(form: str, level: str) -> dict[str, Any]:
    """Set structlog up and return Django's LOGGING. `form` is console or json; `level` that of our own loggers."""
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *SHARED,
            structlog.stdlib.PositionalArgumentsFormatter(),
            structlog.processors.StackInfoRenderer(),
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
    formatter = {
        "()": structlog.stdlib.ProcessorFormatter,
        "processors": [structlog.stdlib.ProcessorFormatter.remove_processors_meta, *RENDERERS[form]],
        "foreign_pre_chain": SHARED,
    }
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"lines": formatter},
        "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "lines"}},
        "root": {"handlers": ["stderr"], "level": "INFO"},
        "loggers": {
            **{name: {"level": least} for name, least in QUIET.items()},
            # Django's own handlers would print everything twice.
            "django": {"handlers": [], "level": "INFO", "propagate": True},
            "django.server": {"handlers": [], "level": "INFO", "propagate": True},
            **{
                name: {"level": level}
                for name in ("config", "drivers", "stations", "billing", "firmware", "monitoring")
            },
        },
    }
