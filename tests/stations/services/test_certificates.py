"""What is done for stations' certificates when its time has come."""

from datetime import timedelta

import pytest
from django.utils import timezone

from drivers.models import AuditEntry
from stations.domain.certificates import CertificateStatus, Purpose
from stations.domain.x509_read import to_pem
from stations.gateways.outward import Unreachable
from stations.models import Command, Connection, Fact, StationCertificate, Variable
from stations.services import certificates, installed_certificates, revocation
from stations.services.certificates import Asked
from stations.services.work import Work
from tests import factories
from tests.pki import Authority, signing_request

pytestmark = pytest.mark.django_db

Status = CertificateStatus


@pytest.fixture
def station():
    return factories.StationFactory(identity="CP-1", serial_number="SN-1", protocol="ocpp2.0.1")


def asking(station, pem=None, purpose=Purpose.STATION, at=None):
    """The station's request is handled as a lane does; why it was refused, or nothing."""
    now = at or timezone.now()
    with Work.transaction({station.pk}, now) as work:
        asked = Asked(pem or signing_request(), purpose)
        return certificates.request_signing(work=work, station=work.stations[station.pk], asked=asked, at=now)


def answer(station, row, problem=None):
    now = timezone.now()
    with Work.transaction({station.pk}, now) as work:
        station = work.stations[station.pk]
        certificates.sent(work=work, station=station, pem=row.pem)
        certificates.answered(
            work=work, station=station, pem=row.pem, purpose=Purpose(row.purpose), problem=problem, at=now
        )
    row.refresh_from_db()


def sent_commands():
    return Command.objects.filter(kind="send_certificate")


def only():
    return StationCertificate.objects.get()


@pytest.mark.parametrize("name", ["CP-1", "SN-1"])
def test_a_request_by_identity_or_serial_number_is_signed_and_sent(station, name):
    assert asking(station, signing_request(name)) == ""
    assert (only().status, only().common_name) == ("issued", name)
    assert sent_commands().count() == 1


def test_a_request_sent_again_gets_the_same_certificate(station):
    request = signing_request()
    assert asking(station, request) == asking(station, request) == ""
    assert StationCertificate.objects.count() == 1
    assert sent_commands().count() == 1


def test_a_station_in_a_loop_is_stopped(station):
    for _ in range(certificates.MOST_A_DAY):
        asking(station)
    assert "within a day" in asking(station)
    assert asking(station, at=timezone.now() + timedelta(days=2)) == ""


def test_the_same_refusal_again_is_one_row(station):
    for _ in range(3):
        assert "CP-2" in asking(station, signing_request("CP-2"))
    assert only().status == "failed"
    assert Fact.objects.filter(kind="certificate.refused").count() == 3


def test_the_newest_certificate_is_the_one_that_is_renewed(station):
    for _ in range(2):
        asking(station)
        answer(station, StationCertificate.objects.first())
    newer, older = StationCertificate.objects.all()
    assert (newer.status, older.status) == ("active", "active")
    assert newer.due_at is not None
    assert older.due_at is None


def test_renewal_is_asked_for_each_day_until_the_end(station):
    asking(station)
    row = only()
    answer(station, row)
    near = row.not_after - timedelta(days=20)
    for day in range(3):
        Command.objects.filter(kind="renew_certificate").update(state="timeout")
        assert certificates.sweep(now=near + timedelta(days=day, minutes=1)) == 1
    assert Command.objects.filter(kind="renew_certificate").count() == 3
    assert Fact.objects.filter(kind="certificate.expiring").count() == 1


def test_what_is_over_is_told_and_not_renewed_any_more(station):
    asking(station)
    row = only()
    answer(station, row)
    assert certificates.sweep(now=row.not_after) == 1
    assert certificates.sweep(now=row.not_after) == 0
    assert Fact.objects.filter(kind="certificate.expired").count() == 1
    assert not Command.objects.filter(kind="renew_certificate").exists()


def test_a_renewal_that_waits_for_its_station_is_asked_for_once(station):
    asking(station)
    row = only()
    answer(station, row)
    near = row.not_after - timedelta(days=20)
    certificates.sweep(now=near)
    certificates.sweep(now=near + timedelta(days=1, minutes=1))
    assert Command.objects.filter(kind="renew_certificate").count() == 1


def test_a_chain_without_an_answer_is_sent_again_a_few_times(station):
    asking(station)
    now = timezone.now()
    for _ in range(6):
        if sent_commands().filter(state="queued").update(state="timeout"):
            with Work.transaction({station.pk}, now) as work:
                certificates.sent(work=work, station=work.stations[station.pk], pem=only().pem)
        now += timedelta(minutes=10)
        certificates.sweep(now=now)
    assert sent_commands().count() == 3
    assert only().due_at is None
    assert Fact.objects.filter(kind="certificate.rejected").count() == 1


def test_a_chain_in_the_queue_is_not_sent_twice(station):
    asking(station)
    assert certificates.sweep(now=timezone.now() + timedelta(minutes=10)) == 1
    assert sent_commands().count() == 1


