"""What maintenance windows wait for: sessions that end, stations that come back, commands that are answered."""

from django.utils import timezone

from monitoring.services import window_sweep
from stations.models import Fact


def on_session_ended(fact: Fact) -> None:
    window_sweep.look_at(station_id=fact.data["station"], now=timezone.now())


def on_connected(fact: Fact) -> None:
    window_sweep.look_at(station_id=fact.subject_id, now=timezone.now())


def on_command_finished(fact: Fact) -> None:
    if fact.data.get("kind") == "change_availability":
        window_sweep.look_at(station_id=fact.data["station"], now=timezone.now())
