"""What is odd about a session: each oddity has a code that stays with it, and here the rule that finds it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import NamedTuple


class Anomaly(StrEnum):
    """Codes on a session, in the order in which they are listed."""

    UNKNOWN_STOP = "unknown_stop"  # a StopTransaction whose transactionId we never gave out
    FOREIGN_STOP = "foreign_stop"  # ... or gave to another station
    NEVER_ENDED = "never_ended"  # the charger forgot it; ended by us at the last sign of it
    ENDED_LATE = "ended_late"  # ended by us, and told of by the charger afterwards
    ID_REUSED = "id_reused"  # its transactionId was given again, as after a factory reset (2.x)
    NO_BEGIN_READING = "no_begin_reading"
    METER_JUMPED = "meter_jumped"
    METER_RAN_BACK = "meter_ran_back"
    KWH_AS_WH = "kwh_as_wh"  # told kWh where it should be Wh; counted as kWh
    TINY_ENERGY = "tiny_energy"  # so little, here and before, that the meter may count kWh
    WRONG_CLOCK = "wrong_clock"
    NEGATIVE_DURATION = "negative_duration"
    EVENTS_MISSING = "events_missing"  # gaps in seqNo (2.x)
    EVENTS_CONTRADICT = "events_contradict"  # two contents under one seqNo (2.x)
    OTHER_CONNECTOR = "other_connector"  # readings of another connector came under its id
    READINGS_AFTER_END = "readings_after_end"


def merged(known: Iterable[str], new: Iterable[Anomaly], *, gone: Iterable[Anomaly] = ()) -> list[str]:
    """The codes of both without those that are gone, each once, in the order of Anomaly; unknown codes stay last."""
    found = (set(known) | {code.value for code in new}) - {code.value for code in gone}
    order = [code.value for code in Anomaly if code.value in found]
    return order + sorted(found - set(order))


# --- Clocks ---

# No charger spoke OCPP 1.6 before it was published (October 2015): a clock that says so was never set.
CLOCKS_BEGIN = datetime(2015, 10, 1, tzinfo=UTC)
# A wrong time zone makes up to 14 hours, and the times are still right among each other.
CLOCKS_AHEAD = timedelta(days=1)


class Moment(NamedTuple):
    """When something happened. `said`: what the charger's clock said, where that cannot be; else None."""

    at: datetime
    said: datetime | None = None


def believed(said: datetime, received_at: datetime) -> Moment:
    """The charger's time where it can be right, else when we heard of it.

    Nothing is too old since 2015: a charger may have been offline for long. Nothing has happened in the future.
    """
    if CLOCKS_BEGIN <= said <= received_at + CLOCKS_AHEAD:
        return Moment(said)
    return Moment(received_at, said)


@dataclass(frozen=True, slots=True)
class Span:
    """From begin to end of a session, never negative. `is_odd`: the charger's own times were the wrong way round."""

    started_at: datetime
    ended_at: datetime
    is_odd: bool


def span(*, started_at: datetime, ended_at: datetime, start_received_at: datetime, end_received_at: datetime) -> Span:
    """A clock that was set while the session ran makes it end before it began; then our own times count."""
    if ended_at >= started_at:
        return Span(started_at, ended_at, is_odd=False)
    start = min(started_at, start_received_at)
    end = ended_at if ended_at >= start else max(start, end_received_at)
    return Span(start, end, is_odd=True)


# --- Sessions that never end ---

# A StopTransaction may wait in the charger's queue behind other messages.
STOP_MAY_COME = timedelta(minutes=10)
# A 2.x transaction may begin with the authorization, before the cable is in: then its connector is Available.
STOP_MAY_COME_2 = timedelta(hours=1)
# After a restart, what is told of the time before is told first.
STOP_MAY_COME_AFTER_BOOT = timedelta(minutes=2)
FREE_AND_SILENT = timedelta(hours=3)
# An offline charger goes on charging; by then no vehicle does.
OFFLINE_FOR = timedelta(days=3)


@dataclass(frozen=True, slots=True)
class Vigil:
    """What is known of an open session. `last_sign_at`: the last thing heard of it, `free_since`: when its connector
    said Available (None: it does not), `offline_since`: None while the station is connected. By our clock."""

    last_sign_at: datetime
    free_since: datetime | None = None
    booted_at: datetime | None = None
    offline_since: datetime | None = None
    has_events: bool = False  # told by TransactionEvent (2.x)


