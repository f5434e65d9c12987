"""What people write down about a station."""

from django.db import transaction

from drivers.models import User
from stations import live
from stations.models import Station, StationNote


def add_note(*, station: Station, text: str, by: User) -> StationNote:
    """Keep a note. Raises ValidationError for one that is empty or too long."""
    note = StationNote(station=station, text=text.strip(), author=by)
    note.clean_fields()
    with transaction.atomic():
        note.save()
    live.nudge(live.station_group(station.pk))
    return note


def delete_note(*, note: StationNote) -> None:
    """Remove a note."""
    with transaction.atomic():
        note.delete()
    live.nudge(live.station_group(note.station_id))
