"""Whether a presented certificate proves that a charger is a station."""

import pytest
from cryptography.x509 import load_der_x509_crl
from django.utils import timezone

from stations.domain.certificates import CertificateStatus, Purpose
from stations.services import authority, network
from stations.services.client_certificates import judge_client_certificate
from tests import factories
from tests.tls import make_pair, of_ours, register

pytestmark = pytest.mark.django_db


def judged(pair, station):
    return judge_client_certificate(pair.der, station.identity)


def test_one_that_was_made_here_for_the_station_is_good_whatever_it_is_called(station):
    pair = of_ours("anything")
    register(station, pair)
    verdict = judged(pair, station)
    assert verdict.accepted
    assert verdict.fingerprint == pair.fingerprint


def test_one_that_was_made_here_for_another_station_is_not_though_it_bears_the_name(station):
    other = factories.StationFactory(site=station.site)
    pair = of_ours(station.identity)
    register(other, pair)
    assert other.identity in judged(pair, station).problem


def test_one_for_vehicles_is_none(station):
    pair = of_ours(station.identity)
    register(station, pair, purpose=Purpose.V2G)
    assert "V2GCertificate" in judged(pair, station).problem


@pytest.mark.parametrize("status", sorted(set(CertificateStatus)))
def test_its_status_counts(station, status):
    pair = of_ours(station.identity)
    register(station, pair, status)
    good = {CertificateStatus.ISSUED, CertificateStatus.SENT, CertificateStatus.ACTIVE}
    assert judged(pair, station).accepted is (status in good)


def test_one_of_our_authority_that_we_did_not_make_has_to_name_the_station(station):
    assert judged(of_ours(station.identity), station).accepted
    assert not judged(of_ours(station.identity.lower()), station).accepted


def test_the_serial_number_names_it_too(station):
    pair = of_ours("SN-0815")
    assert not judged(pair, station).accepted
    station.serial_number = "SN-0815"
    station.save()
    assert judged(pair, station).accepted


def test_one_of_nobody_we_know_is_not_good_though_it_bears_the_name(station):
    assert "issuer" in judged(make_pair(station.identity), station).problem


def test_what_is_no_certificate_is_said_to_be_none(station):
    assert "cannot be read" in judge_client_certificate(b"\x30\x03abc", station.identity).problem


def test_the_certificate_of_a_station_that_was_deleted_lets_nobody_in_by_its_name(station):
    pair, owned = of_ours("CP-GONE"), factories.StationFactory(site=station.site, identity="CP-GONE")
    register(owned, pair, CertificateStatus.REVOKED)
    network.delete_station(station=owned)
    heir = factories.StationFactory(site=station.site, identity="CP-GONE")
    assert "deleted" in judged(pair, heir).problem
    listed = load_der_x509_crl(authority.revocation_list(now=timezone.now()))
    assert listed.get_revoked_certificate_by_serial_number(pair.certificate.serial_number) is not None
