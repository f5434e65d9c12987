"""The security page of a station, and the root certificates there are to install."""

import pytest
from django.urls import reverse
from django.utils import timezone

from stations.models import InstalledCertificate, RootCertificate
from tests import factories
from tests.pki import Authority


@pytest.fixture
def certificate(station):
    return factories.StationCertificateFactory(station=station)


@pytest.fixture
def installed(station):
    return InstalledCertificate.objects.create(
        station=station,
        use="MORootCertificate",
        hash_algorithm="SHA256",
        issuer_name_hash="ab" * 32,
        issuer_key_hash="cd" * 32,
        serial_number="1f",
        subject="CN=Mobility",
        reported_at=timezone.now(),
    )


def page(client, station):
    return client.get(reverse("stations:station-security", args=[station.identity])).content.decode()


def test_it_shows_what_was_issued_and_what_is_installed(browser, operator, station, certificate, installed):
    shown = page(browser(operator), station)
    for text in (certificate.serial_number[:14], "In use", "CN=Mobility", "Renew a certificate", "Revoke", "Delete"):
        assert text in shown


def test_what_is_over_is_said_to_be(browser, operator, station, certificate):
    certificate.not_after = timezone.now()
    certificate.save()
    assert "Expired" in page(browser(operator), station)


def test_a_viewer_is_offered_nothing(browser, viewer, station, certificate, installed):
    shown = page(browser(viewer), station)
    assert "CN=Mobility" in shown
    for text in ("Renew a certificate", "Revoke", "Delete"):
        assert text not in shown


def test_revoking_asks_first(browser, operator, station, certificate):
    client, url = browser(operator), reverse("stations:certificate-revoke", args=[station.identity, certificate.pk])
    assert "no way back" in client.get(url).content.decode()
    assert client.post(url).status_code == 302
    certificate.refresh_from_db()
    assert (certificate.status, certificate.revoked_by) == ("revoked", operator)


def test_a_technician_may_not_revoke(browser, technician, station, certificate):
    url = reverse("stations:certificate-revoke", args=[station.identity, certificate.pk])
    assert browser(technician).post(url).status_code == 403


@pytest.mark.parametrize("kind", ["renew_certificate", "install_certificate", "delete_certificate"])
@pytest.mark.parametrize("protocol", ["ocpp1.6", "ocpp2.0.1", "ocpp2.1"])
def test_the_forms_of_the_commands_open(browser, operator, station, certificate, installed, kind, protocol):
    station.protocol = protocol
    station.save()
    answer = browser(operator).get(reverse("stations:command-send", args=[station.identity, kind]))
    assert answer.status_code == 200


def test_a_chosen_certificate_is_deleted_by_its_row(browser, operator, station, installed):
    url = reverse("stations:command-send", args=[station.identity, "delete_certificate"])
    assert browser(operator).post(url, {"installed": installed.pk}).status_code == 302
    assert station.commands.get().payload == f'{{"installed":{installed.pk}}}'


def test_without_a_choice_our_own_root_is_installed(browser, operator, station):
    url = reverse("stations:command-send", args=[station.identity, "install_certificate"])
    assert browser(operator).post(url, {"root": "", "pem": "", "use": ""}).status_code == 302
    assert station.commands.get().payload == "{}"


def test_a_root_is_added_and_removed(browser, operator, organization):
    client = browser(operator)
    body = {"name": "MO", "use": "MORootCertificate", "pem": Authority("MO root").pem, "organization": organization.pk}
    assert client.post(reverse("stations:root-add"), body).status_code == 302
    assert "CN=MO root" in client.get(reverse("stations:root-list")).content.decode()
    row = RootCertificate.objects.get()
    assert client.post(reverse("stations:root-delete", args=[row.pk])).status_code == 302
    assert not RootCertificate.objects.exists()


def test_a_text_that_is_no_certificate_stays_in_the_form_with_the_reason(browser, operator, organization):
    body = {"name": "MO", "use": "MORootCertificate", "pem": "nonsense", "organization": organization.pk}
    answer = browser(operator).post(reverse("stations:root-add"), body)
    assert "no X.509 certificate" in answer.content.decode()
    assert "nonsense" in answer.content.decode()
