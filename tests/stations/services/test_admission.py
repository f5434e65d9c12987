"""Who is told at once of a handshake that was refused."""

import pytest
from django.utils import timezone

from stations import live
from stations.services import admission
from stations.services.work import Work

pytestmark = pytest.mark.django_db


def groups_told(station_id):
    work = Work.load(set(), timezone.now())
    admission.refuse(
        work=work,
        identity="WHO",
        reason="unknown_identity",
        remote_address="192.0.2.1",
        now=work.now,
        station_id=station_id,
    )
    return work.groups


def test_the_people_of_a_stations_network_hear_of_it(station, elsewhere):
    assert groups_told(station.pk) == {live.organization_group(station.site.organization_id)}


def test_of_an_identity_that_is_nobodys_everybody_hears(station, elsewhere):
    organizations = {station.site.organization_id, elsewhere.organization.pk}
    assert groups_told(None) == {live.organization_group(pk) for pk in organizations}
