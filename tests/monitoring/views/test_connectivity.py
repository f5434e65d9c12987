"""The connectivity card on the station's page."""

from datetime import timedelta

import pytest
import time_machine
from django.urls import reverse
from django.utils import timezone

from monitoring.models import OfflineSpell
from tests import factories


@pytest.fixture
def page(client, operator, station):
    client.force_login(operator)
    address = reverse("monitoring:station-connectivity", args=[station.identity])
    return lambda: client.get(address)


def test_a_station_that_never_came_says_so(page):
    assert "Never connected" in page().content.decode()


def test_a_connected_station_shows_its_share_and_spells(page, station):
    now = timezone.now()
    with time_machine.travel(now, tick=False):
        factories.connect(station)
        station.connections.update(opened_at=now - timedelta(days=10))
        OfflineSpell.objects.create(station=station, started_at=now - timedelta(days=3, hours=12), ended_at=now)
        text = page().content.decode()
    assert "Connected since" in text
    assert "50.0 %" in text
    assert "3 d 12 h" in text


def test_only_the_last_five_spells_are_shown(page, station):
    factories.connect(station)
    now = timezone.now()
    for day in range(8):
        started_at = now - timedelta(days=day, minutes=30)
        OfflineSpell.objects.create(station=station, started_at=started_at, ended_at=started_at + timedelta(minutes=7))
    assert page().content.decode().count("7 min") == 5


def test_an_offline_station_shows_since_when(page, station):
    station.last_seen = timezone.now() - timedelta(hours=1)
    station.save()
    assert "Offline since" in page().content.decode()


def test_a_stranger_sees_nothing(client, stranger, station):
    client.force_login(stranger)
    assert client.get(reverse("monitoring:station-connectivity", args=[station.identity])).status_code == 404


def test_it_stands_on_the_station_page(client, operator, station):
    client.force_login(operator)
    page = client.get(reverse("stations:station", args=[station.identity])).content.decode()
    assert reverse("monitoring:station-connectivity", args=[station.identity]) in page
