"""Ledgers as they were known on a date, and the sums of them: for those who have chosen ports that the viewer sees."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from django.db.models import Q
from django.utils import timezone

from monitoring.domain.uptime import Cause, Interval, State, Tally, clipped, tally
from monitoring.models import LedgerEntry, Port
from monitoring.selectors.excluded import Hours, excluded_of

# The ledgers of so many ports in memory at once.
CHUNK = 100


def ledgers(
    port_ids: Iterable[int], *, since: datetime, until: datetime, as_of: datetime | None = None
) -> Mapping[int, list[Interval]]:
    """By port its intervals in a time, without a gap, as they were known at `as_of` (now, if not given)."""
    known_at = as_of or timezone.now()
    until = min(until, known_at)
    rows = LedgerEntry.objects.filter(port__in=list(port_ids), start__lt=until, recorded_at__lte=known_at)
    rows = rows.filter(Q(replaced_at=None) | Q(replaced_at__gt=known_at))
    rows = rows.filter(Q(end=None) | Q(end__gt=since) | Q(closed_at__gt=known_at)).order_by("port", "start")
    found: dict[int, list[Interval]] = defaultdict(list)
    names = ("port", "start", "end", "closed_at", "state", "cause", "detail", "correction")
    for port_id, start, end, closed_at, state, cause, detail, correction in rows.values_list(*names):
        # What was closed later was open then.
        was_open = end is None or (closed_at is not None and closed_at > known_at)
        ended = until if was_open else end or until
        found[port_id].append(Interval(start, ended, State(state), Cause(cause), detail, correction or 0))
    return {pk: list(clipped(intervals, since, until)) for pk, intervals in found.items()}


def sums_as_of(ports: Sequence[Port], *, since: datetime, until: datetime, as_of: datetime) -> dict[int, Tally]:
    """By port what its ledger adds up to in a time, as it was known at `as_of`, exclusions as judged by then. Ports of
    which nothing was known are missing."""
    until = min(until, as_of)
    hours, found = Hours(), {}
    for first in range(0, len(ports), CHUNK) if since < until else ():
        chunk = ports[first : first + CHUNK]
        known = ledgers([port.pk for port in chunk], since=since, until=until, as_of=as_of)
        told = [port for port in chunk if known.get(port.pk)]
        reasons = excluded_of(told, since=since, until=until, as_of=as_of, hours=hours)
        for port in told:
            open_hours = hours.of(port.site_id, since, until)
            found[port.pk] = tally(
                known[port.pk], since=since, until=until, excluded=reasons[port.pk], open_hours=open_hours
            )
    return found
