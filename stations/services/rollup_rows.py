"""The rows of roll-ups: worked out from samples and stored where they differ.

From the bottom up: sessions → quarters of EVSEs → their days, and quarters of sites → their days.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby
from typing import Any

from django.db.models import Q, QuerySet, Sum

from stations.domain import rollup
from stations.domain.rollup import DAY, QUARTER, Charge, Sample, Total, start_of
from stations.domain.session import rated_power_w
from stations.models import Evse, EvseRollup, Session, SiteRollup
from stations.selectors.samples import samples_of
from stations.services.flush import update_many

# A sample that lies so far from its session tells nothing of it.
NEAR = timedelta(days=1)
# Energy first.
_SUMS = ("energy_wh", "occupied_s", "sessions", "samples")
_FIELDS = (*_SUMS, "peak_power_w")
_15M, _DAY = EvseRollup.Interval.QUARTER, EvseRollup.Interval.DAY
_HOUR = timedelta(hours=1)

# Whose row (the id of an EVSE or a site), and from when.
Key = tuple[int, datetime]
Row = EvseRollup | SiteRollup


@dataclass(frozen=True, slots=True)
class Level:
    """One of the four kinds of rows. `owner`: the column that says whose it is."""

    model: type[Row]
    owner: str
    interval: str

    def rows(self, **conditions: Any) -> "QuerySet[Any]":
        return self.model._default_manager.filter(interval=self.interval, **conditions)

    def of(self, keys: set[Key]) -> list[Row]:
        """The rows there are of these keys."""
        near = self.rows(**{f"{self.owner}__in": _owners(keys), "start__in": _starts(keys)})
        return [row for row in near if self.key(row) in keys]

    def key(self, row: Row) -> Key:
        return getattr(row, self.owner), row.start


EVSE_QUARTERS, EVSE_DAYS = Level(EvseRollup, "evse_id", _15M), Level(EvseRollup, "evse_id", _DAY)
SITE_QUARTERS, SITE_DAYS = Level(SiteRollup, "site_id", _15M), Level(SiteRollup, "site_id", _DAY)


def stretch(session_ids: Sequence[int]) -> tuple[set[int], datetime, datetime] | None:
    """The EVSEs of these sessions, and from when to when they have anything to say; None: there is no such session."""
    sessions = list(Session.objects.filter(pk__in=session_ids, evse__isnull=False).select_related("evse"))
    if not sessions:
        return None
    samples = _samples(sessions)
    extents = [rollup.extent(_charge(session), samples[session.pk]) for session in sessions]
    # What a session said before it was corrected has left rows, too.
    said = [
        start_of(at, QUARTER)
        for session in sessions
        for at in (session.started_at_said, session.ended_at_said)
        if at is not None and abs(at - session.started_at) < NEAR
    ]
    since = min([*said, *(since for since, _ in extents)])
    until = max([*(at + QUARTER for at in said), *(until for _, until in extents)])
    return {session.evse_id for session in sessions if session.evse_id is not None}, since, until


def recompute(evse_ids: set[int], since: datetime, until: datetime) -> int:
    """Work out anew the quarters of these EVSEs from `since` to before `until`; how many rows changed, all in all."""
    wanted = _quarters_of(evse_ids, since, until)
    there = EVSE_QUARTERS.rows(evse__in=evse_ids, start__gte=since, start__lt=until)
    sites = dict(Evse.objects.filter(pk__in=evse_ids).values_list("pk", "station__site"))
    changed = _store(EVSE_QUARTERS, there, wanted, sites)
    if not changed:
        return 0
    days = _store_days(EVSE_DAYS, EVSE_QUARTERS, changed, sites)
    # A station may have moved: its rows say themselves where they count.
    quarters = _store_site_quarters({(row.site_id, row.start) for row in changed})
    return len(changed) + days + len(quarters) + (_store_days(SITE_DAYS, SITE_QUARTERS, quarters) if quarters else 0)


def _quarters_of(evse_ids: set[int], since: datetime, until: datetime) -> dict[Key, Total]:
    """What the sessions of these EVSEs say of a stretch of time."""
    near = Session.objects.filter(evse__in=evse_ids, started_at__lt=until + NEAR).select_related("evse")
    sessions = list(near.filter(Q(ended_at=None) | Q(ended_at__gte=since - NEAR)))
    samples = _samples(sessions)
    found: defaultdict[Key, list[Total]] = defaultdict(list)
    for session in sessions:
        for start, total in rollup.quarters(_charge(session), samples[session.pk]).items():
            if since <= start < until:
                found[session.evse_id or 0, start].append(total)
    return {key: rollup.add(totals) for key, totals in found.items()}


def _samples(sessions: Sequence[Session]) -> defaultdict[int, list[Sample]]:
    """The samples by session."""
    known = {session.pk: session for session in sessions}
    found: defaultdict[int, list[Sample]] = defaultdict(list)
    rows = samples_of(*sessions).order_by("session_id").values_list("session_id", "at", "energy_wh", "power_w")
    for session_id, told in groupby(rows.iterator(chunk_size=5000), key=lambda row: row[0]):
        session = known[session_id]
        earliest = session.started_at - NEAR
        latest = max(session.ended_at or session.received_at, session.started_at) + NEAR
        found[session_id] = [
            Sample(at, register_wh, power_w)
            for _, at, register_wh, power_w in told
            if at >= earliest and (session.ended_at is None or at <= latest)
        ]
    return found


def _charge(session: Session) -> Charge:
    return Charge(
        started_at=session.started_at,
        ended_at=session.ended_at,
        energy_wh=session.energy_wh,
        start_wh=session.meter_start_wh if session.meter_start_at is None else None,
        stop_wh=session.meter_stop_wh,
        max_power_w=rated_power_w(session.evse.max_power_w if session.evse else None),
    )


def _store_site_quarters(touched: set[Key]) -> list[Row]:
    """From those of the EVSEs that stood there; the rows that changed."""
    rows = EvseRollup.objects.filter(site__in=_owners(touched), interval=_15M, start__in=_starts(touched)).order_by()
    sums = rows.values_list("site", "start").annotate(*(Sum(name) for name in _SUMS))
    wanted = {
        (site_id, start): Total(**dict(zip(_SUMS, told, strict=True)), peak_power_w=told[0] * (_HOUR / QUARTER))
        for site_id, start, *told in sums
        if (site_id, start) in touched
    }
    return _store(SITE_QUARTERS, SITE_QUARTERS.of(touched), wanted)


def _store_days(days: Level, quarters: Level, changed: Sequence[Row], sites: dict[int, int] | None = None) -> int:
    """The days of the quarters that changed, added up; how many rows changed."""
    touched = {(owner, start_of(start, DAY)) for owner, start in map(quarters.key, changed)}
    starts = _starts(touched)
    within = quarters.rows(**{f"{days.owner}__in": _owners(touched)})
    found: defaultdict[Key, list[Total]] = defaultdict(list)
    for row in within.filter(start__gte=min(starts), start__lt=max(starts) + DAY):
        owner, start = quarters.key(row)
        found[owner, start_of(start, DAY)].append(Total(**{name: getattr(row, name) for name in _FIELDS}))
    wanted = {key: rollup.add(totals) for key, totals in found.items() if key in touched}
    return len(_store(days, days.of(touched), wanted, sites))


def _owners(keys: set[Key]) -> set[int]:
    return {owner for owner, _ in keys}


def _starts(keys: set[Key]) -> set[datetime]:
    return {start for _, start in keys}


def _store(
    level: Level, there: Iterable[Row], wanted: dict[Key, Total], sites: dict[int, int] | None = None
) -> list[Row]:
    """Make the rows that are `there` those that are `wanted`; those that were made, changed or deleted."""
    known = {level.key(row): row for row in there}
    gone = [row for key, row in known.items() if key not in wanted]
    changed = [row for key, row in known.items() if key in wanted and _take(row, wanted[key])]
    new = [_new(level, key, wanted[key], sites) for key in sorted(wanted.keys() - known.keys())]
    level.rows(pk__in=[row.pk for row in gone]).delete()
    update_many(changed, _FIELDS)
    level.model._default_manager.bulk_create(new, batch_size=1000)  # type: ignore[arg-type]
    return [*gone, *changed, *new]


def _new(level: Level, key: Key, total: Total, sites: dict[int, int] | None) -> Row:
    row = level.model(interval=level.interval, start=key[1])
    setattr(row, level.owner, key[0])
    if sites is not None:
        row.site_id = sites[key[0]]
    _take(row, total)
    return row


def _take(row: Row, total: Total) -> bool:
    """Put the total into the row; whether that changed anything."""
    differing = [name for name in _FIELDS if getattr(row, name) != getattr(total, name)]
    for name in differing:
        setattr(row, name, getattr(total, name))
    return bool(differing)
