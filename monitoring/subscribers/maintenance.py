"""What maintenance windows wait for: sessions that end, stations that come back, commands that are answered."""

from collections.abc import Sequence

from django.utils import timezone

from monitoring.services import window_sweep
from stations.journal import InBatches
from stations.models import Fact


def _listen(facts: Sequence[Fact]) -> None:
    window_sweep.look_at({_station_of(fact) for fact in facts if _concerns(fact)}, now=timezone.now())


on_facts = InBatches(_listen)


def _concerns(fact: Fact) -> bool:
    return fact.kind != "command.finished" or fact.data.get("kind") == "change_availability"


def _station_of(fact: Fact) -> int:
    return int(fact.subject_id if fact.kind == "station.connected" else fact.data["station"])
