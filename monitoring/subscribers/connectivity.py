"""Comings and goings of stations."""

from collections.abc import Sequence

from monitoring.services import connectivity, drops
from monitoring.services.comings import Coming
from monitoring.services.drops import Boot
from stations.journal import InBatches
from stations.models import Fact


def _listen(facts: Sequence[Fact]) -> None:
    news = [
        Coming(fact.subject_id, fact.data["connection"], fact.at, is_back=fact.kind == "station.connected")
        for fact in facts
        if fact.kind in ("station.connected", "station.disconnected")
    ]
    if news:
        connectivity.note(news)
        drops.note(news)
    booted = [fact for fact in facts if fact.kind == "station.booted"]
    drops.note_boots([Boot(fact.subject_id, fact.at, fact.data.get("reason", "")) for fact in booted])


on_facts = InBatches(_listen)
