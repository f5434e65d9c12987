"""Letters of status pages: one for each subscriber, claimed, sent outside of any transaction, tried again.

A sender that dies with a letter in its hands leaves it claimed; after a while another one takes it, with the same
message id. So a letter may come twice after a crash, and never twice otherwise.
"""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from datetime import datetime, timedelta

import structlog
from django.db import InterfaceError, OperationalError, transaction
from django.db.models import F, Q, QuerySet

from drivers import clock
from drivers.domain.phrases import english
from monitoring.models import MaintenanceWindow, PublicUpdate, StatusLetter, StatusSubscriber
from monitoring.notifiers import email
from monitoring.notifiers.base import Message, Undelivered
from monitoring.selectors.status_page import announced, shown_sites
from monitoring.selectors.windows import ANNOUNCED
from monitoring.services import status_messages

State = StatusLetter.State
# What is older was told by nobody in time, and is no news any more.
STALE = timedelta(hours=24)
# Longer than any transport takes for a chunk.
CLAIM = timedelta(minutes=5)
CHUNK = 50
THREADS = 4
MOST_ATTEMPTS = 6
FIRST_PAUSE = timedelta(minutes=1)
# Of a letter that was tried: who gave up may have handed it over before.
_MAY_HAVE_LEFT = (State.SENT, State.FAILED)
CALLED_OFF = english("The work was called off.")

log = structlog.get_logger(__name__)


# --- Who is told ---


def tell(*, now: datetime | None = None) -> int:
    """Write down the letters of updates and planned work, also of work moved or called off, of which nobody was told
    yet; returns how many."""
    now = now or clock.now()
    untold = PublicUpdate.objects.filter(told_at=None).order_by("pk").values_list("pk", flat=True)
    written = sum(_tell_update(pk, now) for pk in list(untold[:CHUNK]))
    return written + _tell_of_work(now) + _tell_what_moved(now) + _tell_what_is_off(now)


def _tell_update(pk: int, now: datetime) -> int:
    with transaction.atomic():
        update = (
            PublicUpdate.objects.select_for_update(no_key=True, of=("self",)).select_related("published").get(pk=pk)
        )
        if update.told_at is not None:
            return 0
        PublicUpdate.objects.filter(pk=pk).update(told_at=now)
        if update.at < now - STALE or update.published.withdrawn_at is not None:
            return 0
        organization = update.published.organization_id
        named = set(update.published.sites.values_list("site", flat=True))
        sites = list(shown_sites([organization]).filter(pk__in=named).values_list("pk", flat=True))
        if named and not sites:
            return 0
        found = _subscribers(organization).filter(Q(site=None) | Q(site__in=sites), confirmed_at__lte=update.at)
        return _write(found, f"update:{pk}", now, update=pk)


def _tell_of_work(now: datetime) -> int:
    """Only those who were there when it became news: who comes later has read of it on the page."""
    written = 0
    for window in announced(shown_sites(), now):
        key = f"work:{window.pk}"
        news_at = max(window.created_at, window.starts_at - ANNOUNCED)
        found = _subscribers(window.organization_id).filter(Q(site=None) | Q(site=window.site_id))
        found = found.filter(confirmed_at__lte=news_at)
        untold = found.exclude(email__in=StatusLetter.objects.filter(window=window.pk).values("subscriber__email"))
        with transaction.atomic():
            written += _write(untold, key, now, window=window.pk)
    return written


def _tell_what_moved(now: datetime) -> int:
    """Those who were told of another time; a letter that is still to be written says the one that holds."""
    written = 0
    moved = MaintenanceWindow.objects.filter(moved_at__gt=now - STALE, cancelled_at=None)
    for pk, moved_at in moved.values_list("pk", "moved_at"):
        letters = StatusLetter.objects.filter(window=pk)
        told = letters.filter(state__in=_MAY_HAVE_LEFT, attempts__gt=0, claimed_at__lt=moved_at)
        knowing = letters.filter(Q(state=State.WAITING) | Q(claimed_at__gte=moved_at))
        subscribers = StatusSubscriber.objects.filter(pk__in=told.values("subscriber"))
        subscribers = subscribers.exclude(pk__in=knowing.values("subscriber"))
        with transaction.atomic():
            written += _write(subscribers, f"{StatusLetter.MOVED}{pk}:{moved_at:%y%m%d%H%M%S}", now, window=pk)
    return written


def _tell_what_is_off(now: datetime) -> int:
    """Those who were told of work, or may have been: where a letter has left the house or somebody has died over it.
    One that is in somebody's hands is waited for, so that this one comes after it."""
    written = 0
    for pk in MaintenanceWindow.objects.filter(cancelled_at__gt=now - STALE).values_list("pk", flat=True):
        letters = StatusLetter.objects.filter(window=pk).exclude(key__startswith=StatusLetter.OFF)
        with transaction.atomic():
            letters.filter(state=State.WAITING).update(state=State.FAILED, problem=CALLED_OFF)
            told = letters.filter(state__in=_MAY_HAVE_LEFT, attempts__gt=0)
            known = StatusLetter.objects.filter(window=pk, key=f"{StatusLetter.OFF}{pk}").values("subscriber")
            subscribers = StatusSubscriber.objects.filter(pk__in=told.values("subscriber")).exclude(pk__in=known)
            written += _write(subscribers, f"{StatusLetter.OFF}{pk}", now, window=pk)
    return written


