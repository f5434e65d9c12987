"""What a playbook would have done lately: faults and sessions of the past, walked through once more."""

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db.models import Q

from monitoring.domain.playbooks import DAY, DISRUPTIVE, Fault, Playbook, Step, Why
from monitoring.domain.rehearsal import Past, Rehearsed, Span, rehearse
from monitoring.models import Alert
from monitoring.selectors.maintenance import windows_between
from monitoring.selectors.repair_sight import codes_at
from stations.models import Session

SINCE = timedelta(days=30)
# Enough to see what a playbook does; all sessions of their stations are read.
MOST = 200


@dataclass(slots=True)
class Preview:
    """`steps`: how often each would have been taken; `spared`: faults that ended before anything disruptive;
    `waited`: runs that would have waited, by what for; `is_all`: whether all faults were looked at."""

    runs: int = 0
    steps: Counter[Step] = field(default_factory=Counter)
    spared: int = 0
    waited: Counter[Why] = field(default_factory=Counter)
    passed: Counter[Why] = field(default_factory=Counter)
    is_all: bool = True


def preview(playbook: Playbook, *, organization_id: int, site_id: int | None, now: datetime) -> Preview:
    """Over the last thirty days, in three queries or four. Reservations, plugs and firmware of then are not known."""
    rows = Alert.objects.filter(
        organization=organization_id, rule__in=playbook.rules, raised_at__gte=now - SINCE, station__isnull=False
    )
    rows = rows.filter(site=site_id) if site_id else rows
    alerts = list(rows.order_by("-raised_at")[: MOST + 1])
    found = Preview(is_all=len(alerts) <= MOST)
    alerts = sorted(alerts[:MOST], key=lambda alert: alert.raised_at or now)
    stations = {alert.station_id for alert in alerts if alert.station_id}
    sessions, windows = _sessions(stations, now), _windows(stations, now)
    disruptive: dict[int, list[datetime]] = defaultdict(list)
    for alert in alerts:
        station = alert.station_id or 0
        past = Past(
            Fault(alert.rule, frozenset(codes_at(alert)), has_evse=alert.evse_id is not None),
            alert.raised_at or now,
            alert.resolved_at,
            sessions[station],
            windows[station],
        )
        gone = rehearse(playbook, past, before=disruptive[station], until=now)
        disruptive[station] += [at for at, step in gone.taken if step in DISRUPTIVE]
        _count(found, gone)
    return found


def _count(found: Preview, gone: Rehearsed) -> None:
    steps = [step for _at, step in gone.taken]
    found.runs += 1
    found.steps.update(steps)
    found.spared += gone.is_over and not DISRUPTIVE & set(steps) and Step.WORK_ORDER not in steps
    found.waited.update(gone.waited_for)
    found.passed.update({why for _step, why in gone.passed if why is not Why.NO_LOCK})


def _sessions(stations: set[int], now: datetime) -> dict[int, list[Span]]:
    spans: dict[int, list[Span]] = defaultdict(list)
    rows = Session.objects.filter(Q(ended_at=None) | Q(ended_at__gt=now - SINCE), station__in=stations)
    for station, start, end in rows.filter(started_at__gt=now - SINCE - DAY).values_list(
        "station", "started_at", "ended_at"
    ):
        spans[station].append((start, end))
    return spans


def _windows(stations: set[int], now: datetime) -> dict[int, list[Span]]:
    spans: dict[int, list[Span]] = defaultdict(list)
    for span in windows_between(stations, now - SINCE, now):
        spans[span.station_id].append((span.start, span.end))
    return spans
