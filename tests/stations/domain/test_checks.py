"""The connection doctor's verdicts."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from stations.domain.checks import Answer, Check, Evidence, Verdict, examine

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
WELL = Evidence(
    now=NOW,
    connected_at=NOW - timedelta(hours=2),
    booted_at=NOW - timedelta(hours=2),
    registration="Accepted",
    has_shared_identity=False,
    has_shared_password=False,
    security_profile=2,
    is_secure=True,
    tls_version="TLSv1.3",
    protocol="ocpp1.6",
    clock_offset_s=1,
    heartbeat_interval_s=300,
    heartbeat_gaps_s=(300, 301, 299),
    last_seen=NOW,
    configuration=Answer.ANSWERED,
    trigger=Answer.ANSWERED,
    answer_times_s=(0.2, 0.3),
    connections_last_hour=0,
    connectors=2,
    connectors_unknown=0,
    sample_interval_s=60,
    sample_gaps_s=(60, 60),
    odd_sessions=0,
    sessions=3,
)


def verdicts(**changes):
    return {finding.check: finding.verdict for finding in examine(replace(WELL, **changes))}


def test_a_healthy_station_passes_every_check():
    assert verdicts() == dict.fromkeys(Check, Verdict.OK)


@pytest.mark.parametrize(
    ("changes", "check", "verdict"),
    [
        ({"connected_at": None}, Check.CONNECTED, Verdict.BAD),
        ({"connected_at": None}, Check.ENCRYPTION, Verdict.UNKNOWN),
        ({"booted_at": None}, Check.BOOT, Verdict.BAD),
        ({"registration": "Pending"}, Check.REGISTRATION, Verdict.WARN),
        ({"registration": "Rejected"}, Check.REGISTRATION, Verdict.BAD),
        ({"has_shared_identity": True}, Check.IDENTITY, Verdict.BAD),
        ({"has_shared_password": True}, Check.PASSWORD, Verdict.WARN),
        ({"security_profile": 0}, Check.PASSWORD, Verdict.BAD),
        ({"is_secure": False}, Check.ENCRYPTION, Verdict.WARN),
        ({"tls_version": "TLSv1.1"}, Check.ENCRYPTION, Verdict.WARN),
        ({"tls_version": ""}, Check.ENCRYPTION, Verdict.OK),
        ({"clock_offset_s": -40}, Check.CLOCK, Verdict.WARN),
        ({"clock_offset_s": 7200}, Check.CLOCK, Verdict.BAD),
        ({"clock_offset_s": None}, Check.CLOCK, Verdict.UNKNOWN),
        ({"heartbeat_gaps_s": (60, 60)}, Check.HEARTBEAT, Verdict.WARN),
        ({"heartbeat_gaps_s": (900,)}, Check.HEARTBEAT, Verdict.WARN),
        # It sends other messages, and may leave heartbeats out.
        ({"heartbeat_gaps_s": ()}, Check.HEARTBEAT, Verdict.UNKNOWN),
        ({"heartbeat_gaps_s": (), "last_seen": NOW - timedelta(hours=1)}, Check.HEARTBEAT, Verdict.BAD),
        ({"configuration": Answer.REFUSED}, Check.CONFIGURATION, Verdict.WARN),
        ({"configuration": Answer.NEVER_ASKED}, Check.CONFIGURATION, Verdict.UNKNOWN),
        ({"trigger": Answer.SILENT}, Check.TRIGGER, Verdict.BAD),
        ({"answer_times_s": (5, 6, 7)}, Check.LATENCY, Verdict.WARN),
        ({"answer_times_s": (20,)}, Check.LATENCY, Verdict.BAD),
        ({"answer_times_s": ()}, Check.LATENCY, Verdict.UNKNOWN),
        ({"connections_last_hour": 5}, Check.RECONNECTS, Verdict.WARN),
        ({"connections_last_hour": 50}, Check.RECONNECTS, Verdict.BAD),
        ({"connectors": 0}, Check.CONNECTORS, Verdict.BAD),
        ({"connectors_unknown": 1}, Check.CONNECTORS, Verdict.WARN),
        ({"sample_gaps_s": ()}, Check.METERING, Verdict.WARN),
        ({"sample_gaps_s": (600,)}, Check.METERING, Verdict.WARN),
        ({"sample_interval_s": None, "sample_gaps_s": (600,)}, Check.METERING, Verdict.OK),
        ({"sessions": 0}, Check.METERING, Verdict.UNKNOWN),
        ({"odd_sessions": 1}, Check.SESSIONS, Verdict.WARN),
    ],
)
def test_what_is_wrong_is_found(changes, check, verdict):
    assert verdicts(**changes)[check] == verdict
