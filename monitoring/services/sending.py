"""Sending what waits: claimed by compare-and-set, sent outside of any transaction, written down with what became of it.

A sender that dies with a message in its hands leaves it claimed; after a while another one takes it. So a message may
come twice after a crash, with the same id, and never twice otherwise: it is claimed when a thread is free to hand it
over, and what became of it is written down at once, however long the database is away meanwhile.
"""

import time
from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice

import structlog
from django.db import InterfaceError, OperationalError, connection, transaction
from django.db.models import F, Q

from drivers import clock
from drivers.domain.phrases import english
from drivers.sealing import unseal
from monitoring.models import Channel, Notification
from monitoring.notifiers import apprise, email, webhook
from monitoring.notifiers.base import Message, Undelivered
from monitoring.services import escalation, messages
from monitoring.services.recipients import OPENING
from stations import live

Change = Notification.Change
State = Notification.State
# Longer than any transport takes.
CLAIM = timedelta(minutes=2)
MAX_ATTEMPTS = 6
FIRST_RETRY = timedelta(seconds=10)
LAST_RETRY = timedelta(minutes=30)
# In how much time a channel's `most` messages may leave, and how long what is too much waits for its digest.
RATE_WINDOW = timedelta(minutes=10)
RATE_HOLD = timedelta(minutes=2)
MOST_BY_EMAIL = 10
CHUNK = 40
THREADS = 8
# Between tries to write down what became of a message: a restart of the database takes no longer.
PAUSES_S = (0.5, 1, 2, 4, 8, 16)

log = structlog.get_logger(__name__)


def deliver(*, chunk: int = CHUNK, transport: "Transport | None" = None) -> int:
    """Send what is due, the gravest first; returns how many messages were dealt with. `transport`: another one than
    those that lead out of the house."""
    dealt = 0
    while ids := _due(clock.now(), chunk):
        dealt += _send(ids, transport or _hand_over)
        if len(ids) < chunk:
            break
    return dealt


def send_now(notification: Notification) -> Notification:
    """Send this one and wait for what becomes of it: for tests of a channel."""
    _send([notification.pk], _hand_over)
    notification.refresh_from_db()
    return notification


def _due(now: datetime, chunk: int) -> list[int]:
    waiting = Q(state=State.WAITING, due_at__lte=now)
    left = Q(state=State.SENDING, claimed_at__lt=now - CLAIM, due_at__lte=now)
    found = Notification.objects.filter(waiting | left).order_by("severity", "due_at", "id")
    return list(found.values_list("pk", flat=True)[:chunk])


def _claim(pk: int) -> Notification | None:
    """Take a message, unless somebody else has, it is not needed any more, or its way has had too many lately."""
    now = clock.now()
    found = Notification.objects.select_related(
        "incident__site", "incident__acknowledged_by", "ticket__site", "person", "channel", "organization"
    )
    row = found.filter(pk=pk).first()
    if row is None:
        return None
    is_left = row.state == State.SENDING and row.claimed_at is not None and row.claimed_at < now - CLAIM
    if row.state != State.WAITING and not is_left:
        return None
    mine = Notification.objects.filter(pk=pk, state=row.state, attempts=row.attempts, claimed_at=row.claimed_at)
    with transaction.atomic():
        if is_left and row.attempts >= MAX_ATTEMPTS:
            mine.update(state=State.FAILED, problem=english("Whoever was to send it died of it again and again."))
            _gave_up(row, now)
            return None
        if why := _needless(row):
            mine.update(state=State.CANCELLED, problem=why)
            return None
        if row.attempts == 0 and row.change not in (Change.DIGEST, Change.TEST) and _is_too_much(row, now):
            problem = english("Too many messages at once: it comes in a digest.")
            mine.update(state=State.HELD, due_at=now + RATE_HOLD, problem=problem)
            return None
        taken = mine.update(state=State.SENDING, claimed_at=now, attempts=F("attempts") + 1)
    row.attempts += 1
    return row if taken else None


def _needless(row: Notification) -> str:
    if row.channel is not None and not row.channel.is_active and row.change != Change.TEST:
        return english("The channel was switched off.")
    if row.ticket is not None and not row.ticket.is_open:
        return english("The ticket was resolved before.")
    incident = row.incident
    if incident is None or row.person_id is None or row.change not in OPENING:
        return ""
    if incident.resolved_at is not None:
        return english("The incident was over before.")
    if incident.acknowledged_at is not None and row.change == Change.ESCALATED:
        return english("The incident was acknowledged before.")
    return ""


def _is_too_much(row: Notification, now: datetime) -> bool:
    most = row.channel.most if row.channel else MOST_BY_EMAIL
    theirs = Notification.objects.filter(person=row.person_id, channel=row.channel_id)
    # What is told of the past may have been told of later days before.
    lately = theirs.filter(sent_at__gt=now - RATE_WINDOW, sent_at__lte=now)
    return lately.count() + theirs.filter(state=State.SENDING).count() >= most


