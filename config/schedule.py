"""What runs when: task → every how many seconds. A sweep that comes late is skipped, the next one finds its work."""

from typing import Any

EVERY_S: dict[str, float] = {
    "stations.tasks.deliver_facts": 1,
    "stations.tasks.sweep_commands": 1,
    "stations.tasks.close_orphans": 2,
    "stations.tasks.prune": 3600,
}

BEAT_SCHEDULE: dict[str, dict[str, Any]] = {
    task: {"task": task, "schedule": seconds, "options": {"expires": max(seconds, 5)}}
    for task, seconds in EVERY_S.items()
}
