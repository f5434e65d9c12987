"""The flight recorder: finding frames among millions, a page at a time from the newest back."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import orjson
from django.db import connection
from django.db.models import BooleanField, Func, Max, Min, Q, QuerySet, Value

from drivers.permissions import Viewer
from stations.domain import conversation
from stations.domain.conversation import Message, Subject
from stations.models import Command, Connection, Frame, Session, SessionEvent
from stations.models.frame import FREQUENT_ACTIONS
from stations.selectors import visible_frames, visible_stations
from stations.selectors.samples import samples_of

# How far back one page looks where no index leads: a tenth of a second or two, however much is stored.
SCAN = 200_000
CHUNK = 1000
# An answer stands this many frames of the whole network after its CALL, or it took too long to matter.
PAIR_SPAN = 20_000
# Frames are written in batches by several threads: their ids are in the order of their times but for so much.
DISORDER = timedelta(seconds=60)
# A session's frames; one that has more is a matter of its samples.
MAX_SESSION_FRAMES = 20_000
# By these a charger asks whether an id token may charge. What it told so much later, nobody waited for.
_ASKING = ("Authorize", "StartTransaction", "TransactionEvent")
TOLD_LATER = timedelta(minutes=1)
# Who plugs in or shows a card before a session, and who pulls the plug after it, takes so long at most.
MAX_SPELLS = 200
_FOR_EVER = datetime.max.replace(tzinfo=UTC)
BEFORE, AFTER = timedelta(minutes=10), timedelta(minutes=10)


@dataclass(frozen=True, kw_only=True, slots=True)
class Wanted:
    """Which frames. `station` is an identity; `text` is looked for as it stands in the frame.

    `only_errors`: CALLERRORs and what is no frame.
    """

    station: str = ""
    session: Session | None = None
    action: str = ""
    direction: str = ""
    message_id: str = ""
    text: str = ""
    only_errors: bool = False
    since: datetime | None = None
    until: datetime | None = None

    @property
    def has_index(self) -> bool:
        """Whether an index leads to these frames; else they are looked for among the newest, SCAN at a time."""
        if self.station or self.session is not None:
            return True
        is_rare = bool(self.action) and self.action not in FREQUENT_ACTIONS
        return (is_rare or self.only_errors) and not (self.text or self.message_id)


@dataclass(frozen=True, slots=True)
class FramePage:
    """Newest first. `following`: the `before` of what comes next; None at the end. A page may be empty, and the next
    one not: then nothing was found among the frames looked at so far."""

    frames: list[Frame]
    following: int | None


class Contains(Func):
    """Whether bytes stand in a column of bytes."""

    output_field = BooleanField()
    template = "instr(%(expressions)s) > 0"

    def as_postgresql(self, compiler: Any, connection: Any, **context: Any) -> Any:
        return self.as_sql(compiler, connection, template="position(%(expressions)s) > 0", arg_joiner=" in ", **context)


def page(viewer: Viewer, wanted: Wanted, *, before: int | None = None, size: int = 50) -> FramePage:
    """The newest frames with an id below `before` that the viewer may see, in a constant number of queries."""
    low, high = _span(wanted.since, wanted.until)
    high = min(high, before or high)
    floor = low if wanted.has_index else max(low, high - SCAN)
    frames = _matching(viewer, wanted).filter(id__gte=floor, id__lt=high).order_by("-id")
    found = list(frames[: size + 1])
    if len(found) > size:
        return FramePage(found[:size], found[size - 1].pk)
    return FramePage(found, floor if floor > low else None)


def every(viewer: Viewer, wanted: Wanted) -> Iterator[Frame]:
    """All of them, oldest first, a handful in memory at a time."""
    frames = _matching(viewer, wanted).order_by("id")
    low, high = _span(wanted.since, wanted.until)
    step = max(1, high - low) if wanted.has_index else SCAN
    for start in range(low, high, step):
        within = frames.filter(id__gte=start, id__lt=min(start + step, high))
        found = list(within[:CHUNK])
        while found:
            yield from found
            found = list(within.filter(id__gt=found[-1].pk)[:CHUNK])


def _span(since: datetime | None, until: datetime | None) -> tuple[int, int]:
    """Between which ids (the second exclusive) the frames of a time lie: the index over times leads to the ids, which
    are the order."""
    bounds = Frame.objects.aggregate(oldest=Min("id"), newest=Max("id"))
    if bounds["oldest"] is None:
        return 0, 0
    beyond = bounds["newest"] + 1
    low = bounds["oldest"] if since is None else _first_id(since - DISORDER, beyond)
    high = beyond if until is None else _first_id(until + DISORDER, beyond)
    return low, max(low, high)


def _first_id(at: datetime, otherwise: int) -> int:
    """The id of the first frame from then on."""
    found = Frame.objects.filter(at__gte=at).order_by("at").values_list("id", flat=True).first()
    return otherwise if found is None else found


def _matching(viewer: Viewer, wanted: Wanted) -> QuerySet[Frame]:
    frames = visible_frames(viewer).select_related("station__site")
    if wanted.station:
        station = visible_stations(viewer).filter(identity=wanted.station).values_list("pk", flat=True).first()
        frames = frames.filter(station=station) if station else frames.none()
    if wanted.session is not None:
        frames = frames.filter(pk__in=[message.id for message in session_messages(wanted.session)])
    for name in ("action", "direction", "message_id"):
        if value := getattr(wanted, name):
            frames = frames.filter(**{name: value})
    if wanted.only_errors:
        frames = frames.filter(Q(type__in=[conversation.ERROR, conversation.RESULT_ERROR]) | Q(type=None))
    if wanted.text:
        frames = frames.filter(_contains(wanted.text))
    return _within(frames, wanted.since, wanted.until)


def _contains(text: str) -> Contains:
    needle = Value(text.encode())
    # position(needle in body), instr(body, needle)
    return Contains(needle, "body") if connection.vendor == "postgresql" else Contains("body", needle)


def _within(frames: QuerySet[Frame], since: datetime | None, until: datetime | None) -> QuerySet[Frame]:
    """The frames of a time, `until` exclusive."""
    if since is not None:
        frames = frames.filter(at__gte=since)
    return frames if until is None else frames.filter(at__lt=until)


# --- Call and answer ---


@dataclass(frozen=True, slots=True)
class Pairing:
    """What became of a CALL. `latency_s`: None while there is no answer."""

    answered: bool
    latency_s: float | None


def pairings(frames: list[Frame]) -> dict[int, Pairing]:
    """For each CALL among the frames (by its id) its answer's delay, for each answer the same; in one query."""
    known = [frame for frame in frames if frame.message_id]
    if not known:
        return {}
    ids = [frame.pk for frame in known]
    near = Frame.objects.filter(
        station__in={frame.station_id for frame in known},
        id__range=(min(ids) - PAIR_SPAN, max(ids) + PAIR_SPAN),
        message_id__in={frame.message_id for frame in known},
    ).order_by("id")
    calls: dict[tuple[int, str, str], list[Frame]] = {}
    delays: dict[int, Pairing] = {}
    for frame in near.only("station_id", "message_id", "type", "at", "direction"):
        if frame.type in (conversation.CALL, conversation.SEND):
            calls.setdefault((frame.station_id, frame.message_id, frame.direction), []).append(frame)
            delays[frame.pk] = Pairing(answered=frame.type == conversation.SEND, latency_s=None)
            continue
        towards = Frame.Direction.IN if frame.direction == Frame.Direction.OUT else Frame.Direction.OUT
        waiting = calls.get((frame.station_id, frame.message_id, towards))
        if waiting:
            # A message id may come again: the newest CALL before an answer is the one it answers.
            delay = max(0.0, (frame.at - waiting[-1].at).total_seconds())
            delays[waiting[-1].pk] = delays[frame.pk] = Pairing(answered=True, latency_s=delay)
    return {frame.pk: delays[frame.pk] for frame in known if frame.pk in delays}


