"""The entries of one port's ledger: worked out from signals and corrections, and stored where they differ."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db.models import Max, Q, QuerySet

from monitoring.domain.uptime import CONNECTION, Cause, Interval, Signal, Span, State, month_of, overlaid, timeline
from monitoring.domain.uptime.signals import OFF, ON, commissioned_at
from monitoring.models import Correction, LedgerEntry, Port, PortMonth, StatusDay, UptimeSignal


def refresh(port: Port, *, since: datetime | None, now: datetime, grace: timedelta) -> int:
    """Bring the ledger of a locked port up to date from `since` on (None: from its beginning); how many rows change."""
    before, begun = port.commissioned_at, _begin(port)
    if begun is None:
        return 0
    # What is heard this very second belongs to it, too.
    until = port.removed_at or now + timedelta(seconds=1)
    start = begun
    if since is not None and before == begun:
        start = max(begun, _entry_start(port, _silent_since(port, since)))
    signals = _signals(port, start)
    told = timeline(signals, since=start, until=until, grace=grace)
    intervals = overlaid(told, _corrections(port, start))
    changed = _store(port, intervals, start=start, now=now, until=until)
    _note_end(port, intervals)
    return changed


def _begin(port: Port) -> datetime | None:
    """When the port was commissioned, by all signals known; noted where it is earlier than thought."""
    ours = _of(port)
    first = ours.filter(Q(channel=CONNECTION, value=ON) | Q(channel__startswith="connector:")).order_by("at")
    connected = first.filter(channel=CONNECTION).first()
    heard = first.exclude(channel=CONNECTION).first()
    begun = commissioned_at(_signal(row) for row in (connected, heard) if row is not None)
    if begun != port.commissioned_at:
        port.commissioned_at = begun
        Port.objects.filter(pk=port.pk).update(commissioned_at=begun)
    return begun


def _silent_since(port: Port, at: datetime) -> datetime:
    """`at`, or the beginning of the time without a connection that reaches up to it: that is one thing, or none."""
    connection = _of(port).filter(channel=CONNECTION)
    last_on = connection.filter(value=ON, at__lt=at).order_by("-at").first()
    away = connection.filter(value=OFF, at__lte=at)
    if last_on is not None:
        away = away.filter(at__gte=last_on.at)
    first_off = away.order_by("at").first()
    return min(at, first_off.at) if first_off else at


def _entry_start(port: Port, at: datetime) -> datetime:
    """Where the current entry begins that `at` lies in, so that it can go on; an entry that ends there goes on, too."""
    entries = _current(port).filter(start__lte=at).order_by("-start")
    found = entries.filter(Q(end=None) | Q(end__gte=at)).last()
    return min(at, found.start) if found else at


def _signals(port: Port, start: datetime) -> list[Signal]:
    """From `start` on, with what every channel said last before it; of the connection all since it was last there."""
    ours = _of(port)
    earlier = ours.filter(at__lt=start)
    last_on = earlier.filter(channel=CONNECTION, value=ON).aggregate(at=Max("at"))["at"]
    wanted = Q(at__gte=start) | Q(channel=CONNECTION, at__gte=last_on) if last_on else Q(at__gte=start)
    for channel, at in earlier.order_by().values_list("channel").annotate(Max("at")):
        wanted |= Q(channel=channel, at=at)
    return [_signal(row) for row in ours.filter(wanted)]


def _signal(row: UptimeSignal) -> Signal:
    # Facts of one station have numbers in their order; what no fact told has its own.
    return Signal(row.at, row.channel, row.value, row.detail, row.fact or 0)


def _corrections(port: Port, start: datetime) -> list[Interval | Span]:
    rows = Correction.objects.filter(port=port, end__gt=start).order_by("pk")
    return [
        Interval(row.start, row.end, State(row.state), Cause(row.cause), "", row.pk)
        if row.state
        else Span(row.start, row.end)
        for row in rows
    ]


def _store(port: Port, intervals: list[Interval], *, start: datetime, now: datetime, until: datetime) -> int:
    """Write what differs from the current entries that end after `start`; the last one stays open while it lasts."""
    is_over = port.removed_at is not None
    wanted: dict[_Key, Interval] = {
        (i.start, None if i.end == until and not is_over else i.end, *i[2:5], i.correction or None): i
        for i in intervals
    }
    known = {_key(row): row for row in _current(port).filter(Q(end=None) | Q(end__gt=start))}
    stale = {key: row for key, row in known.items() if key not in wanted}
    new = [key for key in wanted if key not in known]
    closed = _close(stale, new, now)
    LedgerEntry.objects.filter(pk__in=[row.pk for row in stale.values()]).update(replaced_at=now)
    LedgerEntry.objects.bulk_create(
        LedgerEntry(
            port=port,
            start=key[0],
            end=key[1],
            closed_at=now if key[1] else None,
            state=key[2],
            cause=key[3],
            detail=key[4],
            correction_id=key[5],
            recorded_at=now,
        )
        for key in new
    )
    edges = [*closed, *(key[0] for key in new), *(row.start for row in stale.values())]
    if edges:
        note(port.pk, min(edges))
        if min(edges).date() < now.date():
            touch_days(port, min(edges))
    return len(new) + len(stale) + len(closed)


_Key = tuple[datetime, datetime | None, str, str, str, int | None]


def _key(row: LedgerEntry) -> _Key:
    return row.start, row.end, row.state, row.cause, row.detail, row.correction_id


def _close(stale: dict[_Key, LedgerEntry], new: list[_Key], now: datetime) -> list[datetime]:
    """The open entry that is over now ends: the same row, which was known to last until now. Takes it from both lists
    and returns where it ends."""
    for key in [key for key in stale if key[1] is None]:
        for over in [over for over in new if over[1] and (over[0], *over[2:]) == (key[0], *key[2:])]:
            row = stale.pop(key)
            new.remove(over)
            LedgerEntry.objects.filter(pk=row.pk).update(end=over[1], closed_at=now)
            return [over[1]] if over[1] else []
    return []


def _note_end(port: Port, intervals: list[Interval]) -> None:
    """How the ledger ends, on the port itself: lists ask for nothing else."""
    if not intervals:
        return
    last = intervals[-1]
    if (port.state, port.cause, port.since) != (last.state, last.cause, last.start):
        port.state, port.cause, port.since = last.state, last.cause, last.start
        Port.objects.filter(pk=port.pk).update(state=last.state, cause=last.cause, since=last.start)


def note(port_id: int, since: datetime) -> None:
    """The sums that reach beyond `since` are to be worked out anew."""
    months = PortMonth.objects.filter(port=port_id, month__gte=month_of(since), through__gt=since)
    months.update(is_due=True)


def touch_days(port: Port, since: datetime) -> None:
    """So are the days of its site on a status page. Today's row is always."""
    rows = StatusDay.objects.filter(site=port.site_id, day__gte=since.date(), is_due=False)
    rows.update(is_due=True)


def _of(port: Port) -> QuerySet[UptimeSignal]:
    return UptimeSignal.objects.filter(Q(evse=None) | Q(evse=port.pk), station=port.station_id)


def _current(port: Port) -> QuerySet[LedgerEntry]:
    return LedgerEntry.objects.filter(port=port, replaced_at=None)


def intervals_of(rows: Iterable[LedgerEntry], *, until: datetime) -> list[Interval]:
    """Entries as intervals; the open one lasts until `until`."""
    return [
        Interval(row.start, row.end or until, State(row.state), Cause(row.cause), row.detail, row.correction_id or 0)
        for row in rows
        if (row.end or until) > row.start
    ]
