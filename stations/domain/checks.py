"""The connection doctor: what is known of a station's connection, and what to think of it."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from statistics import median


class Verdict(StrEnum):
    OK = "ok"
    WARN = "warn"
    BAD = "bad"
    UNKNOWN = "unknown"


class Check(StrEnum):
    """What is checked, in the order in which it is shown."""

    CONNECTED = "connected"
    BOOT = "boot"
    REGISTRATION = "registration"
    IDENTITY = "identity"
    PASSWORD = "password"  # noqa: S105 - the name of a check
    ENCRYPTION = "encryption"
    PROTOCOL = "protocol"
    CLOCK = "clock"
    HEARTBEAT = "heartbeat"
    CONFIGURATION = "configuration"
    TRIGGER = "trigger"
    LATENCY = "latency"
    RECONNECTS = "reconnects"
    CONNECTORS = "connectors"
    METERING = "metering"
    SESSIONS = "sessions"


Figures = dict[str, str | int | float | None]


@dataclass(frozen=True, slots=True)
class Finding:
    """What a check found. `figures`: what it rests on; durations in seconds."""

    check: Check
    verdict: Verdict
    figures: Figures = field(default_factory=dict)


class Answer(StrEnum):
    """What became of the last command of a kind on this connection."""

    NEVER_ASKED = "never_asked"
    WAITING = "waiting"
    ANSWERED = "answered"
    REFUSED = "refused"
    SILENT = "silent"


@dataclass(frozen=True, slots=True)
class Evidence:
    """What is known of a station. All times aware; `connected_at` is None while it is offline.

    `booted_at`: last BootNotification. `heartbeat_gaps_s`, `answer_times_s`: measured on this connection, newest first.
    `sample_gaps_s`: between readings of its newest session; `sample_interval_s`: what it is configured to.
    """

    now: datetime
    connected_at: datetime | None
    booted_at: datetime | None
    registration: str
    has_shared_identity: bool
    has_shared_password: bool
    security_profile: int
    is_secure: bool
    tls_version: str
    protocol: str
    clock_offset_s: int | None
    heartbeat_interval_s: int
    heartbeat_gaps_s: Sequence[float]
    last_seen: datetime | None
    configuration: Answer
    trigger: Answer
    answer_times_s: Sequence[float]
    connections_last_hour: int
    connectors: int
    connectors_unknown: int
    sample_interval_s: int | None
    sample_gaps_s: Sequence[float]
    odd_sessions: int
    sessions: int


def examine(found: Evidence) -> list[Finding]:
    """All checks in their order. What needs a socket is unknown while the station has none."""
    return [
        _connected(found),
        _boot(found),
        _registration(found),
        _identity(found),
        _password(found),
        _encryption(found),
        _protocol(found),
        _clock(found),
        _heartbeat(found),
        _answered(Check.CONFIGURATION, found.configuration),
        _answered(Check.TRIGGER, found.trigger),
        _latency(found),
        _reconnects(found),
        _connectors(found),
        _metering(found),
        _sessions(found),
    ]


def _connected(found: Evidence) -> Finding:
    if found.connected_at is None:
        return Finding(Check.CONNECTED, Verdict.BAD)
    seconds = round((found.now - found.connected_at).total_seconds())
    return Finding(Check.CONNECTED, Verdict.OK, {"seconds": seconds})


def _boot(found: Evidence) -> Finding:
    if found.booted_at is None:
        return Finding(Check.BOOT, Verdict.BAD if found.connected_at else Verdict.UNKNOWN)
    return Finding(Check.BOOT, Verdict.OK)


def _registration(found: Evidence) -> Finding:
    verdicts = {"Accepted": Verdict.OK, "Pending": Verdict.WARN}
    return Finding(
        Check.REGISTRATION, verdicts.get(found.registration, Verdict.BAD), {"registration": found.registration}
    )


def _identity(found: Evidence) -> Finding:
    return Finding(Check.IDENTITY, Verdict.BAD if found.has_shared_identity else Verdict.OK)


def _password(found: Evidence) -> Finding:
    if found.security_profile == 0:
        return Finding(Check.PASSWORD, Verdict.BAD, {"profile": 0})
    shared = Verdict.WARN if found.has_shared_password else Verdict.OK
    return Finding(Check.PASSWORD, shared, {"profile": found.security_profile})


def _encryption(found: Evidence) -> Finding:
    if found.connected_at is None:
        return Finding(Check.ENCRYPTION, Verdict.UNKNOWN)
    if not found.is_secure:
        return Finding(Check.ENCRYPTION, Verdict.WARN, {"tls": None})
    # A proxy that ends TLS need not say which it was.
    old = found.tls_version in ("TLSv1", "TLSv1.1")
    return Finding(Check.ENCRYPTION, Verdict.WARN if old else Verdict.OK, {"tls": found.tls_version})


def _protocol(found: Evidence) -> Finding:
    verdict = Verdict.OK if found.protocol else Verdict.UNKNOWN
    return Finding(Check.PROTOCOL, verdict, {"protocol": found.protocol})


# Beyond seconds, session times are visibly wrong; beyond minutes certificates, tariffs and schedules are.
_CLOCK_OK_S, _CLOCK_BAD_S = 10, 300


def _clock(found: Evidence) -> Finding:
    offset = found.clock_offset_s
    if offset is None:
        return Finding(Check.CLOCK, Verdict.UNKNOWN)
    verdict = _graded(abs(offset), ok=_CLOCK_OK_S, bad=_CLOCK_BAD_S)
    return Finding(Check.CLOCK, verdict, {"offset": offset})


def _graded(value: float, *, ok: float, bad: float) -> Verdict:
    if value <= ok:
        return Verdict.OK
    return Verdict.BAD if value > bad else Verdict.WARN


# A heartbeat may be left out after any other message, and come a little late.
_HEARTBEAT_LATE = 1.5
_HEARTBEAT_OFTEN = 0.5


def _heartbeat(found: Evidence) -> Finding:
    """Measured gaps against the interval we gave; with none, against when anything was heard at all."""
    wanted = found.heartbeat_interval_s
    if not found.heartbeat_gaps_s:
        return _without_heartbeats(found)
    gap = median(found.heartbeat_gaps_s)
    figures: Figures = {"interval": wanted, "measured": round(gap)}
    if gap > wanted * _HEARTBEAT_LATE or gap < wanted * _HEARTBEAT_OFTEN:
        return Finding(Check.HEARTBEAT, Verdict.WARN, figures)
    return Finding(Check.HEARTBEAT, Verdict.OK, figures)


def _without_heartbeats(found: Evidence) -> Finding:
    figures: Figures = {"interval": found.heartbeat_interval_s, "measured": None}
    if found.connected_at is None or found.last_seen is None:
        return Finding(Check.HEARTBEAT, Verdict.UNKNOWN, figures)
    late = timedelta(seconds=found.heartbeat_interval_s * _HEARTBEAT_LATE)
    is_silent = found.now - found.connected_at > late and found.now - found.last_seen > late
    return Finding(Check.HEARTBEAT, Verdict.BAD if is_silent else Verdict.UNKNOWN, figures)


def _answered(check: Check, answer: Answer) -> Finding:
    verdicts = {Answer.ANSWERED: Verdict.OK, Answer.REFUSED: Verdict.WARN, Answer.SILENT: Verdict.BAD}
    return Finding(check, verdicts.get(answer, Verdict.UNKNOWN), {"answer": answer.value})


# A person waits for a remote start; beyond ten seconds he presses again.
_ANSWER_OK_S, _ANSWER_BAD_S = 2, 10


def _latency(found: Evidence) -> Finding:
    if not found.answer_times_s:
        return Finding(Check.LATENCY, Verdict.UNKNOWN)
    seconds = median(found.answer_times_s)
    figures: Figures = {"seconds": round(seconds, 2), "count": len(found.answer_times_s)}
    return Finding(Check.LATENCY, _graded(seconds, ok=_ANSWER_OK_S, bad=_ANSWER_BAD_S), figures)


_RECONNECTS_OK, _RECONNECTS_BAD = 3, 10


def _reconnects(found: Evidence) -> Finding:
    count = found.connections_last_hour
    return Finding(Check.RECONNECTS, _graded(count, ok=_RECONNECTS_OK, bad=_RECONNECTS_BAD), {"count": count})


def _connectors(found: Evidence) -> Finding:
    figures: Figures = {"count": found.connectors, "unknown": found.connectors_unknown}
    if found.connectors == 0:
        return Finding(Check.CONNECTORS, Verdict.BAD if found.connected_at else Verdict.UNKNOWN, figures)
    return Finding(Check.CONNECTORS, Verdict.WARN if found.connectors_unknown else Verdict.OK, figures)


def _metering(found: Evidence) -> Finding:
    figures: Figures = {"interval": found.sample_interval_s, "measured": None}
    if found.sessions == 0:
        return Finding(Check.METERING, Verdict.UNKNOWN, figures)
    if not found.sample_gaps_s:
        return Finding(Check.METERING, Verdict.WARN, figures)
    gap = median(found.sample_gaps_s)
    figures["measured"] = round(gap)
    if not found.sample_interval_s:
        return Finding(Check.METERING, Verdict.OK, figures)
    is_late = gap > found.sample_interval_s * _HEARTBEAT_LATE
    return Finding(Check.METERING, Verdict.WARN if is_late else Verdict.OK, figures)


def _sessions(found: Evidence) -> Finding:
    figures: Figures = {"count": found.sessions, "odd": found.odd_sessions}
    if found.sessions == 0:
        return Finding(Check.SESSIONS, Verdict.UNKNOWN, figures)
    return Finding(Check.SESSIONS, Verdict.WARN if found.odd_sessions else Verdict.OK, figures)
