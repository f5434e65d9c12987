"""From what was heard of a station and an EVSE to the intervals of the EVSE's ledger.

A signal sets one channel to a value from an instant on, until the next signal on the same channel. What the EVSE was at
an instant follows from the values of all channels then, in whatever order the signals came in.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from enum import StrEnum
from typing import NamedTuple

from monitoring.domain.uptime.intervals import Span, merged
from monitoring.domain.uptime.states import Cause, Interval, State
from stations.domain.status import GLANCE, Availability, ConnectorStatus

# Channels. Those of a station hold for all its EVSEs.
CONNECTION = "connection"
STATION = "station"
OPERATOR = "operator"
IMPAIRED = "impaired"
# Of an EVSE as a whole: OCPP 2.x tells it by events.
EVSE = "evse"
_CONNECTOR = "connector:"
# Of a station, an EVSE or a connector: the variable Problem of its component (OCPP 2.0.1 part 2, appendix 3).
PROBLEM_OF_STATION, PROBLEM_OF_EVSE = "problem:station", "problem:evse"
_PROBLEM = "problem:"

# Values of CONNECTION and OPERATOR; an impairment's value is its cause, or OFF.
ON, OFF = "on", "off"


class Word(StrEnum):
    """What a connector's or a station's status means here. GONE: the connector belongs to this EVSE no more."""

    WORKS = "works"
    UNKNOWN = "unknown"
    UNAVAILABLE = "unavailable"
    FAULTED = "faulted"
    GONE = "gone"


class Signal(NamedTuple):
    """`at`: when it happened. `order` decides between two of one instant: the later one was told later."""

    at: datetime
    channel: str
    value: str
    detail: str = ""
    order: int = 0


def connector(number: int) -> str:
    """The channel of a connector's status."""
    return f"{_CONNECTOR}{number}"


def problem(connector_number: int) -> str:
    """The channel of a connector's variable Problem."""
    return f"{_PROBLEM}{connector_number}"


_WORDS = {
    Availability.UNKNOWN: Word.UNKNOWN,
    Availability.UNAVAILABLE: Word.UNAVAILABLE,
    Availability.FAULTED: Word.FAULTED,
}


def word_of(status: str) -> Word:
    """A ConnectorStatus as the ledger sees it: in use, reserved and free are all the same, it works."""
    return _WORDS.get(GLANCE[ConnectorStatus(status)], Word.WORKS)


def commissioned_at(signals: Iterable[Signal]) -> datetime | None:
    """When there is first something to measure: the station has connected, and something was heard of the EVSE."""
    found = list(signals)
    connected = min((s.at for s in found if s.channel == CONNECTION and s.value == ON), default=None)
    heard = min((s.at for s in found if s.channel.startswith(_CONNECTOR)), default=None)
    return max(connected, heard) if connected and heard else None


def silences(signals: Iterable[Signal], *, until: datetime, grace: timedelta) -> list[Span]:
    """The times without a connection that lasted for `grace` at least, each from the last sign on.

    One that has not ended by `until` counts once it has lasted so long.
    """
    found, away_since = [], None
    for signal in _ordered(signal for signal in signals if signal.channel == CONNECTION):
        if signal.value == OFF:
            away_since = signal.at if away_since is None else away_since
        elif away_since is not None:
            found.append(Span(away_since, signal.at))
            away_since = None
    if away_since is not None:
        found.append(Span(away_since, until))
    return [span for span in found if span.end > span.start and span.end - span.start >= grace]


def timeline(signals: Iterable[Signal], *, since: datetime, until: datetime, grace: timedelta) -> list[Interval]:
    """The EVSE's intervals from `since` until `until`, without a gap.

    `signals`: those of the EVSE and of its station, with the last one of each channel before `since`; in any order.
    """
    if since >= until:
        return []
    ordered = [signal for signal in _ordered(signals) if signal.at < until]
    quiet = silences(ordered, until=until, grace=grace)
    edges = {signal.at for signal in ordered} | {edge for span in quiet for edge in span}
    values: dict[str, Signal] = {}
    found, told, silent = [], 0, 0
    starts = [since, *sorted(edge for edge in edges if since < edge < until)]
    for start, end in zip(starts, [*starts[1:], until], strict=True):
        while told < len(ordered) and ordered[told].at <= start:
            values[ordered[told].channel] = ordered[told]
            told += 1
        while silent < len(quiet) and quiet[silent].end <= start:
            silent += 1
        is_silent = silent < len(quiet) and quiet[silent].start <= start
        found.append(Interval(start, end, *judged(values, is_silent=is_silent)))
    return merged(found)


def judged(values: Mapping[str, Signal], *, is_silent: bool) -> tuple[State, Cause, str]:
    """State, cause and detail from the last signal of each channel.

    What is known to be down stays so until something says otherwise: falling silent is no way out of an outage that
    was told. Silence comes before "up": nobody can use, or see, what is not connected. Among several connectors one
    that works is enough (stations.domain.status.EVSE_ORDER).
    """
    by_operator = OPERATOR in values and values[OPERATOR].value == OFF
    for channel in (PROBLEM_OF_STATION, PROBLEM_OF_EVSE, STATION, EVSE):
        whole = values.get(channel)
        if whole is not None and whole.value in (Word.FAULTED, Word.UNAVAILABLE):
            return _down(whole, by_operator=by_operator)
    plugs = [_plug(values, channel) for channel in sorted(values) if channel.startswith(_CONNECTOR)]
    by_word = {plug.value: plug for plug in plugs}
    works = Word.WORKS in by_word
    if not works and Word.UNKNOWN not in by_word:
        for word in (Word.UNAVAILABLE, Word.FAULTED):
            if word in by_word:
                return _down(by_word[word], by_operator=by_operator)
    impaired = values.get(IMPAIRED)
    if impaired is not None and impaired.value != OFF:
        return State.DOWN, Cause(impaired.value), impaired.detail
    if is_silent:
        return State.UNKNOWN, Cause.OFFLINE, ""
    return (State.UP, Cause.WORKING, "") if works else (State.UNKNOWN, Cause.UNTOLD, "")


def _plug(values: Mapping[str, Signal], channel: str) -> Signal:
    """What a connector says of itself; one with a problem is faulted, whatever its status, unless it is no more."""
    trouble = values.get(_PROBLEM + channel.removeprefix(_CONNECTOR))
    has_trouble = trouble is not None and trouble.value == Word.FAULTED and values[channel].value != Word.GONE
    return trouble if trouble is not None and has_trouble else values[channel]


def _down(signal: Signal, *, by_operator: bool) -> tuple[State, Cause, str]:
    if signal.value == Word.FAULTED:
        return State.DOWN, Cause.FAULT, signal.detail
    return State.DOWN, Cause.OPERATOR if by_operator else Cause.UNAVAILABLE, ""


def _ordered(signals: Iterable[Signal]) -> list[Signal]:
    return sorted(signals, key=lambda signal: (signal.at, signal.order, signal.channel, signal.value))