# --- A session's frames ---


def session_messages(session: Session, *, without: Iterable[str] = ("Heartbeat",)) -> list[Message]:
    """What was said of a session, oldest first. Found by station, time and content: no frame knows its session."""
    since, until = _window(session)
    frames = Frame.objects.filter(station=session.station_id).exclude(action__in=list(without))
    low, high = _span(since, until)
    frames = _within(frames.filter(id__gte=low, id__lt=high), since, until).order_by("id")[:MAX_SESSION_FRAMES]
    rows = frames.values_list("id", "at", "direction", "action", "message_id", "body")
    messages = [
        conversation.read(
            id=pk,
            at=at,
            is_ours=direction == Frame.Direction.OUT,
            action=action,
            message_id=message_id,
            body=bytes(body),
        )
        for pk, at, direction, action, message_id, body in rows
    ]
    return conversation.about(messages, _subject(session))


def authorize_s(session: Session) -> float | None:
    """How long the charger waited for our answer to the first message with the session's id token, by our clock.

    None where nobody knows: the frames are gone, there was no answer, or the charger was offline and told it later.
    """
    if not session.id_token or session.received_at - session.started_at > TOLD_LATER:
        return None
    since, until = _window(session)
    low, high = _span(since, until)
    asked = Frame.objects.filter(
        _contains(orjson.dumps(session.id_token).decode()),
        station=session.station_id,
        id__gte=low,
        id__lt=high,
        direction=Frame.Direction.IN,
        type=conversation.CALL,
        action__in=_ASKING,
    )
    first = _within(asked, since, until).order_by("id").first()
    pairing = pairings([first]).get(first.pk) if first is not None else None
    return None if pairing is None else pairing.latency_s


