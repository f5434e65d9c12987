"""Attempts counted by EVSE and day: kept up to date, made anew with the same result, and taken in from before.

Who writes an attempt notes the days it has a say in; the sweep counts those days again, all EVSEs of the site together
(a visit may lead from one to another), and stores the rows that differ. It may run twice, or break off.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from django.db import connection, transaction
from django.db.models import Exists, Max, OuterRef
from django.utils import timezone

from monitoring.domain.authorizing import step_of
from monitoring.domain.success import CHARGED, COUNTED, Outcome, Try, visits
from monitoring.models import Attempt, SuccessCursor, SuccessDay, SuccessDue
from monitoring.services import attempts, streaks
from stations.models import Session

# Notes taken at once, and days of sites counted in a transaction: on SQLite it is the only writer meanwhile.
NOTES = 20_000
CHUNK = 20
# Sessions that told no fact are looked for in so many at a time, and a stretch again: ids are not committed in order.
TAKEN_AT_ONCE = 1000
_AGAIN = 2000

_COUNTS = (
    *("attempts", "charged", "well", "cut_off", "no_energy", "not_started", "refused", "left_out"),
    *("visits", "first_try", "visits_charged", "waits"),
    *SuccessDay.AUTHORIZED,
)
_FIELDS = (*_COUNTS, "wait_s", "vendor", "model")
_OWN_COLUMN = {
    Outcome.WELL: "well",
    Outcome.CUT_OFF: "cut_off",
    Outcome.NO_ENERGY: "no_energy",
    Outcome.NOT_STARTED: "not_started",
    Outcome.REFUSED: "refused",
}

SiteDay = tuple[int, date]
# EVSE and firmware.
Key = tuple[int, str]


@dataclass(slots=True)
class _Counts:
    vendor: str
    model: str
    numbers: dict[str, int] = field(default_factory=lambda: dict.fromkeys(_COUNTS, 0))
    waits_s: list[float] = field(default_factory=list)

    def values(self) -> dict[str, Any]:
        wait_s = round(sum(sorted(self.waits_s)), 3)
        return {**self.numbers, "wait_s": wait_s, "vendor": self.vendor, "model": self.model}


def sweep(*, now: datetime | None = None) -> int:
    """Count again what was noted, and look at the ports whose attempts changed; how many rows of days changed."""
    now = now or timezone.now()
    rows = list(SuccessDue.objects.order_by("pk").values_list("pk", "site", "day", "evse")[:NOTES])
    changed = recount({(site_id, day) for _, site_id, day, _ in rows})
    streaks.look_at({evse_id for *_, evse_id in rows if evse_id is not None}, now=now)
    streaks.look_at_running(now=now)
    streaks.look_at_settings(now=now)
    pks = [pk for pk, *_ in rows]
    for start in range(0, len(pks), 1000):
        with transaction.atomic():
            SuccessDue.objects.filter(pk__in=pks[start : start + 1000]).delete()
    return changed


def recount(days: Iterable[SiteDay]) -> int:
    """Count these days of sites from their attempts; how many rows changed."""
    todo, changed = sorted(days), 0
    for start in range(0, len(todo), CHUNK):
        with transaction.atomic():
            if connection.vendor == "postgresql":
                # Who comes second reads after the first has committed.
                with connection.cursor() as cursor:
                    cursor.execute("SELECT pg_advisory_xact_lock(hashtext('busbar.success'))")
            changed += sum(_recount(site_id, day) for site_id, day in todo[start : start + CHUNK])
    return changed


def rebuild(*, since: date | None = None, until: date | None = None) -> int:
    """Take every session in again and count all days anew, or those from `since` to before `until`; how many rows of
    days changed: none where the sweep was through. The firmware noted with an attempt stays."""
    low = datetime.combine(since or date(2000, 1, 1), time(), UTC)
    high = datetime.combine(until or date(9999, 1, 1), time(), UTC)
    sessions = _sessions().filter(started_at__gte=low, started_at__lt=high, ended_at__isnull=False)
    last = 0
    while chunk := list(sessions.filter(pk__gt=last).order_by("pk")[:TAKEN_AT_ONCE]):
        with transaction.atomic():
            attempts.of_sessions(chunk)
        last = chunk[-1].pk
    found = Attempt.objects.filter(began_at__gte=low, began_at__lt=high).order_by()
    days = {(site_id, at.astimezone(UTC).date()) for site_id, at in found.values_list("site", "began_at").iterator()}
    stored = SuccessDay.objects.filter(day__gte=low.date(), day__lt=high.date()).order_by()
    return recount(days | set(stored.values_list("site", "day").distinct()))


def take_in(*, limit: int = 20) -> int:
    """Write down the attempts of sessions that told no fact: those from before, and those put in otherwise.

    Goes on where it stopped, `limit` chunks at a time; returns how many attempts it wrote.
    """
    cursor, _ = SuccessCursor.objects.get_or_create(pk=1)
    newest = Session.objects.aggregate(newest=Max("pk"))["newest"] or 0
    begun, written = max(0, cursor.session_id - _AGAIN), 0
    for _ in range(limit):
        end = min(newest, begun + TAKEN_AT_ONCE)
        missing = _sessions().filter(pk__gt=begun, pk__lte=end, ended_at__isnull=False)
        with transaction.atomic():
            unknown = list(missing.filter(~Exists(Attempt.objects.filter(session=OuterRef("pk")))))
            written += attempts.of_sessions(unknown)
            SuccessCursor.objects.filter(pk=1, session_id__lt=end).update(session_id=end)
        if end >= newest:
            break
        begun = end
    return written


def _sessions() -> Any:
    return Session.objects.select_related("station__site", "connector")


def _recount(site_id: int, day: date) -> int:
    midnight = datetime.combine(day, time(), UTC)
    end = midnight + timedelta(days=1)
    reach = attempts.REACH
    near = Attempt.objects.filter(site=site_id, began_at__gte=midnight - reach, began_at__lt=end + reach)
    told = list(near.order_by("began_at", "pk"))
    counts = _count([attempt for attempt in told if midnight <= attempt.began_at < end])
    by_pk = {attempt.pk: attempt for attempt in told}
    for visit in visits(_tries(told)):
        first = by_pk[visit.tries[0].key]
        if midnight <= first.began_at < end:
            numbers = counts[_key(first)].numbers
            numbers["visits"] += 1
            numbers["first_try"] += visit.first_try
            numbers["visits_charged"] += visit.has_charged
    return _store(site_id, day, counts)


def _tries(told: Sequence[Attempt]) -> list[Try]:
    return [
        Try(a.pk, a.who, a.began_at, a.ended_at, has_charged=a.outcome in CHARGED) for a in told if a.outcome in COUNTED
    ]


def _key(attempt: Attempt) -> Key:
    return attempt.evse_id, attempt.firmware_version


def _count(told: Sequence[Attempt]) -> dict[Key, _Counts]:
    found: dict[Key, _Counts] = {}
    for attempt in told:
        counts = found.setdefault(_key(attempt), _Counts(attempt.vendor, attempt.model))
        outcome = Outcome(attempt.outcome)
        column = _OWN_COLUMN.get(outcome) or ("left_out" if outcome not in COUNTED else "")
        if column:
            counts.numbers[column] += 1
        counts.numbers["attempts"] += outcome in COUNTED
        counts.numbers["charged"] += outcome in CHARGED
        if attempt.wait_s is not None:
            counts.numbers["waits"] += 1
            counts.waits_s.append(attempt.wait_s)
        if attempt.authorize_s is not None:
            counts.numbers[SuccessDay.AUTHORIZED[step_of(attempt.authorize_s)]] += 1
    return found


def _store(site_id: int, day: date, counts: dict[Key, _Counts]) -> int:
    """Make the rows of a day of a site what was counted; how many changed."""
    there = {(row.evse_id, row.firmware_version): row for row in SuccessDay.objects.filter(site=site_id, day=day)}
    gone = [row.pk for key, row in there.items() if key not in counts]
    new, changed = [], []
    for key, found in sorted(counts.items()):
        values, row = found.values(), there.get(key)
        if row is None:
            new.append(SuccessDay(evse_id=key[0], firmware_version=key[1], site_id=site_id, day=day, **values))
        elif any(getattr(row, name) != value for name, value in values.items()):
            for name, value in values.items():
                setattr(row, name, value)
            changed.append(row)
    SuccessDay.objects.filter(pk__in=gone).delete()
    SuccessDay.objects.bulk_update(changed, _FIELDS)
    SuccessDay.objects.bulk_create(new)
    return len(gone) + len(new) + len(changed)