def is_forgotten(vigil: Vigil, now: datetime) -> bool:
    """Whether the charger will end this session no more: its connector is free, or it has been away for days.

    One that was metered or told of since is not.
    """
    if vigil.offline_since is not None:
        return now - max(vigil.offline_since, vigil.last_sign_at) >= OFFLINE_FOR
    if vigil.free_since is None or vigil.last_sign_at > vigil.free_since:
        return False
    patience = STOP_MAY_COME_2 if vigil.has_events else STOP_MAY_COME
    if vigil.booted_at is not None and vigil.booted_at > vigil.last_sign_at:
        patience = STOP_MAY_COME_AFTER_BOOT
    # Some chargers say Available again every few minutes.
    return now - vigil.free_since >= patience or now - vigil.last_sign_at >= FREE_AND_SILENT


def is_displaced(*, began_at: datetime, last_sign_at: datetime, next_began_at: datetime) -> bool:
    """Whether a session that began later on the same connector shows that this one is over.

    A start that waited in the charger's queue may be older than what runs now; it displaces nothing.
    """
    return began_at <= next_began_at and last_sign_at <= next_began_at


# --- Events of OCPP 2.x ---


def has_gaps(seq_nos: Iterable[int], *, has_started: bool) -> bool:
    """Whether events of an ended transaction are missing: its Started, or a number between the first and the last."""
    found = set(seq_nos)
    return bool(found) and (not has_started or len(found) < max(found) - min(found) + 1)


# --- kWh sent as Wh ---

# Enough for what a meter shows in whole kWh, and for a power that is measured a little off.
_ENOUGH_WH = 1000.0
_KILO = 1000.0
# What flowed in a longer gap nobody knows; and a clock that was set by an hour makes one.
_LONGEST_STEP = timedelta(minutes=30)


@dataclass(frozen=True, slots=True)
class Told:
    """What one reading of a session said: register in Wh as told, power in W."""

    at: datetime
    energy_wh: float | None
    power_w: float | None


def kwh_by_power(readings: Sequence[Told]) -> tuple[int, int] | None:
    """First and last register in Wh, if the register counts kWh though it is told as Wh; None if no sign says so.

    The sign: the power that flowed makes about a thousand times what the register says.
    """
    ordered = sorted(readings, key=lambda reading: reading.at)
    registers = [reading.energy_wh for reading in ordered if reading.energy_wh is not None]
    if len(registers) < 2:
        return None
    flowed_wh, before = 0.0, None
    for reading in ordered:
        if before is not None and reading.power_w is not None and reading.at - before <= _LONGEST_STEP:
            flowed_wh += reading.power_w * (reading.at - before).total_seconds() / 3600
        before = reading.at
    counted_wh = (registers[-1] - registers[0]) * _KILO
    # Registers in whole kWh may be one off at either end.
    slack_wh = 2 * _KILO if all(register % 1 == 0 for register in registers) else 0.1 * flowed_wh
    if flowed_wh < _ENOUGH_WH or counted_wh <= 0 or abs(counted_wh - flowed_wh) > slack_wh + 0.5 * flowed_wh:
        return None
    return round(registers[0] * _KILO), round(registers[-1] * _KILO)


# What a session charges when its Wh are kWh in truth, and how long it takes for that not to be a trifle.
_TINY_WH = 150
_LONG = timedelta(minutes=20)
SESSIONS_COMPARED = 5


def is_tiny(*, energy_wh: int, lasted: timedelta) -> bool:
    """Whether a session charged next to nothing for its length."""
    return 0 < energy_wh <= _TINY_WH and lasted >= _LONG


def meter_may_count_kwh(sessions: Sequence[tuple[int, timedelta]]) -> bool:
    """Whether all of a station's last sessions (Wh, length) were tiny: then its meter rather counts kWh."""
    return len(sessions) >= SESSIONS_COMPARED and all(is_tiny(energy_wh=wh, lasted=lasted) for wh, lasted in sessions)


# --- Begin readings ---

# Later than this the first reading is no begin reading any more.
_BEGIN = timedelta(minutes=1)


def begin_is_missing(*, started_at: datetime, start_read_at: datetime | None) -> bool:
    """Whether what was charged before the first reading is lost. `start_read_at`: None where the charger told the
    register at the start."""
    return start_read_at is not None and start_read_at - started_at > _BEGIN


# --- Readings after the end ---

AFTER_END = timedelta(minutes=1)