def _subject(session: Session) -> Subject:
    sent = Command.objects.filter(session=session).exclude(message_id="").values_list("message_id", flat=True)
    return Subject(
        transaction_id=session.transaction_id,
        id_token=session.id_token,
        connector=session.connector.ocpp16_id if session.connector else None,
        evse=session.evse.number if session.evse else None,
        remote_start_id=session.remote_start_id,
        message_ids=frozenset(sent),
    )


def _window(session: Session) -> tuple[datetime, datetime | None]:
    """From when to when messages may speak of a session, by our clock; not into its neighbours on the connector."""
    neighbours = Session.objects.filter(station=session.station_id, connector=session.connector_id)
    before = neighbours.filter(pk__lt=session.pk, connector__isnull=False).order_by("-pk").first()
    after = neighbours.filter(pk__gt=session.pk, connector__isnull=False).order_by("pk").first()
    since = session.received_at - BEFORE
    if before is not None and before.ended_at is not None:
        since = min(max(since, before.ended_at), session.received_at)
    if session.is_open:
        return since, None
    # By the session's own index: for a maximum PostgreSQL would read the index over all times from the newest back.
    told = samples_of(session).order_by("-at").values_list("received_at", flat=True).first()
    event = SessionEvent.objects.filter(session=session).aggregate(last=Max("received_at"))["last"]
    last = max(moment for moment in (session.received_at, session.ended_at, told, event) if moment is not None)
    until = last + AFTER
    return since, min(until, after.received_at) if after is not None else until


def offline_spells(session: Session) -> list[tuple[datetime, datetime | None]]:
    """When the station had no connection during a session: from, until (None: still). Two queries."""
    connections = Connection.objects.filter(station=session.station_id).order_by("opened_at")
    during = connections.filter(Q(closed_at=None) | Q(closed_at__gte=session.started_at))
    if session.ended_at is not None:
        during = during.filter(opened_at__lte=session.ended_at)
    spells: list[tuple[datetime, datetime | None]] = []
    heard: datetime | None = None
    for opened_at, closed_at, last_seen in during.values_list("opened_at", "closed_at", "last_seen")[:MAX_SPELLS]:
        if heard is not None and opened_at > heard:
            spells.append((heard, opened_at))
        # One that is open is heard of to the end.
        heard = max(heard or last_seen, last_seen) if closed_at else _FOR_EVER
    if heard is None or heard == _FOR_EVER or (session.ended_at and heard >= session.ended_at):
        return spells
    again = connections.filter(opened_at__gt=heard).values_list("opened_at", flat=True).first()
    return [*spells, (heard, again)]
