"""Certificates in the REST API."""

import pytest
from django.urls import reverse

from drivers.domain.apikeys import Scope
from stations.models import Fact, RootCertificate, StationCertificate
from tests import factories
from tests.pki import Authority

ROOTS = "/api/v1/root-certificates/"


@pytest.fixture
def certificate(station):
    return factories.StationCertificateFactory(station=station)


def revoke(client, certificate):
    return client.post(f"/api/v1/stations/{certificate.station.identity}/certificates/{certificate.pk}/revoke/")


def test_an_operator_revokes_a_certificate(api, operator, certificate):
    answer = revoke(api(operator), certificate)
    assert answer.status_code == 200
    assert (answer.json()["status"], answer.json()["revoked_by"]) == ("revoked", operator.email)
    assert Fact.objects.filter(kind="certificate.revoked").count() == 1


def test_revoking_again_changes_nothing(api, operator, certificate):
    first = revoke(api(operator), certificate).json()
    assert revoke(api(operator), certificate).json() == first
    assert Fact.objects.filter(kind="certificate.revoked").count() == 1


def test_a_technician_sees_certificates_and_revokes_none(api, technician, certificate):
    client = api(technician)
    (row,) = client.get(f"/api/v1/stations/{certificate.station.identity}/certificates/").json()["results"]
    assert row["serial_number"] == certificate.serial_number
    assert revoke(client, certificate).status_code == 403
    assert StationCertificate.objects.get().status == "active"


def test_a_key_that_only_reads_revokes_nothing(api, operator, certificate):
    assert revoke(api(operator, Scope.READ), certificate).status_code == 403


def test_a_certificate_belongs_to_its_station(api, operator, certificate, site):
    other = factories.StationFactory(site=site)
    url = f"/api/v1/stations/{other.identity}/certificates/{certificate.pk}/revoke/"
    assert api(operator).post(url).status_code == 404


def test_a_root_is_entered_renamed_and_removed(api, operator):
    client, pem = api(operator), Authority("MO root").pem
    made = client.post(ROOTS, {"name": "MO", "use": "MORootCertificate", "pem": pem}).json()
    assert (made["subject"], made["pem"]) == ("CN=MO root", pem)
    assert client.patch(f"{ROOTS}{made['id']}/", {"name": "Mobility"}).json()["name"] == "Mobility"
    assert client.delete(f"{ROOTS}{made['id']}/").status_code == 204
    assert not RootCertificate.objects.exists()


@pytest.mark.parametrize("pem", ["nonsense", Authority("One").pem + Authority("Two").pem], ids=["no PEM", "two"])
def test_what_is_not_one_certificate_is_refused(api, operator, pem):
    answer = api(operator).post(ROOTS, {"name": "MO", "use": "MORootCertificate", "pem": pem})
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["pointer"] == "#/pem"


def test_the_same_root_twice_is_refused(api, operator):
    client, body = api(operator), {"name": "MO", "use": "MORootCertificate", "pem": Authority("MO").pem}
    assert client.post(ROOTS, body).status_code == 201
    assert client.post(ROOTS, body).status_code == 400


def test_another_certificate_is_another_entry(api, operator):
    client = api(operator)
    made = client.post(ROOTS, {"name": "MO", "use": "MORootCertificate", "pem": Authority("MO").pem}).json()
    answer = client.patch(f"{ROOTS}{made['id']}/", {"pem": Authority("Other").pem})
    assert answer.status_code == 400


def test_a_viewer_enters_no_root(api, viewer):
    answer = api(viewer).post(ROOTS, {"name": "MO", "use": "MORootCertificate", "pem": Authority("MO").pem})
    assert answer.status_code == 403


@pytest.mark.django_db
def test_anybody_may_have_the_roots_and_the_revocation_list(client):
    assert client.get(reverse("stations:pki-root")).content.startswith(b"-----BEGIN CERTIFICATE-----")
    assert client.get(reverse("stations:pki-v2g-root")).content != client.get(reverse("stations:pki-root")).content
    assert client.get(reverse("stations:pki-revoked")).headers["Content-Type"] == "application/pkix-crl"


@pytest.mark.django_db
def test_anybody_may_ask_for_a_status(client):
    posted = client.post(reverse("stations:pki-ocsp"), b"nonsense", content_type="application/ocsp-request")
    got = client.get("/pki/ocsp/AAAA")
    assert posted.content == got.content
    assert posted.headers["Content-Type"] == "application/ocsp-response"
    huge = client.post(reverse("stations:pki-ocsp"), b"x" * 10_000, content_type="application/ocsp-request")
    assert huge.status_code in (400, 413)
