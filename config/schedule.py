"""What runs when: task → every how many seconds. A sweep that comes late is skipped, the next one finds its work."""

from typing import Any

EVERY_S: dict[str, float] = {
    "stations.tasks.deliver_facts": 1,
    "stations.tasks.deliver_urgent_facts": 1,
    "stations.tasks.sweep_commands": 1,
    "stations.tasks.make_bulk_commands": 1,
    "stations.tasks.sweep_reservations": 1,
    "stations.tasks.sync_local_lists": 2,
    "stations.tasks.sweep_certificates": 5,
    "stations.tasks.close_orphans": 2,
    "stations.tasks.close_forgotten_sessions": 60,
    "stations.tasks.verify_local_lists": 600,
    "stations.tasks.prune": 3600,
    "stations.tasks.prune_logs": 3600,
    "stations.tasks.prune_device_records": 3600,
    "stations.tasks.thin_out": 900,
    "stations.tasks.roll_up": 60,
    "stations.tasks.keep_time_series": 600,
    "monitoring.tasks.propose_exclusions": 300,
    "monitoring.tasks.count_success": 10,
    "monitoring.tasks.take_in_sessions": 60,
    "monitoring.tasks.learn_habits": 300,
    "monitoring.tasks.judge_drops": 15,
    "monitoring.tasks.roll_up_links": 900,
    "monitoring.tasks.take_in_temperatures": 3600,
    "monitoring.tasks.prune_links": 3600,
    "monitoring.tasks.sweep_ledger": 30,
    "monitoring.tasks.roll_up_uptime": 3600,
    "monitoring.tasks.sweep_alerts": 2,
    "monitoring.tasks.test_network": 2,
    "monitoring.tasks.tell_people": 1,
    "monitoring.tasks.prune_notifications": 3600,
    "monitoring.tasks.repair": 2,
    "monitoring.tasks.sweep_windows": 2,
    "monitoring.tasks.sweep_plans": 60,
    "monitoring.tasks.send_work_order_letters": 10,
    "monitoring.tasks.publish_incidents": 10,
    "monitoring.tasks.send_status_letters": 5,
    "monitoring.tasks.add_up_status_days": 300,
    "monitoring.tasks.sweep_tickets": 5,
    "monitoring.tasks.send_ticket_letters": 5,
    "monitoring.tasks.fetch_letters": 30,
}

BEAT_SCHEDULE: dict[str, dict[str, Any]] = {
    task: {"task": task, "schedule": seconds, "options": {"expires": max(seconds, 5)}}
    for task, seconds in EVERY_S.items()
}

# What follows at once on a task that had something to do: whoever is to be woken does not wait for the next sweep.
FOLLOWED_BY: dict[str, tuple[str, ...]] = {
    "stations.tasks.deliver_facts": ("stations.tasks.deliver_facts",),
    "stations.tasks.deliver_urgent_facts": ("monitoring.tasks.tell_people", "stations.tasks.deliver_urgent_facts"),
    "monitoring.tasks.sweep_alerts": ("monitoring.tasks.tell_people",),
    "monitoring.tasks.publish_incidents": ("monitoring.tasks.send_status_letters",),
}

# From a charger's fault to whoever is woken: these have a queue of their own, so that a worker can be kept for it.
URGENT = "urgent"
ROUTES = {
    "stations.tasks.deliver_urgent_facts": {"queue": URGENT},
    "monitoring.tasks.sweep_alerts": {"queue": URGENT},
    "monitoring.tasks.tell_people": {"queue": URGENT},
}
