"""What self-repair waits for: commands that are answered, sessions that end, stations that come back."""

from django.utils import timezone

from monitoring.services import repair_sweep
from stations.models import Fact


def on_fact(fact: Fact) -> None:
    station = fact.subject_id if fact.subject_type == "station" else fact.data["station"]
    repair_sweep.look_at(station_id=station, now=timezone.now())
