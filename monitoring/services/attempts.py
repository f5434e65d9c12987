"""Attempts to charge, written down: from sessions that ended, remote starts that came to nothing, plugs of connectors.

Each verb may be told the same thing twice, in any order, and corrects what it wrote before. With an attempt goes the
note that its day is to be counted again (`monitoring.services.success`).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

import orjson
from django.db.models import Max, Min, Q
from django.utils import timezone

from drivers.domain.tokens import Verdict
from monitoring.domain.delivered_power import asked_w
from monitoring.domain.success import CHARGED, Outcome, Told, outcome_of
from monitoring.models import Attempt, PlugIn, SuccessDue
from stations.domain.anomalies import Anomaly
from stations.domain.commands import CommandKind, CommandState
from stations.domain.status import ConnectorStatus
from stations.models import ChargingNeeds, Command, Connector, Evse, Session
from stations.selectors.frames import authorize_s
from stations.selectors.samples import samples_of

# What happens so near to a day may belong to a visit of that day.
REACH = timedelta(hours=2)
# Of sessions that ended longer ago nobody reads frames any more: what is taken in anew takes no longer for it.
_FRAMES_READ = timedelta(days=2)
# Plugged in longer before: it was for something else. Energy later: a schedule or a tariff was waited for.
_PLUGGED_BEFORE = timedelta(minutes=15)
_LONGEST_WAIT_S = 600.0
_PLUGGED = frozenset({ConnectorStatus.PREPARING, ConnectorStatus.OCCUPIED})
_IN_USE = _PLUGGED | {ConnectorStatus.CHARGING, ConnectorStatus.SUSPENDED_EV, ConnectorStatus.SUSPENDED_EVSE}
_OVER = frozenset({ConnectorStatus.AVAILABLE, ConnectorStatus.FAULTED, ConnectorStatus.UNAVAILABLE})
_NOT_STARTED = frozenset(
    {
        CommandState.REJECTED,
        CommandState.FAILED,
        CommandState.TIMEOUT,
        CommandState.EXPIRED,
        CommandState.UNKNOWN,
        CommandState.NO_EFFECT,
    }
)
_UNBELIEVED = frozenset({Anomaly.TINY_ENERGY, Anomaly.NO_BEGIN_READING})
_FIELDS = (
    *("evse_id", "site_id", "who", "began_at", "ended_at", "outcome", "energy_wh"),
    *("wait_s", "authorize_s", "peak_power_w", "asked_power_w"),
)


@dataclass(frozen=True, slots=True)
class _Readings:
    """What the samples of a session tell: when power first flowed, and the most of it."""

    flowed_at: datetime | None = None
    peak_w: float | None = None


def days_of(at: datetime) -> list[date]:
    """The days (UTC) that an attempt begun at `at` may have a say in; its own is among them."""
    return sorted({(at + shift).astimezone(UTC).date() for shift in (-REACH, timedelta(), REACH)})


def of_sessions(sessions: Sequence[Session]) -> int:
    """Write down the attempts that these sessions (with station and site, EVSE and connector) were; how many changed.

    Sessions that run, or that nobody knows the EVSE of, are none yet.
    """
    ended = [session for session in sessions if session.ended_at is not None and evse_id_of(session) is not None]
    known = {attempt.session_id: attempt for attempt in Attempt.objects.filter(session__in=[s.pk for s in ended])}
    readings, needs = _readings(ended), _needs(ended)
    plugs = _plugs(ended)
    new, changed = [], []
    due: list[tuple[int, int, datetime]] = []
    for session in ended:
        told = _values(session, readings.get(session.pk, _Readings()), needs.get(session.pk), plugs)
        attempt = known.get(session.pk)
        told["authorize_s"] = _authorize_s(session, attempt)
        if attempt is None:
            attempt = Attempt(kind=Attempt.Kind.SESSION, session=session, **_station_of(session), **told)
            new.append(attempt)
        else:
            _keep_wait(attempt, told)
            if all(getattr(attempt, name) == value for name, value in told.items()):
                continue
            due.append((attempt.site_id, attempt.evse_id, attempt.began_at))
            for name, value in told.items():
                setattr(attempt, name, value)
            changed.append(attempt)
        due.append((attempt.site_id, attempt.evse_id, attempt.began_at))
    # Another delivery may have been first.
    Attempt.objects.bulk_create(new, batch_size=500, ignore_conflicts=True)
    Attempt.objects.bulk_update(changed, _FIELDS, batch_size=500)
    note(due)
    return len(new) + len(changed)


def of_command(command: Command) -> Attempt | None:
    """The attempt that a remote start was which came to nothing; None, and none is left, where it was none."""
    evse = _evse_of(command)
    if command.kind != CommandKind.REMOTE_START or evse is None or command.session_id is not None:
        return None
    if command.state not in _NOT_STARTED or command.finished_at is None:
        return None
    return _write(
        Attempt(
            evse=evse,
            site=command.station.site,
            kind=Attempt.Kind.REMOTE_START,
            command=command,
            who=command.wanted_token.lower(),
            began_at=command.requested_at,
            ended_at=command.finished_at,
            outcome=_outcome_of(command, evse),
            **_make(command.station),
        ),
        command=command,
    )


def concerns(before: str, after: str) -> bool:
    """Whether a change of a connector's status says that somebody plugged in, charges, or left."""
    return (
        (after in _PLUGGED and before not in _IN_USE)
        or after == ConnectorStatus.CHARGING
        or (after in _OVER and before in _PLUGGED)
    )