def test_a_refused_certificate_may_not_be_presented_and_is_not_sent_again(station):
    asking(station)
    answer(station, only(), problem="Unknown root")
    assert (only().status, only().due_at) == ("rejected", None)


def test_a_revoked_certificate_stays_revoked_whatever_the_station_answers(station):
    asking(station)
    row = only()
    revocation.revoke(certificate=row, by=None)
    answer(station, row)
    assert row.status == "revoked"
    assert Fact.objects.filter(kind="certificate.revoked").count() == 1
    with pytest.raises(LookupError, match="revoked"):
        certificates.to_send(station=station, certificate_id=row.pk)


def test_who_revoked_a_certificate_stands_in_the_audit_log(station, operator):
    asking(station)
    revocation.revoke(certificate=only(), by=operator)
    entry = AuditEntry.objects.get(actor=operator)
    assert (entry.object_repr, entry.changes) == (str(station), {"certificate": [only().serial_number, ""]})


def test_a_revoked_certificate_closes_the_connection_it_had_opened_and_no_other(station):
    asking(station)
    row = only()
    connection = factories.connect(station)
    revocation.revoke(certificate=row, by=None)
    station.refresh_from_db()
    assert station.connected

    Connection.objects.filter(pk=connection.pk).update(certificate_fingerprint=row.fingerprint)
    StationCertificate.objects.filter(pk=row.pk).update(revoked_at=None)
    revocation.revoke(certificate=row, by=None)
    station.refresh_from_db()
    connection.refresh_from_db()
    assert (station.connected, connection.close_reason) == (False, "its certificate was revoked")


def test_a_certificate_from_elsewhere_that_the_station_takes_is_known_from_then_on(station):
    issuer = Authority("Elsewhere")
    pem = to_pem(issuer.issue("CP-1"))
    row = StationCertificate(pem=pem, purpose=Purpose.STATION)
    now = timezone.now()
    with Work.transaction({station.pk}, now) as work:
        found = work.stations[station.pk]
        certificates.answered(work=work, station=found, pem=pem, purpose=Purpose(row.purpose), problem=None, at=now)
    assert (only().status, only().common_name) == ("active", "CP-1")


def test_a_chain_is_cut_to_what_the_station_takes(station):
    issuing = Authority("Issuing", parent=Authority("Root"))
    leaf = to_pem(issuing.issue("CP-1"))
    assert certificates.fitting(leaf + issuing.pem, 10_000) == leaf + issuing.pem
    assert certificates.fitting(leaf + issuing.pem, len(leaf) + 10) == leaf
    assert certificates.fitting(leaf + issuing.pem, 10) == leaf


def test_the_station_says_how_long_a_chain_may_be(station):
    assert certificates.longest_chain(station=station, variable="MaxCertificateChainSize") == 10_000
    fields = {"component": "SecurityCtrlr", "name": "MaxCertificateChainSize", "reported_at": timezone.now()}
    Variable.objects.create(station=station, value="5600", **fields)
    assert certificates.longest_chain(station=station, variable="MaxCertificateChainSize") == 5600


class Signer:
    """A provider that signs for vehicles, now and then."""

    signs = True
    issuer = Authority("V2G sub CA")
    fails = 0

    def sign(self, request):
        if type(self).fails:
            type(self).fails -= 1
            raise Unreachable("It is asleep.")
        return to_pem(self.issuer.issue("SECC"))


@pytest.fixture
def signer(settings):
    settings.CONTRACT_CERTIFICATES = f"{__name__}.Signer"
    Signer.fails = 0
    return Signer


def test_a_provider_signs_what_vehicles_see_in_its_own_time(station, signer):
    assert asking(station, signing_request("SECC"), Purpose.V2G) == ""
    assert only().status == "requested"
    assert not sent_commands().exists()
    assert certificates.sweep() == 1
    assert (only().status, only().common_name) == ("issued", "SECC")
    assert sent_commands().count() == 1


def test_a_provider_that_fails_is_asked_again_and_then_given_up(station, signer):
    signer.fails = 9
    asking(station, signing_request("SECC"), Purpose.V2G)
    now = timezone.now()
    for _ in range(5):
        now += timedelta(minutes=10)
        certificates.sweep(now=now)
    assert signer.fails == 6
    assert (only().status, only().problem) == ("failed", "It is asleep.")
    assert Fact.objects.filter(kind="certificate.refused").count() == 1


def test_a_root_of_another_organization_cannot_be_installed(station):
    theirs = factories.RootCertificateFactory()
    with pytest.raises(LookupError):
        installed_certificates.to_install(station=station, root=theirs.pk, pem=None, use=None)


def test_without_hashes_there_is_nothing_to_delete(station):
    with pytest.raises(LookupError, match="issuer_key_hash"):
        installed_certificates.to_delete(station=station, values={"hash_algorithm": "SHA256"})
