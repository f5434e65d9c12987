"""What runs when: task → every how many seconds. A sweep that comes late is skipped, the next one finds its work."""

from typing import Any

EVERY_S: dict[str, float] = {
    "stations.tasks.sweep": 1,
}

BEAT_SCHEDULE: dict[str, dict[str, Any]] = {
    task: {"task": task, "schedule": seconds, "options": {"expires": max(seconds, 5)}}
    for task, seconds in EVERY_S.items()
}