def of_status(connector: Connector, *, before: str, after: str, at: datetime) -> Attempt | None:
    """Follow a connector (with its station) from plug to plug; the attempt, if one ends here without a session."""
    if after in _PLUGGED and before not in _IN_USE:
        _plugged(connector, at)
    elif after == ConnectorStatus.CHARGING:
        _charging(connector, at)
    elif after in _OVER and before in _PLUGGED:
        return _unplugged(connector, at, is_fault=after == ConnectorStatus.FAULTED)
    return None


def note(found: Iterable[tuple[int, int, datetime]]) -> None:
    """Days to be counted again: those of attempts of (site, EVSE, when it began)."""
    days = {
        (site_id, day, evse_id if day == at.astimezone(UTC).date() else None)
        for site_id, evse_id, at in found
        for day in days_of(at)
    }
    rows = (SuccessDue(site_id=site_id, day=day, evse_id=evse_id) for site_id, day, evse_id in days)
    SuccessDue.objects.bulk_create(rows, batch_size=500)


def evse_id_of(session: Session) -> int | None:
    """The EVSE a session was at, if only by its connector."""
    return session.evse_id or (session.connector.evse_id if session.connector else None)


# --- Sessions ---


def _values(
    session: Session, readings: _Readings, asked_power_w: float | None, plugs: dict[int, PlugIn]
) -> dict[str, Any]:
    odd = set(session.anomalies)
    outcome = outcome_of(
        Told(
            energy_wh=session.energy_wh,
            is_accepted=session.verdict in ("", Verdict.ACCEPTED, Verdict.CONCURRENT_TX),
            stop_reason=session.stop_reason,
            soc_percent=session.soc_percent,
            is_metered=session.meter_stop_wh is not None and not odd & _UNBELIEVED,
            is_end_known=Anomaly.NEVER_ENDED not in odd and session.closed_by_id is None,
        )
    )
    return {
        "evse_id": evse_id_of(session),
        "site_id": session.station.site_id,
        "who": session.id_token.lower(),
        "began_at": session.started_at,
        "ended_at": session.ended_at,
        "outcome": outcome,
        "energy_wh": session.energy_wh,
        "wait_s": _wait_s(session, readings, plugs) if outcome in CHARGED else None,
        "peak_power_w": readings.peak_w,
        "asked_power_w": asked_power_w,
    }


def _keep_wait(attempt: Attempt, told: dict[str, Any]) -> None:
    """Statuses and samples go; what they told once stays."""
    for name in ("wait_s", "peak_power_w"):
        if told[name] is None and told["outcome"] in CHARGED:
            told[name] = getattr(attempt, name)


def _wait_s(session: Session, readings: _Readings, plugs: dict[int, PlugIn]) -> float | None:
    """From plugging in or the start, whichever was first, to energy; None where nobody knows."""
    plug = plugs.get(session.connector_id or 0)
    begun, flowed = session.started_at, [readings.flowed_at]
    if plug is not None and begun - _PLUGGED_BEFORE <= plug.plugged_at <= (session.ended_at or begun):
        begun = min(begun, plug.plugged_at)
        flowed.append(plug.charging_at)
    # A reading of power at the very start shows that samples are made up, not that there was no wait.
    waits = [(at - begun).total_seconds() for at in flowed if at is not None and at > begun]
    wait_s = min(waits, default=None)
    return wait_s if wait_s is not None and wait_s <= _LONGEST_WAIT_S else None


def _authorize_s(session: Session, attempt: Attempt | None) -> float | None:
    """How long our word on the id token took; frames go, what they told once stays."""
    known = None if attempt is None else attempt.authorize_s
    is_recent = session.ended_at is not None and timezone.now() - session.ended_at < _FRAMES_READ
    return authorize_s(session) if known is None and is_recent else known


