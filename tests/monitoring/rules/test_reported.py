"""Rules about what stations report: faults, errors, security and hardware events, readings, certificates, firmware."""

import json
from datetime import timedelta

import pytest

from monitoring.models import RuleRun, Severity
from stations.domain.status import ConnectorStatus
from stations.models import Connector, SharedIdentity
from tests import factories
from tests.monitoring.alert_rows import NOON, at, found


def report(station, **fields):
    Connector.objects.filter(station=station).update(status_received_at=NOON, **fields)


@pytest.mark.parametrize(
    ("code", "severity"),
    [("GroundFailure", Severity.CRITICAL), ("ConnectorLockFailure", Severity.MAJOR), ("", Severity.MAJOR)],
)
def test_a_fault_is_as_grave_as_its_code(station, code, severity):
    report(station, status=ConnectorStatus.FAULTED, error_code=code)
    (finding,) = found("faulted", now=at(1))
    assert (finding.evse_id, finding.severity) == (station.evses.get().pk, severity)


def test_a_vendors_own_code_says_more_than_other_error(station):
    report(station, status=ConnectorStatus.FAULTED, error_code="OtherError", vendor_error_code="E42")
    (finding,) = found("faulted", now=at(1))
    assert str(finding.said).endswith("E42")


def test_a_station_that_is_faulted_as_a_whole(station):
    station.__class__.objects.update(status=ConnectorStatus.FAULTED)
    assert [finding.evse_id for finding in found("faulted", now=at(1))] == [None]


def test_a_connector_that_works_reports_an_error(station):
    report(station, error_code="ReaderFailure")
    assert len(found("error_code", now=at(1))) == 1
    report(station, error_code="NoError")
    assert found("error_code", now=at(1)) == []


def test_security_events_count_for_some_hours_and_everyday_ones_never(station):
    for kind in ("TamperDetectionActivated", "StartupOfTheDevice"):
        factories.SecurityEventFactory(station=station, type=kind, is_critical=True, received_at=NOON)
    (finding,) = found("security_event", now=at(60))
    assert finding.severity == Severity.CRITICAL
    assert found("security_event", now=at(60 * 25)) == []


def test_an_evse_gives_more_than_its_rating(station, session):
    station.evses.update(max_power_w=11_000)
    session.__class__.objects.update(power_w=11_900, metered_at=NOON)
    assert found("overcurrent", now=at(1)) == []
    session.__class__.objects.update(power_w=12_200)
    (finding,) = found("overcurrent", now=at(1))
    assert finding.evidence["session"] == session.pk


@pytest.fixture
def phases(station, session):
    """`phases(minutes, 24, 0, 0)`: what the session's meter tells of L1 to L3; its EVSE is rated for 11 kW."""
    station.evses.update(max_power_w=11_000)

    def tell(minutes, *amperes):
        values = [
            {"measurand": "Current.Import", "phase": f"L{n}", "value": str(a), "unit": "A"}
            for n, a in enumerate(amperes, 1)
        ]
        factories.MeterSampleFactory(
            session=session, evse=session.evse, at=at(minutes), current_a=max(amperes), values=json.dumps(values)
        )
        session.__class__.objects.update(power_w=sum(amperes) * 230, metered_at=at(minutes))

    return tell


def test_one_phase_carries_more_than_it_is_rated_for_though_the_power_is_small(phases):
    phases(0, 24, 0, 0)
    (finding,) = found("overcurrent", now=at(1))
    assert (finding.evidence["phase"], finding.evidence["measured_a"], finding.evidence["rated_a"]) == ("L1", 24, 15.9)


def test_the_newest_reading_counts(phases):
    phases(0, 24, 0, 0)
    phases(1, 10, 10, 10)
    assert found("overcurrent", now=at(1)) == []


def test_an_evse_over_its_rating_by_phase_and_power_is_told_once(phases):
    phases(0, 24, 24, 24)
    assert [finding.evidence.get("phase") for finding in found("overcurrent", now=at(1))] == ["L1"]


def test_the_newest_certificate_of_a_station_ends_soon(station):
    factories.StationCertificateFactory(station=station, not_after=at(0) + timedelta(days=2))
    (finding,) = found("certificate_expiring", now=NOON)
    assert finding.severity == Severity.MAJOR
    factories.StationCertificateFactory(station=station, not_after=at(0) + timedelta(days=400))
    assert found("certificate_expiring", now=NOON) == []


def test_firmware_is_compared_with_most_of_the_model(site, elsewhere):
    for version in ("1.4", "1.4", "1.4", "1.4", "1.4", "1.3", "1.5"):
        factories.StationFactory(site=site, vendor="Volt", model="One", firmware_version=version)
    factories.StationFactory(site=elsewhere.site, vendor="Volt", model="One", firmware_version="1.2")
    (finding,) = found("firmware_behind", now=NOON)
    assert (finding.evidence["version"], finding.causes) == ("1.3", ("firmware:Volt/One/1.4",))


def test_two_chargers_with_one_identity(station):
    SharedIdentity.objects.create(
        station=station, first_address="1", second_address="2", detected_at=NOON, last_at=NOON, hold_until=NOON
    )
    assert len(found("identity_shared", now=at(59))) == 1
    assert found("identity_shared", now=at(61)) == []


def test_a_station_that_is_turned_away(station):
    factories.RefusedAttemptFactory(station=station, identity=station.identity, first_at=NOON, last_at=at(5))
    assert len(found("refused", now=at(6))) == 1
    assert found("refused", now=at(60)) == []


def test_a_rule_that_fails_is_told_to_the_host_alone(station, elsewhere, owner):
    owner.is_superuser = True
    owner.save()
    RuleRun.objects.create(rule="faulted", due_at=NOON, failing_since=NOON, error="ValueError()")
    told = found("storage_or_task_lag", now=at(5), free_percent=0)
    assert [finding.organization_id for finding in told] == [station.site.organization_id]
