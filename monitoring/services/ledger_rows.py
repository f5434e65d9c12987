"""The entries of ledgers: worked out from signals and corrections, and stored where they differ.

What is new almost always falls into the last entry of a port, and of that the port knows what every channel had said
before (`Port.told`). Such ports are dealt with together, in a few queries for all; the others one by one.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from operator import itemgetter
from typing import Any

from django.db.models import Max, Q, QuerySet

from monitoring.domain.uptime import CONNECTION, Cause, Interval, Signal, Span, State, month_of, overlaid, timeline
from monitoring.domain.uptime.months import month_start
from monitoring.domain.uptime.signals import OFF, ON, commissioned_at
from monitoring.models import Correction, LedgerEntry, Port, PortMonth, StatusDay, UptimeSignal
from stations.services.flush import insert_many, update_many

# SQLite takes no deeper expressions.
_MOST_TERMS = 200


def refresh_all(ports: Collection[Port], *, since: Mapping[int, datetime], now: datetime, grace: timedelta) -> int:
    """Bring the ledgers of locked ports up to date, each from its moment in `since` on; how many rows change."""
    going_on = _open_entries([port for port in ports if _goes_on(port, since[port.pk])])
    changes = _go_on(going_on, since=since, now=now, grace=grace)
    dealt_with = {change.port.pk for change in changes}
    changes += [
        change
        for port in ports
        if port.pk not in dealt_with and (change := _work_out(port, since=since[port.pk], now=now, grace=grace))
    ]
    return _write(changes, now)


def refresh(port: Port, *, since: datetime | None, now: datetime, grace: timedelta) -> int:
    """Bring the ledger of a locked port up to date from `since` on (None: from its beginning); how many rows change."""
    change = _work_out(port, since=since, now=now, grace=grace)
    return _write([change], now) if change else 0


@dataclass(slots=True)
class _Change:
    """What is to be written of a port's ledger. `touched`: the times in which something became different."""

    port: Port
    closed: list[LedgerEntry] = field(default_factory=list)
    stale: list[LedgerEntry] = field(default_factory=list)
    new: list[LedgerEntry] = field(default_factory=list)
    touched: list[tuple[datetime, datetime | None]] = field(default_factory=list)
    has_other_end: bool = False


# --- Those whose last entry goes on, or ends ---


def _goes_on(port: Port, since: datetime) -> bool:
    """Whether all that is new falls into the last entry."""
    if port.removed_at is not None or port.commissioned_at is None or port.since is None or since < port.since:
        return False
    return port.told is not None


def _open_entries(ports: Iterable[Port]) -> dict[int, tuple[Port, LedgerEntry]]:
    """With its open entry each of the ports that has it where the port says."""
    by_pk = {port.pk: port for port in ports}
    rows = LedgerEntry.objects.filter(port__in=by_pk, replaced_at=None, end=None)
    return {row.port_id: (by_pk[row.port_id], row) for row in rows if row.start == by_pk[row.port_id].since}


def _go_on(
    going_on: Mapping[int, tuple[Port, LedgerEntry]],
    *,
    since: Mapping[int, datetime],
    now: datetime,
    grace: timedelta,
) -> list[_Change]:
    """Of those whose last entry is all that is needed; not of one that a silence reaches into from before."""
    if not going_on:
        return []
    until = now + timedelta(seconds=1)
    heard = _heard_since([port for port, _row in going_on.values()])
    said: dict[int, list[Correction]] = defaultdict(list)
    oldest = min(row.start for _port, row in going_on.values())
    for correction in Correction.objects.filter(port__in=list(going_on), end__gt=oldest).order_by("pk"):
        said[correction.port_id].append(correction)
    changes = []
    for port, row in going_on.values():
        told = [_told_signal(channel, said) for channel, said in (port.told or {}).items()]
        after = [signal for evse_id, signal in heard[port.station_id] if evse_id in (None, port.pk)]
        signals = told + [signal for signal in after if signal.at >= row.start]
        if _was_away(port, since[port.pk], after):
            continue
        corrections = _said([correction for correction in said[port.pk] if correction.end > row.start])
        intervals = overlaid(timeline(signals, since=row.start, until=until, grace=grace), corrections)
        changes.append(_compare(port, intervals, [row], signals, now=now, until=until))
    return changes


def _was_away(port: Port, since: datetime, after: Iterable[Signal]) -> bool:
    """Whether it had no connection before its last entry began, unless that is over since then by what was known."""
    if (port.told or {}).get(CONNECTION, ["", ON])[1] == ON:
        return False
    ended = any(signal[:3] == (port.since, CONNECTION, ON) for signal in after)
    # One that only now is known to have ended there may turn out to have been short.
    return not ended or port.since == since


def _heard_since(ports: Iterable[Port]) -> dict[int, list[tuple[int | None, Signal]]]:
    """What was heard of their stations since their last entries began, by station, with the EVSE that it concerns."""
    begun: dict[int, datetime] = {}
    for port in ports:
        if port.since is not None:
            begun[port.station_id] = min(port.since, begun.get(port.station_id, port.since))
    wanted = [Q(station=station_id, at__gte=at) for station_id, at in begun.items()]
    found: dict[int, list[tuple[int | None, Signal]]] = defaultdict(list)
    for first in range(0, len(wanted), _MOST_TERMS):
        of_some = Q(*wanted[first : first + _MOST_TERMS], _connector=Q.OR)
        for row in UptimeSignal.objects.filter(of_some).order_by():
            found[row.station_id].append((row.evse_id, _signal(row)))
    return found


