"""Who listens to what: the one place that ties the floors together from above.

`SUBSCRIBERS`: fact kind → dotted paths of functions that take the fact. `SLOTS`: named place on a page → URL names of
the fragments shown there. Both are checked at start-up: a misspelt path stops the process, not a delivery.
`NAVIGATION`: groups of pages in the console's navigation that higher apps have.
"""

from django.urls import get_resolver
from django.utils.module_loading import import_string

from monitoring.navigation import MINE, RELIABILITY, SUPPORT
from monitoring.rules.base import kinds_of_facts
from stations import journal, slots
from stations.views import navigation

SUBSCRIBERS: dict[str, list[str]] = {
    "station.booted": ["stations.subscribers.read_configuration", "monitoring.subscribers.connectivity.on_facts"],
    "configuration.told": ["stations.subscribers.repair_configuration"],
    "configuration_template.changed": ["stations.subscribers.repair_stations_of_template"],
    "station.connected": [
        "monitoring.subscribers.connectivity.on_facts",
        "monitoring.subscribers.uptime.on_facts",
        "monitoring.subscribers.maintenance.on_facts",
        "monitoring.subscribers.repair.on_facts",
    ],
    "station.disconnected": [
        "monitoring.subscribers.connectivity.on_facts",
        "monitoring.subscribers.uptime.on_facts",
    ],
    "session.ended": [
        "monitoring.subscribers.success.on_session",
        "monitoring.subscribers.maintenance.on_facts",
        "monitoring.subscribers.repair.on_facts",
    ],
    "session.corrected": ["monitoring.subscribers.success.on_session"],
    "command.finished": [
        "monitoring.subscribers.success.on_command_finished",
        "monitoring.subscribers.uptime.on_facts",
        "monitoring.subscribers.maintenance.on_facts",
        "monitoring.subscribers.repair.on_facts",
    ],
    "connector.status": [
        "monitoring.subscribers.success.on_connector_statuses",
        "monitoring.subscribers.uptime.on_facts",
    ],
    "device.event": ["monitoring.subscribers.uptime.on_facts"],
    "connector.left": ["monitoring.subscribers.uptime.on_facts"],
    "connector.moved": ["monitoring.subscribers.uptime.on_facts"],
    "connector.appeared": ["monitoring.subscribers.uptime.on_facts"],
    "station.status": ["monitoring.subscribers.uptime.on_facts"],
}

SLOTS: dict[str, list[str]] = {
    "overview-uptime": ["monitoring:overview-uptime"],
    "station-uptime": ["monitoring:station-uptime", "monitoring:station-success"],
    "station": ["monitoring:station-connectivity"],
    "site": [
        "monitoring:site-success",
        "monitoring:site-uptime-fragment",
        "monitoring:site-maintenance",
        "monitoring:site-tickets",
    ],
    "incident": [
        "monitoring:incident-public",
        "monitoring:incident-told",
        "monitoring:incident-repair",
        "monitoring:incident-work-orders",
        "monitoring:incident-tickets",
    ],
    "station-incidents": ["monitoring:station-incidents", "monitoring:station-repair"],
    "overview-incidents": ["monitoring:overview-incidents", "monitoring:overview-tickets"],
    "station-tickets": ["monitoring:station-tickets"],
    "session": ["monitoring:session-tickets"],
    "station-maintenance": ["monitoring:station-maintenance"],
    "public-site": ["monitoring:public-site-maintenance"],
    "public-help": ["monitoring:help"],
    "public-help-site": ["monitoring:help-site"],
    "public-help-charger": ["monitoring:help-charger"],
}

# Whatever some rule of monitoring listens to.
ON_FACTS = "monitoring.subscribers.alerting.on_facts"

NAVIGATION: tuple[navigation.Group, ...] = (RELIABILITY, SUPPORT)
PERSONAL: tuple[navigation.Entry, ...] = (MINE,)


def connect() -> None:
    """Register everything; raises ImportError for a subscriber that is not there."""
    for kind, paths in SUBSCRIBERS.items():
        for path in paths:
            journal.subscribe(kind, path, import_string(path))
    for kind in sorted(kinds_of_facts()):
        journal.subscribe(kind, ON_FACTS, import_string(ON_FACTS), urgent=True)
    for slot, names in SLOTS.items():
        for name in names:
            slots.register(slot, name)
    for group in NAVIGATION:
        navigation.register(group)
    for entry in PERSONAL:
        navigation.register_personal(entry)


def unknown_fragments() -> list[str]:
    """URL names in SLOTS that no URL has."""
    return [name for names in SLOTS.values() for name in names if not _is_url_name(name)]


def _is_url_name(name: str) -> bool:
    namespace, _, url_name = name.rpartition(":")
    resolver = get_resolver()
    if namespace:
        try:
            _, resolver = resolver.namespace_dict[namespace]
        except KeyError:
            return False
    return bool(resolver.reverse_dict.getlist(url_name))
