"""Offline spells out of the comings and goings of stations, whatever the order in which the news of them arrives."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.db.models import Q

from monitoring.models import OfflineSpell
from monitoring.services.comings import Coming, by_station, later_connections, one_at_a_time
from stations.models import Station
from stations.services.flush import update_many


def note(news: Sequence[Coming]) -> None:
    """Whatever spell lasted over the moment in which a station connected ended with it; one that went begins a spell,
    which ends where the next connection is known."""
    with transaction.atomic():
        one_at_a_time()
        here = set(Station.objects.filter(pk__in={coming.station_id for coming in news}).values_list("pk", flat=True))
        told = by_station([coming for coming in news if coming.station_id in here])
        spells = _spells(told)
        later = later_connections([coming for some in told.values() for coming in some if not coming.is_back])
        changed, new = [], []
        for station_id, some in told.items():
            known = spells.get(station_id, [])
            for coming in some:
                if coming.is_back:
                    changed += _end(known, coming)
                elif spell := _begun(known, coming, later):
                    known.append(spell)
                    new.append(spell)
        update_many([spell for spell in changed if spell.pk is not None], ["ended_at"])
        OfflineSpell.objects.bulk_create(new)


def _spells(told: dict[int, list[Coming]]) -> dict[int, list[OfflineSpell]]:
    """Those that last, or lasted over the first moment told or began later."""
    wanted = [
        Q(station=station_id) & (Q(ended_at=None) | Q(ended_at__gte=min(coming.at for coming in some)))
        for station_id, some in told.items()
    ]
    found: dict[int, list[OfflineSpell]] = {}
    if wanted:
        for spell in OfflineSpell.objects.filter(Q(*wanted, _connector=Q.OR)):
            found.setdefault(spell.station_id, []).append(spell)
    return found


def _end(known: Sequence[OfflineSpell], coming: Coming) -> list[OfflineSpell]:
    ended = [
        spell
        for spell in known
        if spell.started_at <= coming.at and (spell.ended_at is None or spell.ended_at > coming.at)
    ]
    for spell in ended:
        spell.ended_at = coming.at
    return ended


def _begun(known: Sequence[OfflineSpell], gone: Coming, later: dict[int, datetime]) -> OfflineSpell | None:
    ended_at = later.get(gone.connection_id)
    if (ended_at is not None and ended_at <= gone.at) or any(spell.started_at == gone.at for spell in known):
        return None
    return OfflineSpell(station_id=gone.station_id, started_at=gone.at, ended_at=ended_at)
