"""The Celery application: `celery -A config worker`, `celery -A config beat`. Tasks are timed, and named in the log."""

import os
import time
from typing import Any

from celery import Celery, signals
from structlog.contextvars import bind_contextvars, clear_contextvars

from config.schedule import FOLLOWED_BY

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

app = Celery("busbar")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


def _stamp(headers: dict[str, Any], **_: Any) -> None:
    headers["sent_at"] = time.time()


def _begin(task_id: str, task: Any, **_: Any) -> None:
    bind_contextvars(task=task.name, task_id=task_id)
    task.request.began_at = time.time()


def _end(task: Any, state: str | None, **_: Any) -> None:
    from monitoring import periodic  # noqa: PLC0415 - Django is not set up when this module is imported

    now, began_at = time.time(), task.request.began_at
    lag_s = max(0.0, began_at - getattr(task.request, "sent_at", began_at))
    try:
        periodic.note(task.name, lag_s=lag_s, duration_s=now - began_at, has_failed=state != "SUCCESS")
    finally:
        clear_contextvars()


def _follow(task: Any, retval: Any, state: str | None, **_: Any) -> None:
    if state == "SUCCESS" and retval:
        for name in FOLLOWED_BY.get(task.name, ()):
            app.send_task(name, expires=5)


def _expect(**_: Any) -> None:
    from monitoring import periodic  # noqa: PLC0415 - Django is not set up when this module is imported

    periodic.expect()


signals.beat_init.connect(_expect)
signals.before_task_publish.connect(_stamp)
signals.task_prerun.connect(_begin)
signals.task_postrun.connect(_end)
signals.task_postrun.connect(_follow)