def _told_signal(channel: str, told: Sequence[Any]) -> Signal:
    at, value, detail, order = told
    return Signal(datetime.fromisoformat(at), channel, value, detail, order)


# --- One by one ---


def _work_out(port: Port, *, since: datetime | None, now: datetime, grace: timedelta) -> _Change | None:
    before, begun = port.commissioned_at, _begin(port)
    if begun is None:
        return None
    # What is heard this very second belongs to it, too.
    until = port.removed_at or now + timedelta(seconds=1)
    start = begun
    if since is not None and before == begun:
        start = max(begun, _entry_start(port, _silent_since(port, since)))
    signals = _signals(port, start)
    told = timeline(signals, since=start, until=until, grace=grace)
    intervals = overlaid(told, _corrections(port, start))
    known = list(_current(port).filter(Q(end=None) | Q(end__gt=start)))
    return _compare(port, intervals, known, signals, now=now, until=until)


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
    return _said(Correction.objects.filter(port=port, end__gt=start).order_by("pk"))


def _said(corrections: Iterable[Correction]) -> list[Interval | Span]:
    return [
        Interval(row.start, row.end, State(row.state), Cause(row.cause), "", row.pk)
        if row.state
        else Span(row.start, row.end)
        for row in corrections
    ]


# --- What differs ---


def _compare(
    port: Port,
    intervals: list[Interval],
    known_rows: Iterable[LedgerEntry],
    signals: Iterable[Signal],
    *,
    now: datetime,
    until: datetime,
) -> _Change:
    """What differs from the current entries that end after the first interval begins; the last one stays open while it
    lasts."""
    is_over = port.removed_at is not None
    wanted: dict[_Key, Interval] = {
        (i.start, None if i.end == until and not is_over else i.end, *i[2:5], i.correction or None): i
        for i in intervals
    }
    known = {_key(row): row for row in known_rows}
    stale = {key: row for key, row in known.items() if key not in wanted}
    new = [key for key in wanted if key not in known]
    change = _Change(port, closed=_close(stale, new, now))
    change.stale = list(stale.values())
    change.new = [
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
    ]
    change.touched = [(row.end, None) for row in change.closed if row.end]
    change.touched += [(row.start, row.end) for row in [*change.new, *change.stale]]
    change.has_other_end = _take_end(port, intervals, signals)
    return change


_Key = tuple[datetime, datetime | None, str, str, str, int | None]


def _key(row: LedgerEntry) -> _Key:
    return row.start, row.end, row.state, row.cause, row.detail, row.correction_id


def _close(stale: dict[_Key, LedgerEntry], new: list[_Key], now: datetime) -> list[LedgerEntry]:
    """The open entry that is over now: the same row ends, known to last until now. Takes it from both lists."""
    for key in [key for key in stale if key[1] is None]:
        for over in [over for over in new if over[1] and (over[0], *over[2:]) == (key[0], *key[2:])]:
            row = stale.pop(key)
            new.remove(over)
            row.end, row.closed_at = over[1], now
            return [row]
    return []


def _take_end(port: Port, intervals: Sequence[Interval], signals: Iterable[Signal]) -> bool:
    """How the ledger ends, on the port itself: lists ask for nothing else, and from there it goes on. Whether that is
    new."""
    if not intervals:
        return False
    last = intervals[-1]
    told: dict[str, list[Any]] = {}
    for signal in sorted(signals, key=itemgetter(0, 4, 1, 2)):
        if signal.at < last.start:
            told[signal.channel] = [signal.at.isoformat(), signal.value, signal.detail, signal.order]
    end = (last.state.value, last.cause.value, last.start, told)
    if (port.state, port.cause, port.since, port.told) == end:
        return False
    port.state, port.cause, port.since, port.told = end
    return True


def _write(changes: Sequence[_Change], now: datetime) -> int:
    """Store them; how many rows of entries changed."""
    closed = [row for change in changes for row in change.closed]
    stale = [row.pk for change in changes for row in change.stale]
    new = [row for change in changes for row in change.new]
    update_many(closed, ["end", "closed_at"])
    if stale:
        LedgerEntry.objects.filter(pk__in=stale).update(replaced_at=now)
    insert_many(new)
    _note({change.port.pk: change.touched for change in changes if change.touched})
    _touch_days(changes, now)
    update_many([change.port for change in changes if change.has_other_end], ["state", "cause", "since", "told"])
    return len(closed) + len(stale) + len(new)


def _note(touched: Mapping[int, Sequence[tuple[datetime, datetime | None]]]) -> None:
    """The sums of these ports that reach into one of these times are to be worked out anew, and no others."""
    if not touched:
        return
    first = min(start for times in touched.values() for start, _end in times)
    rows = PortMonth.objects.filter(port__in=list(touched), month__gte=month_of(first), through__gt=first, is_due=False)
    due = [
        pk
        for pk, port_id, month, through in rows.order_by().values_list("pk", "port", "month", "through")
        # An outage that begins with the month is none of its own where it only goes on.
        if any(start < through and (end is None or end >= month_start(month)) for start, end in touched[port_id])
    ]
    if due:
        PortMonth.objects.filter(pk__in=due).update(is_due=True)


def _touch_days(changes: Sequence[_Change], now: datetime) -> None:
    """So are the days of their sites on a status page. Today's row is always."""
    since: dict[int, date] = {}
    for change in changes:
        if change.touched and change.port.site_id is not None:
            day = min(start for start, _end in change.touched).date()
            since[change.port.site_id] = min(day, since.get(change.port.site_id, day))
    for site_id, day in since.items():
        if day < now.date():
            StatusDay.objects.filter(site=site_id, day__gte=day, is_due=False).update(is_due=True)


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
