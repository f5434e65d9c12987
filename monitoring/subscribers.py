"""What monitoring does when it hears of a fact. `config.wiring` says which; each may come late, twice, out of order."""

from monitoring.services import connectivity
from stations.models import Fact


def on_connected(fact: Fact) -> None:
    connectivity.note_connected(station_id=fact.subject_id, at=fact.at)


def on_disconnected(fact: Fact) -> None:
    connectivity.note_disconnected(station_id=fact.subject_id, connection_id=fact.data["connection"], at=fact.at)