def _readings(sessions: Sequence[Session]) -> dict[int, _Readings]:
    rows: Any = samples_of(*sessions).order_by().values_list("session_id")
    told = rows.annotate(flowed_at=Min("at", filter=Q(power_w__gt=0)), peak_w=Max("power_w"))
    return {session_id: _Readings(flowed_at, peak_w) for session_id, flowed_at, peak_w in told}


def _needs(sessions: Sequence[Session]) -> dict[int, float]:
    """What the vehicles asked for, by session."""
    told = ChargingNeeds.objects.filter(session__in=[s.pk for s in sessions if s.last_seq_no >= 0])
    rows = [
        (session_id, asked_w(orjson.loads(payload))) for session_id, payload in told.values_list("session", "payload")
    ]
    return {session_id: power_w for session_id, power_w in rows if session_id is not None and power_w}


def _plugs(sessions: Sequence[Session]) -> dict[int, PlugIn]:
    connectors = {session.connector_id for session in sessions if session.connector_id is not None}
    return {plug.connector_id: plug for plug in PlugIn.objects.filter(connector__in=connectors)}


def _station_of(session: Session) -> dict[str, str]:
    return _make(session.station)


def _make(station: Any) -> dict[str, str]:
    return {"vendor": station.vendor, "model": station.model, "firmware_version": station.firmware_version}


# --- Remote starts ---


def _evse_of(command: Command) -> Evse | None:
    """The EVSE a remote start was for, where that is clear."""
    evses = Evse.objects.filter(station=command.station_id).order_by("number")
    number = command.values.get("evse")
    found = list((evses.filter(number=number) if isinstance(number, int) else evses)[:2])
    return found[0] if len(found) == 1 else None


def _outcome_of(command: Command, evse: Evse) -> Outcome:
    """A station cannot start where nobody plugged in, or where somebody charges already."""
    if command.state == CommandState.NO_EFFECT:
        statuses = set(evse.connectors.values_list("status", flat=True))
        since = command.sent_at or command.requested_at
        meanwhile = PlugIn.objects.filter(connector__evse=evse, plugged_at__gte=since)
        return Outcome.NOT_STARTED if statuses & _PLUGGED or meanwhile.exists() else Outcome.LEFT
    is_taken = Session.objects.filter(evse=evse, started_at__lte=command.finished_at).filter(
        Q(ended_at=None) | Q(ended_at__gte=command.requested_at)
    )
    return Outcome.LEFT if is_taken.exists() else Outcome.NOT_STARTED


# --- Plugs ---


def _plugged(connector: Connector, at: datetime) -> None:
    plug, is_new = PlugIn.objects.get_or_create(connector=connector, defaults={"plugged_at": at})
    if not is_new and at > plug.plugged_at:
        PlugIn.objects.filter(pk=plug.pk).update(plugged_at=at, charging_at=None)


def _charging(connector: Connector, at: datetime) -> None:
    plug, is_new = PlugIn.objects.get_or_create(connector=connector, defaults={"plugged_at": at, "charging_at": at})
    if not is_new and plug.charging_at is None and at >= plug.plugged_at:
        PlugIn.objects.filter(pk=plug.pk).update(charging_at=at)


def _unplugged(connector: Connector, at: datetime, *, is_fault: bool) -> Attempt | None:
    """Plugged in, and over without a session: a fault is the port's failure, else nobody knows what was wanted."""
    plug = PlugIn.objects.filter(connector=connector, plugged_at__lte=at).first()
    if plug is None:
        return None
    charged = Session.objects.filter(evse=connector.evse_id, started_at__lte=at)
    if charged.filter(Q(ended_at=None) | Q(ended_at__gte=plug.plugged_at)).exists():
        return None
    return _write(
        Attempt(
            evse_id=connector.evse_id,
            site=connector.station.site,
            kind=Attempt.Kind.PLUG,
            began_at=plug.plugged_at,
            ended_at=at,
            outcome=Outcome.NOT_STARTED if is_fault else Outcome.LEFT,
            **_make(connector.station),
        ),
        kind=Attempt.Kind.PLUG,
        evse=connector.evse_id,
        began_at=plug.plugged_at,
    )


def _write(attempt: Attempt, **same: Any) -> Attempt | None:
    """Store it, unless it is there already."""
    if Attempt.objects.filter(**same).exists():
        return None
    attempt.save(force_insert=True)
    note([(attempt.site_id, attempt.evse_id, attempt.began_at)])
    return attempt
