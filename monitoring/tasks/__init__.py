"""Periodic work of monitoring. Each task fetches nothing itself: it calls one service."""

from monitoring.tasks import (
    alerting,
    exclusions,
    letters,
    links,
    maintenance,
    network_tests,
    notifications,
    repair,
    status_page,
    success,
    tickets,
    uptime,
)

__all__ = [
    "alerting",
    "exclusions",
    "letters",
    "links",
    "maintenance",
    "network_tests",
    "notifications",
    "repair",
    "status_page",
    "success",
    "tickets",
    "uptime",
]
