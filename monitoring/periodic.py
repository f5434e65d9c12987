"""How the periodic tasks fare: how late each last began, how long it ran, when it last succeeded.

Workers serve no HTTP and come in any number, each with child processes: so what is known of a task is kept in the
cache, where every process can read it and tell of it. A count may miss one when the same task ends twice at once.
"""

import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace

from django.conf import settings
from django.core.cache import cache

# A task that has not succeeded for so many of its intervals, and a while more, is late.
LATE_AFTER = 3
GRACE_S = 30.0


@dataclass(frozen=True, slots=True)
class Known:
    """Of one task; times are seconds since the epoch. `first_at`: since when it is awaited or was heard of."""

    interval_s: float
    lag_s: float = 0.0
    duration_s: float = 0.0
    first_at: float | None = None
    succeeded_at: float | None = None
    failures: int = 0

    def late_since(self, now: float) -> float | None:
        """Since when it has not succeeded, if that is too long; None: it is as it should be, or not awaited yet."""
        since = self.succeeded_at or self.first_at
        limit_s = LATE_AFTER * self.interval_s + GRACE_S
        return since if since is not None and now - since > limit_s else None


def note(task: str, *, lag_s: float, duration_s: float, has_failed: bool) -> None:
    """A task has ended; one that is not periodic is nobody's concern here."""
    if task not in settings.CELERY_BEAT_SCHEDULE:
        return
    known = all_known(task)[task]
    now = time.time()
    seen = replace(
        known,
        lag_s=lag_s,
        duration_s=duration_s,
        first_at=known.first_at or now,
        succeeded_at=known.succeeded_at if has_failed else now,
        failures=known.failures + has_failed,
    )
    cache.set(_key(task), {name: value for name, value in asdict(seen).items() if name != "interval_s"}, timeout=None)


def expect() -> None:
    """The schedule has begun: from now on a task is late, too, that no worker ever takes from its queue."""
    for task, known in all_known().items():
        if known.first_at is None:
            # A worker may have been quicker: what it noted stays.
            cache.add(_key(task), {"first_at": time.time()}, timeout=None)


def all_known(*tasks: str) -> Mapping[str, Known]:
    """What is known of these tasks, or of all."""
    wanted = tasks or tuple(settings.CELERY_BEAT_SCHEDULE)
    found = cache.get_many([_key(task) for task in wanted])
    return {
        task: Known(settings.CELERY_BEAT_SCHEDULE[task]["schedule"], **found.get(_key(task), {})) for task in wanted
    }


def warnings() -> list[str]:
    """Tasks that do not succeed as they should, in words."""
    now, known = time.time(), all_known()
    if all(task.succeeded_at is None for task in known.values()):
        return ["no periodic task has succeeded yet: are worker and beat running?"]
    return [
        f"{name} has not succeeded for {now - since:.0f} s"
        for name, task in known.items()
        if (since := task.late_since(now)) is not None
    ]


def _key(task: str) -> str:
    return f"periodic.{task}"
