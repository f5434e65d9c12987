"""Comings and goings of stations."""

from monitoring.services import connectivity, drops
from stations.models import Fact


def on_connected(fact: Fact) -> None:
    connectivity.note_connected(station_id=fact.subject_id, at=fact.at)
    drops.note_connected(station_id=fact.subject_id, connection_id=fact.data["connection"], at=fact.at)


def on_disconnected(fact: Fact) -> None:
    connectivity.note_disconnected(station_id=fact.subject_id, connection_id=fact.data["connection"], at=fact.at)
    drops.note_lost(station_id=fact.subject_id, connection_id=fact.data["connection"])


def on_booted(fact: Fact) -> None:
    drops.note_boot(station_id=fact.subject_id, at=fact.at, reason=fact.data.get("reason", ""))