def _subscribers(organization: int) -> QuerySet[StatusSubscriber]:
    return StatusSubscriber.objects.filter(organization=organization, confirmed_at__isnull=False)


def _write(
    found: QuerySet[StatusSubscriber], key: str, now: datetime, *, update: int | None = None, window: int | None = None
) -> int:
    """One letter an address: who asked for the network and for the site is told once."""
    wanted = dict(found.order_by("pk").values_list("email", "pk"))
    letters = [
        StatusLetter(subscriber_id=pk, key=key, update_id=update, window_id=window, created_at=now, due_at=now)
        for pk in wanted.values()
    ]
    StatusLetter.objects.bulk_create(letters, batch_size=1000, ignore_conflicts=True)
    return len(letters)


# --- Sending ---


def deliver() -> int:
    """Send what is due; returns how many letters were dealt with."""
    dealt = 0
    while ids := _due(clock.now()):
        rows = [row for pk in ids if (row := _claim(pk)) is not None]
        dealt += _send(rows)
        if len(ids) < CHUNK:
            break
    return dealt


def _due(now: datetime) -> list[int]:
    # `tell` ends those whose work is off: they count as told to nobody only while nobody has tried.
    is_off = Q(window__cancelled_at__isnull=False) & ~Q(key__startswith=StatusLetter.OFF)
    waiting = Q(state=State.WAITING, due_at__lte=now) & ~is_off
    left = Q(state=State.SENDING, claimed_at__lt=now - CLAIM)
    # Whoever waits for a letter to confirm does so before the screen.
    found = StatusLetter.objects.filter(waiting | left).order_by(F("update").asc(nulls_first=True), "due_at", "pk")
    return list(found.values_list("pk", flat=True)[:CHUNK])


def _claim(pk: int) -> StatusLetter | None:
    now = clock.now()
    related = ("subscriber__organization", "subscriber__site", "update__published", "window__site")
    row = StatusLetter.objects.select_related(*related).filter(pk=pk).first()
    if row is None:
        return None
    is_left = row.state == State.SENDING and row.claimed_at is not None and row.claimed_at < now - CLAIM
    if row.state != State.WAITING and not is_left:
        return None
    mine = StatusLetter.objects.filter(pk=pk, state=row.state, attempts=row.attempts, claimed_at=row.claimed_at)
    with transaction.atomic():
        taken = mine.update(state=State.SENDING, claimed_at=now, attempts=F("attempts") + 1)
    row.attempts += 1
    return row if taken else None


def _send(rows: Sequence[StatusLetter]) -> int:
    """Outside of any transaction; threads touch no row."""
    if not rows:
        return 0
    with ThreadPoolExecutor(min(THREADS, len(rows))) as threads:
        under_way = {threads.submit(_hand_over, _composed(row), row.subscriber.email): row for row in rows}
        for done in as_completed(under_way):
            _settle(under_way[done], done.result())
    return len(rows)


def _composed(row: StatusLetter) -> Message | Undelivered:
    if row.window is not None and row.window.cancelled_at is not None and not row.says_it_is_off:
        return Undelivered(CALLED_OFF, is_final=True)
    try:
        return status_messages.compose(row)
    except Exception as error:
        log.exception("status.letter_not_composed", letter=row.pk)
        # A database that is away comes back; what is wrong with the letter stays wrong.
        is_passing = isinstance(error, OperationalError | InterfaceError)
        return Undelivered(english("The message could not be written."), is_final=not is_passing)


def _hand_over(message: Message | Undelivered, address: str) -> Undelivered | None:
    """None: the transport has taken it."""
    if isinstance(message, Undelivered):
        return message
    try:
        email.send(message, [address])
    except Undelivered as problem:
        return problem
    except Exception as error:
        # Whatever the transport stumbles over is this letter's, and no other's.
        log.exception("status.letter_failed")
        return Undelivered(english("The message could not be sent: %(error)s", error=type(error).__name__))
    return None


def _settle(row: StatusLetter, problem: Undelivered | None) -> None:
    now = clock.now()
    mine = StatusLetter.objects.filter(pk=row.pk, state=State.SENDING, attempts=row.attempts)
    with transaction.atomic():
        if problem is None:
            mine.update(state=State.SENT, sent_at=now, problem="")
        elif problem.is_final or row.attempts >= MOST_ATTEMPTS:
            mine.update(state=State.FAILED, problem=str(problem)[:300])
        else:
            pause = FIRST_PAUSE * 2 ** (row.attempts - 1)
            mine.update(state=State.WAITING, due_at=now + pause, problem=str(problem)[:300])
    if problem is not None:
        log.warning("status.letter_not_sent", letter=row.pk, attempt=row.attempts, problem=str(problem))
