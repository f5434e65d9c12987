"""Connectors appear from what chargers report, and 1.6 connectors can share an EVSE."""

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from stations.domain.credentials import verify_password
from stations.models import Connector, Evse
from stations.services import provisioning
from stations.services.work import Work
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def station():
    return factories.StationFactory()


def reported(station, *, ocpp16_id=None, evse=None, connector=1):
    with Work.transaction({station.pk}, timezone.now()) as work:
        loaded = work.stations[station.pk]
        if ocpp16_id is not None:
            return provisioning.connector_by_ocpp16_id(work=work, station=loaded, ocpp16_id=ocpp16_id)
        return provisioning.connector_of_evse(work=work, station=loaded, evse_number=evse, number=connector)


def numbers():
    return list(Connector.objects.order_by("ocpp16_id").values_list("ocpp16_id", "evse__number", "number"))


def test_each_connector_of_a_16_charger_gets_an_evse_of_its_own(station):
    for ocpp16_id in (1, 2, 1):
        reported(station, ocpp16_id=ocpp16_id)
    assert numbers() == [(1, 1, 1), (2, 2, 1)]


def test_grouped_connectors_share_an_evse_and_stay_there(station):
    connectors = [reported(station, ocpp16_id=ocpp16_id) for ocpp16_id in (1, 2)]
    provisioning.group_connectors(station=station, evse_numbers={c.pk: 1 for c in connectors})
    assert numbers() == [(1, 1, 1), (2, 1, 2)]
    assert reported(station, ocpp16_id=2).pk == connectors[1].pk
    assert list(Evse.objects.values_list("number", flat=True)) == [1]


def test_grouped_connectors_can_be_parted_again(station):
    connectors = [reported(station, ocpp16_id=ocpp16_id) for ocpp16_id in (1, 2, 3)]
    provisioning.group_connectors(station=station, evse_numbers={c.pk: 1 for c in connectors})
    provisioning.group_connectors(station=station, evse_numbers={connectors[0].pk: 2, connectors[1].pk: 1})
    assert numbers() == [(1, 2, 1), (2, 1, 1), (3, 1, 3)]


def test_the_charger_reports_the_same_connectors_after_it_changed_to_201(station):
    first = reported(station, ocpp16_id=1)
    assert reported(station, evse=1).pk == first.pk
    second = reported(station, evse=2)
    assert reported(station, ocpp16_id=2).pk == second.pk


def test_connectors_of_another_station_are_not_grouped(station):
    other = factories.ConnectorFactory()
    with pytest.raises(ValidationError):
        provisioning.group_connectors(station=station, evse_numbers={other.pk: 1})


def test_a_station_with_a_password_profile_needs_one():
    site = factories.SiteFactory()
    with pytest.raises(ValidationError) as caught:
        provisioning.create_station(site=site, identity="CP-5", security_profile=1)
    assert "password" in caught.value.message_dict


def test_only_the_hash_of_a_password_is_stored():
    site = factories.SiteFactory()
    station = provisioning.create_station(site=site, identity="CP-5", security_profile=1, password="a long secret")
    assert "a long secret" not in station.password_hash
    assert verify_password(b"a long secret", station.password_hash)


@pytest.mark.parametrize("identity", ["", "a/b", "x" * 49, "ümlaut", "sp ace"])
def test_an_identity_is_what_survives_a_url(identity):
    with pytest.raises(ValidationError):
        provisioning.create_station(site=factories.SiteFactory(), identity=identity, security_profile=0)
