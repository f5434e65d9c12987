"""Ports that say Available and fail one driver after the other: found, told to the uptime ledger, and acquitted.

23 CFR 680.116(b): a port is up when it is available *and* delivers electricity. A serious streak makes it down from its
first failure until somebody charges there again. What comes late, or is corrected, may show a streak of the past.

How long a streak has to be is what the rules that tell of it are set to at the site.
"""

from collections.abc import Collection
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from monitoring.domain.success import COUNTED, LEAST_ENERGY_WH, Outcome, Spell, Streak, spells
from monitoring.models import Attempt, FailedStreak, PortHabit
from monitoring.rules.base import rules
from monitoring.services import impairments
from monitoring.services.rule_settings import Settings, settings_of
from stations.models import Evse, Session

# Attempts that are read; and streaks that are corrected: where the first of them began is known for sure.
LOOKBACK = timedelta(days=100)
CORRECTED = timedelta(days=92)


def look_at(evse_ids: Collection[int], *, now: datetime | None = None) -> int:
    """Work out the streaks of these EVSEs; how many rows of them changed."""
    now = now or timezone.now()
    limits = _Limits()
    return sum(_look_at(evse_id, now, limits) for evse_id in sorted(evse_ids))


def look_at_running(*, now: datetime | None = None) -> int:
    """End the streaks of EVSEs at which somebody charges now: nobody waits for the end of that session."""
    charging = Session.objects.filter(ended_at=None, energy_wh__gte=LEAST_ENERGY_WH)
    open_at = FailedStreak.objects.filter(ended_at=None, evse__sessions__in=charging).values_list("evse", flat=True)
    return look_at(set(open_at), now=now)


def look_at_settings(*, now: datetime | None = None) -> int:
    """Judge the streaks that go on anew where thresholds were set otherwise since."""
    limits = _Limits()
    streaks = FailedStreak.objects.filter(ended_at=None).select_related("evse__station")
    changed = [
        row.evse_id
        for row in streaks
        if limits.is_serious(Streak(row.since, row.attempts, row.people, row.is_zero_energy), row.evse.station.site_id)
        != row.is_serious
    ]
    return look_at(changed, now=now)


class _Limits:
    """What the rules about streaks are set to, read once."""

    def __init__(self) -> None:
        self._settings = settings_of([rules()[name] for name in ("zero_energy", "failed_starts")])

    def is_serious(self, streak: Streak, site_id: int) -> bool:
        """Whether a streak is long enough, at this site, to call the port down."""
        rule: Settings = self._settings["zero_energy" if streak.is_zero_energy else "failed_starts"]
        return streak.is_serious(
            attempts=int(rule.threshold("attempts", site_id)), people=int(rule.threshold("people", site_id))
        )


@transaction.atomic
def _look_at(evse_id: int, now: datetime, limits: _Limits) -> int:
    # Two sweeps at once take turns; sessions may begin meanwhile.
    evse = (
        Evse.objects.select_for_update(no_key=True, of=("self",)).select_related("station").filter(pk=evse_id).first()
    )
    if evse is None:
        return 0
    latest = Attempt.objects.filter(evse=evse_id).order_by("-began_at").values_list("ended_at", flat=True).first()
    PortHabit.objects.filter(evse=evse_id).update(last_ended_at=latest)
    first = now - CORRECTED
    found = [spell for spell in spells(_attempts(evse_id, now)) if spell.ended_at is None or spell.ended_at >= first]
    recent = FailedStreak.objects.filter(Q(ended_at=None) | Q(ended_at__gte=first), evse=evse_id)
    rows = {row.ended_at: row for row in recent.order_by("pk")}
    changed = _close(rows, found)
    ends = {spell.ended_at for spell in found}
    changed += sum(_take_back(rows.pop(end)) for end in list(rows) if end not in ends)
    for spell in found:
        # A short one of the past is no news.
        is_serious = limits.is_serious(spell.streak, evse.station.site_id)
        if spell.ended_at is None or is_serious or spell.ended_at in rows:
            row = rows.get(spell.ended_at) or FailedStreak(evse_id=evse_id)
            changed += _take(row, spell, is_serious=is_serious)
    return changed


def _attempts(evse_id: int, now: datetime) -> list[tuple[str, str, datetime]]:
    """Outcome, who and when of all that counts, oldest first; a session that charges now has charged."""
    told = Attempt.objects.filter(evse=evse_id, outcome__in=COUNTED, began_at__gte=now - LOOKBACK)
    rows = list(told.order_by("began_at", "pk").values_list("outcome", "who", "began_at"))
    running = Session.objects.filter(evse=evse_id, ended_at=None, energy_wh__gte=LEAST_ENERGY_WH)
    rows += [(Outcome.CHARGED, "", at) for at in running.values_list("started_at", flat=True)]
    return sorted(rows, key=lambda row: row[2])


def _close(rows: dict[datetime | None, FailedStreak], found: list[Spell]) -> int:
    """End the row that is open, where its streak is over."""
    row = rows.get(None)
    ended = next((s for s in found if row and s.ended_at is not None and s.streak.since == row.since), None)
    if row is None or ended is None or ended.ended_at in rows:
        return 0
    del rows[None]
    row.ended_at = ended.ended_at
    row.save(update_fields=["ended_at"])
    rows[ended.ended_at] = row
    if row.is_serious and row.ended_at is not None:
        impairments.restore(row.evse_id, at=row.ended_at)
    return 1


def _take_back(row: FailedStreak) -> int:
    """It never was: what failed turned out to have charged, or ended otherwise."""
    if row.is_serious:
        impairments.restore(row.evse_id, at=row.since)
    row.delete()
    return 1


def _take(row: FailedStreak, spell: Spell, *, is_serious: bool) -> int:
    """Write down a streak; whether that changed anything. The ledger hears of one that is serious, or is no more."""
    found, was_serious, since = spell.streak, row.is_serious, row.since
    values = {
        "since": found.since,
        "attempts": found.attempts,
        "people": found.people,
        "is_zero_energy": found.is_zero_energy,
        "ended_at": spell.ended_at,
    }
    is_same = bool(row.pk) and all(getattr(row, name) == value for name, value in values.items())
    # What is over was judged by the thresholds of its time.
    if is_same and (spell.ended_at is not None or row.is_serious == is_serious):
        return 0
    row.is_serious = is_serious
    for name, value in values.items():
        setattr(row, name, value)
    row.save()
    if was_serious and (not row.is_serious or row.since > since):
        impairments.restore(row.evse_id, at=since)
    if row.is_serious and (not was_serious or row.since != since):
        impairments.impair(row)
        if row.ended_at is not None:
            impairments.restore(row.evse_id, at=row.ended_at)
    return 1
