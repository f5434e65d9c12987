"""The table that ties the floors together is checked when a process starts."""

import pytest
from django.core.checks import run_checks

from config import wiring
from monitoring.rules.base import kinds_of_facts
from stations import journal


def test_every_subscriber_of_the_table_is_registered():
    registered = {kind: list(paths) for kind, paths in journal._registry.items()}
    wanted = {kind: list(paths) for kind, paths in wiring.SUBSCRIBERS.items()}
    for kind in kinds_of_facts():
        wanted.setdefault(kind, []).append(wiring.ON_FACTS)
    assert registered == wanted


def test_a_subscriber_that_is_not_there_stops_the_process(monkeypatch):
    monkeypatch.setattr(wiring, "SUBSCRIBERS", {"station.connected": ["monitoring.subscribers.no_such_function"]})
    with pytest.raises(ImportError):
        wiring.connect()


def test_a_slot_that_names_no_url_fails_the_checks(monkeypatch):
    monkeypatch.setattr(wiring, "SLOTS", {"station": ["monitoring:no-such-page"]})
    assert "busbar.E001" in [message.id for message in run_checks()]
