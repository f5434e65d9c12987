"""What self-repair waits for: commands that are answered, sessions that end, stations that come back."""

from collections.abc import Sequence

from django.utils import timezone

from monitoring.services import repair_sweep
from stations.journal import InBatches
from stations.models import Fact


def _listen(facts: Sequence[Fact]) -> None:
    repair_sweep.look_at({_station_of(fact) for fact in facts}, now=timezone.now())


on_facts = InBatches(_listen)


def _station_of(fact: Fact) -> int:
    return int(fact.subject_id if fact.subject_type == "station" else fact.data["station"])
