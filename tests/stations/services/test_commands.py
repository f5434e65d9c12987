"""Requesting commands."""

from django.db import transaction

from stations import live
from stations.domain.commands import CommandKind
from stations.services import commands
from tests import factories


def test_the_edge_is_told_of_a_command_once_its_row_is_there_to_be_found(transactional_db, station, monkeypatch):
    told = []
    monkeypatch.setattr(live, "wake_edge", lambda *arguments: told.append(arguments))
    factories.connect(station)
    with transaction.atomic():
        commands.request(station=station, kind=CommandKind.CLEAR_CACHE, values={}, requested_by=None)
        assert not told
    assert [station_id for _, station_id in told] == [station.pk]
