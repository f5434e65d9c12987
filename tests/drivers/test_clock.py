"""The time that services go by."""

import threading
from datetime import UTC, datetime, timedelta

from django.utils import timezone

from drivers import clock

THEN = datetime(2026, 3, 1, 12, tzinfo=UTC)


def test_it_is_now_unless_somebody_says_otherwise():
    assert abs(clock.now() - timezone.now()) < timedelta(seconds=5)
    with clock.at(THEN):
        assert clock.now() == THEN
    assert clock.now() > THEN


def test_what_one_thread_says_is_no_other_threads_time():
    told = []
    with clock.at(THEN):
        thread = threading.Thread(target=lambda: told.append(clock.now()))
        thread.start()
        thread.join()
    assert told[0] > THEN
