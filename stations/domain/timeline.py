"""What happened in a session, in plain words: out of what was said, asked and measured.

`Entry.sentence` is the English sentence, for programs.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from drivers.domain.phrases import Figure, Phrase
from stations.domain.charger_clock import Clock, Spells
from stations.domain.commands import CommandState
from stations.domain.conversation import CALL, ERROR, Message
from stations.domain.session import Phase
from stations.domain.timeline_words import (
    CONNECTOR_TEXTS,
    OUTCOME_TEXTS,
    STOP_REASONS,
    TRIGGER_TEXTS,
    WIRE_PHASES,
)

# Messages that had waited come as bursts, so far apart.
BURST = timedelta(seconds=60)
# Two messages that tell of one thing come this close together.
SAME = timedelta(seconds=30)
# A station that is called charging takes more than this; electronics alone take less.
FLOWS_W = 100.0
# Shorter gaps between readings with power are no pause.
SHORTEST_PAUSE = timedelta(minutes=3)
# How long a vehicle takes until it charges at the power it will keep.
RAMP = timedelta(minutes=5)


class Kind(StrEnum):
    """What an entry is about; it picks the icon. Of one instant, what stands first here came first."""

    PLUGGED_IN = "plugged_in"
    AUTHORIZED = "authorized"
    REFUSED = "refused"
    ASKED = "asked"
    OBEYED = "obeyed"
    STARTED = "started"
    CHARGING = "charging"
    PAUSED = "paused"
    NOTED = "noted"
    OFFLINE = "offline"
    RESTARTED = "restarted"
    FAULT = "fault"
    ENDED = "ended"
    UNPLUGGED = "unplugged"


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing that happened. `until`: the end of what lasted."""

    at: datetime
    kind: Kind
    text: Phrase
    until: datetime | None = None

    @property
    def sentence(self) -> str:
        return self.text.english


@dataclass(frozen=True, slots=True)
class Asked:
    """A command about the session. `what`: what it is called, in words; `by`: who asked, blank for us."""

    what: Phrase | str
    by: str
    requested_at: datetime
    state: CommandState
    sent_at: datetime | None = None
    finished_at: datetime | None = None
    error: Phrase | str = ""


@dataclass(frozen=True, slots=True)
class Happening:
    """A TransactionEvent as it is kept for longer than its frame."""

    at: datetime
    trigger: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Story:
    """All that is known of a session. `readings`: times and watts; `offline`: from, until (None: still).

    `trusts_clock`: whether the session's own times are by the charger's clock.
    """

    started_at: datetime
    ended_at: datetime | None
    stop_reason: str = ""
    closed_by_hand: bool = False
    energy_wh: float = 0.0
    id_token: str = ""
    trusts_clock: bool = True
    messages: Sequence[Message] = ()
    happenings: Sequence[Happening] = ()
    readings: Sequence[tuple[datetime, float]] = ()
    offline: Spells = ()
    commands: Sequence[Asked] = ()


def entries(story: Story) -> list[Entry]:
    """The timeline, oldest first, all of it by the clock that the session goes by."""
    clock = Clock.of(story.messages, offline=story.offline, trusted=story.trusts_clock)
    said = list(_of_messages(story, clock))
    if not any(message.action == "TransactionEvent" for message in story.messages):
        said += _of_happenings(story.happenings)
    found = [
        *_of_commands(story.commands, clock),
        *_without_repeats(said),
        *_of_phases(story, clock),
        *_late(story, clock),
        *(_offline(since, until, clock) for since, until in story.offline),
        *_beginning_and_end(story),
    ]
    order = list(Kind)
    return sorted(found, key=lambda entry: (entry.at, order.index(entry.kind)))