def _send(ids: Sequence[int], transport: "Transport") -> int:
    """Those that are to be had, outside of any transaction; threads touch no row. Returns how many were dealt with."""
    claimed = (row for pk in ids if (row := _claim(pk)) is not None)
    dealt: list[Notification] = []
    with ThreadPoolExecutor(THREADS) as threads:
        under_way: dict[Future[Undelivered | None], Notification] = {}
        while True:
            for row in islice(claimed, THREADS - len(under_way)):
                under_way[threads.submit(transport, row, _ready(row))] = row
            if not under_way:
                break
            for done in wait(under_way, return_when=FIRST_COMPLETED).done:
                dealt.append(row := under_way.pop(done))
                _settle_surely(row, done.result())
    if dealt:
        live.nudge(*{live.organization_group(row.organization_id) for row in dealt})
    return len(dealt)


@dataclass(frozen=True, slots=True)
class Ready:
    """A message with what its way needs to know: the channel's address and secret."""

    message: Message
    url: str
    secret: bytes


# Why it was not taken; None: it was.
Transport = Callable[[Notification, Ready | Undelivered], Undelivered | None]


def _ready(row: Notification) -> Ready | Undelivered:
    """One that cannot be written, or whose address cannot be read, keeps no other."""
    try:
        return Ready(messages.compose(row), *_secrets(row))
    except Exception as error:
        log.exception("notification.not_composed", notification=row.pk)
        is_final = not isinstance(error, OperationalError | InterfaceError)
        return Undelivered(english("The message could not be written."), is_final=is_final)


def _secrets(row: Notification) -> tuple[str, bytes]:
    channel = row.channel
    if channel is None or not channel.sealed_url:
        return "", b""
    secret = bytes(channel.sealed_secret)
    return unseal(bytes(channel.sealed_url)).decode(), unseal(secret) if secret else b""


def _hand_over(row: Notification, ready: Ready | Undelivered) -> Undelivered | None:
    """None: the transport has taken it."""
    if isinstance(ready, Undelivered):
        return ready
    message = ready.message
    try:
        if row.channel is None:
            email.send(message, [row.person.email] if row.person else [])
        elif row.channel.kind == Channel.Kind.EMAIL:
            email.send(message, row.channel.addresses.split())
        elif row.channel.kind == Channel.Kind.WEBHOOK:
            webhook.send(message, ready.url, ready.secret, now=clock.now())
        else:
            apprise.send(message, ready.url)
    except Undelivered as problem:
        return problem
    except Exception as error:
        # Whatever a transport stumbles over is this message's, and no other's.
        log.exception("notification.failed", notification=row.pk)
        return Undelivered(english("The message could not be sent: %(error)s", error=type(error).__name__))
    return None


def _settle_surely(row: Notification, problem: Undelivered | None) -> None:
    """What was handed over is not to come again because the database was away for a moment. Raises its last error."""
    for pause_s in PAUSES_S:
        try:
            return _settle(row, problem)
        except (OperationalError, InterfaceError):
            log.exception("notification.not_settled", notification=row.pk)
            connection.close()
            time.sleep(pause_s)
    return _settle(row, problem)


def _settle(row: Notification, problem: Undelivered | None) -> None:
    now = clock.now()
    mine = Notification.objects.filter(pk=row.pk, state=State.SENDING, attempts=row.attempts)
    text = str(problem)[:300] if problem else ""
    with transaction.atomic():
        if problem is None:
            mine.update(state=State.SENT, sent_at=now, problem="")
        elif problem.is_final or row.attempts >= MAX_ATTEMPTS or row.change == Change.TEST:
            mine.update(state=State.FAILED, problem=text)
            _gave_up(row, now)
        else:
            pause = min(FIRST_RETRY * 4 ** (row.attempts - 1), LAST_RETRY)
            mine.update(state=State.WAITING, due_at=now + pause, problem=text)
        if row.channel_id is not None:
            changes: dict[str, object] = {"problem": text} if problem else {"problem": "", "last_sent_at": now}
            Channel.objects.filter(pk=row.channel_id).update(**changes)
    if problem is not None:
        log.warning("notification.not_sent", notification=row.pk, attempt=row.attempts, problem=text)


def _gave_up(row: Notification, now: datetime) -> None:
    """Whose turn it is and cannot be reached by any way: the next one is told at once."""
    incident = row.incident
    if incident is None or not row.is_on_call or row.change not in OPENING:
        return
    base = row.key.rpartition(".")[0]
    hopeful = incident.notifications.filter(key__startswith=f"{base}.", is_on_call=True).exclude(
        state__in=[State.FAILED, State.CANCELLED]
    )
    if not hopeful.exists():
        escalation.hasten(incident, now=now)