def duration(span: timedelta) -> Phrase:
    """A span of time in words: “8 s”, “12 min”, “1 h 5 min”, “2 d 3 h”."""
    seconds = max(0, round(span.total_seconds()))
    if seconds < 60:
        return Phrase("%(seconds)d s", seconds=seconds)
    minutes = seconds // 60
    if minutes < 60:
        return Phrase("%(minutes)d min", minutes=minutes)
    hours = minutes // 60
    if hours < 48:
        return Phrase("%(hours)d h %(minutes)d min", hours=hours, minutes=minutes % 60)
    return Phrase("%(days)d d %(hours)d h", days=hours // 24, hours=hours % 24)


def _took(span: timedelta) -> Phrase:
    """How long an answer took."""
    seconds = span.total_seconds()
    if seconds < 0.1:
        return Phrase("less than %(seconds)s s", seconds=Figure(0.1, 1))
    return Phrase("%(seconds)s s", seconds=Figure(seconds, 1))


# --- Commands ---


def _of_commands(commands: Sequence[Asked], clock: Clock) -> Iterator[Entry]:
    for command in commands:
        asked = Phrase("Asked for: %(what)s", what=command.what)
        if command.by:
            asked = Phrase("%(by)s asked for: %(what)s", by=command.by, what=command.what)
        yield Entry(clock.shown(command.requested_at), Kind.ASKED, asked)
        if command.state not in OUTCOME_TEXTS:
            continue
        done = command.finished_at or command.requested_at
        took = done - (command.sent_at or command.requested_at)
        is_good = command.state is CommandState.ACCEPTED
        text = OUTCOME_TEXTS[command.state].filled(what=command.what, why=command.error, duration=_took(took))
        yield Entry(clock.shown(done), Kind.OBEYED if is_good else Kind.REFUSED, text)


# --- What was said ---


def _of_messages(story: Story, clock: Clock) -> Iterator[Entry]:
    answers = {message.message_id: message for message in story.messages if message.type != CALL}
    for message in story.messages:
        if message.is_ours and message.type == ERROR:
            text = Phrase("We refused the charger's %(action)s: %(why)s", action=message.action, why=message.error)
            yield Entry(clock.shown(message.at), Kind.FAULT, text)
        if not message.is_ours and message.type == CALL:
            yield from _of_call(story, message, clock.of_message(message), answers.get(message.message_id))


def _of_call(story: Story, call: Message, at: datetime, answer: Message | None) -> Iterator[Entry]:
    if call.action in ("Authorize", "StartTransaction", "TransactionEvent"):
        yield from _authorization(call, at, answer)
    if call.action == "TransactionEvent":
        yield from _of_trigger(str(call.payload.get("triggerReason", "")), at)
    elif call.action == "StatusNotification":
        yield from _of_status(story, call.payload, at)
    elif call.action == "BootNotification" and (story.started_at < at <= (story.ended_at or at)):
        yield Entry(at, Kind.RESTARTED, Phrase("The charger restarted"))


def _authorization(call: Message, at: datetime, answer: Message | None) -> Iterator[Entry]:
    """Who was asked for, and how long the answer took."""
    token = call.payload.get("idToken")
    shown = token.get("idToken", "") if isinstance(token, dict) else call.payload.get("idTag", "")
    info = answer.payload.get("idTokenInfo") or answer.payload.get("idTagInfo") if answer else None
    if not shown or not isinstance(info, dict) or answer is None:
        return
    status = str(info.get("status", ""))
    if status == "Accepted":
        if call.action == "Authorize":
            took = _took(answer.at - call.at)
            text = Phrase("Authorization of %(token)s took %(duration)s", token=str(shown), duration=took)
            yield Entry(at, Kind.AUTHORIZED, text)
        return
    refused = Phrase("The id token %(token)s was refused: %(status)s", token=str(shown), status=status)
    yield Entry(at, Kind.REFUSED, refused)


def _of_trigger(trigger: str, at: datetime) -> Iterator[Entry]:
    if trigger in TRIGGER_TEXTS:
        kind, text = TRIGGER_TEXTS[trigger]
        yield Entry(at, Kind(kind), text)


def _of_happenings(happenings: Sequence[Happening]) -> Iterator[Entry]:
    for happening in happenings:
        yield from _of_trigger(happening.trigger, happening.at)


def _of_status(story: Story, payload: Mapping[str, Any], at: datetime) -> Iterator[Entry]:
    """What the connector said of itself (1.6: status, 2.x: connectorStatus)."""
    status = str(payload.get("status") or payload.get("connectorStatus") or "")
    if status == "Available":
        if at >= story.started_at:
            yield Entry(at, Kind.UNPLUGGED, Phrase("The plug was pulled"))
        return
    if status not in CONNECTOR_TEXTS:
        return
    kind, text = CONNECTOR_TEXTS[status]
    code = str(payload.get("errorCode", ""))
    why = " ".join(part for part in (code, str(payload.get("info", ""))) if part and part != "NoError")
    if why and Kind(kind) is Kind.FAULT:
        text = Phrase("%(fault)s: %(why)s", fault=text, why=why)
    yield Entry(at, Kind(kind), text)


def _without_repeats(found: Sequence[Entry]) -> Iterator[Entry]:
    """One thing is often told twice, by the connector and by the transaction."""
    last: dict[Kind, datetime] = {}
    for entry in sorted(found, key=lambda entry: entry.at):
        once = entry.kind in (Kind.PLUGGED_IN, Kind.UNPLUGGED)
        if not (once and entry.kind in last and entry.at - last[entry.kind] <= SAME):
            yield entry
        last[entry.kind] = entry.at


# --- Energy ---


def _of_phases(story: Story, clock: Clock) -> Iterator[Entry]:
    """When energy flowed and when it did not, by what the charger said; where it said nothing, by its readings."""
    spells = _told_phases(story, clock) or _measured_phases(story)
    for place, (at, phase) in enumerate(spells):
        end = spells[place + 1][0] if place + 1 < len(spells) else story.ended_at
        if phase is Phase.CHARGING:
            power = max((w for when, w in story.readings if at <= when <= at + RAMP), default=0.0)
            text = Phrase("Energy flows")
            if power > FLOWS_W:
                text = Phrase("Energy flows at %(power)s kW", power=Figure(power / 1000, 1))
            yield Entry(at, Kind.CHARGING, text, until=end)
        elif phase in _PAUSES:
            text = _PAUSES[phase]
            if end:
                text = Phrase("%(pause)s for %(duration)s", pause=text, duration=duration(end - at))
            yield Entry(at, Kind.PAUSED, text, until=end)


_PAUSES = {
    Phase.SUSPENDED_EV: Phrase("Paused by the vehicle"),
    Phase.SUSPENDED_EVSE: Phrase("Paused by the station"),
    Phase.IDLE: Phrase("No energy flowed"),
}


def _told_phases(story: Story, clock: Clock) -> list[tuple[datetime, Phase]]:
    """When the phase changed, each phase once; until the session's end."""
    told: list[tuple[datetime, Phase]] = []
    for message in story.messages:
        if message.is_ours or message.type != CALL:
            continue
        phase = WIRE_PHASES.get(_state_in(message))
        at = clock.of_message(message)
        if phase is not None and at >= story.started_at - SAME and at < (story.ended_at or at + SAME):
            told.append((max(at, story.started_at), phase))
    return _changes(sorted(told, key=lambda change: change[0]))


def _state_in(message: Message) -> str:
    if message.action == "TransactionEvent":
        info = message.payload.get("transactionInfo")
        return str(info.get("chargingState", "")) if isinstance(info, dict) else ""
    return str(message.payload.get("status", "")) if message.action == "StatusNotification" else ""


def _changes(told: Iterable[tuple[datetime, Phase]]) -> list[tuple[datetime, Phase]]:
    found: list[tuple[datetime, Phase]] = []
    for at, phase in told:
        if not found or found[-1][1] is not phase:
            found.append((at, phase))
    return found


def _measured_phases(story: Story) -> list[tuple[datetime, Phase]]:
    """Spells with and without power, short gaps left out."""
    found: list[tuple[datetime, Phase]] = []
    for at, power in story.readings:
        phase = Phase.CHARGING if power > FLOWS_W else Phase.IDLE
        if found and found[-1][1] is Phase.IDLE and phase is Phase.CHARGING and at - found[-1][0] < SHORTEST_PAUSE:
            found.pop()
        if not found or found[-1][1] is not phase:
            found.append((at, phase))
    return found


# --- The frame of it ---


def _offline(since: datetime, until: datetime | None, clock: Clock) -> Entry:
    if until is None:
        return Entry(clock.shown(since), Kind.OFFLINE, Phrase("The charger went offline"))
    text = Phrase("The charger was offline for %(duration)s", duration=duration(until - since))
    return Entry(clock.shown(since), Kind.OFFLINE, text, until=clock.shown(until))


def _late(story: Story, clock: Clock) -> Iterator[Entry]:
    """Messages that had waited in the charger, each burst of them once."""
    burst: list[Message] = []
    for message in [*(message for message in story.messages if message.id in clock.late), None]:
        if burst and (message is None or message.at - burst[-1].at > BURST):
            text = Phrase(
                "The charger delivered what it had kept, up to %(duration)s old (messages: %(count)d)",
                count=len(burst),
                duration=duration(max(clock.late[m.id] for m in burst)),
            )
            yield Entry(clock.shown(burst[0].at), Kind.NOTED, text)
            burst = []
        if message is not None:
            burst.append(message)


def _beginning_and_end(story: Story) -> Iterator[Entry]:
    started = Phrase("The session started")
    if story.id_token:
        started = Phrase("The session started for %(token)s", token=story.id_token)
    yield Entry(story.started_at, Kind.STARTED, started)
    if story.ended_at is None:
        return
    if story.closed_by_hand:
        text = Phrase("The session was closed here, without the charger, after %(duration)s and %(energy)s kWh")
    elif story.stop_reason in STOP_REASONS:
        text = Phrase("%(reason)s; the session ended after %(duration)s and %(energy)s kWh")
    elif story.stop_reason:
        text = Phrase("The session ended after %(duration)s and %(energy)s kWh: %(reason)s")
    else:
        text = Phrase("The session ended after %(duration)s and %(energy)s kWh")
    text = text.filled(
        duration=duration(story.ended_at - story.started_at),
        energy=Figure(story.energy_wh / 1000, 2),
        reason=STOP_REASONS.get(story.stop_reason, story.stop_reason),
    )
    yield Entry(story.ended_at, Kind.ENDED, text)
