"""Periodic work goes on however the clock is set."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from celery import Celery

from config.beat import Scheduler


class Noting(Scheduler):
    """Notes what it would send."""

    def __init__(self, *args, **kwargs):
        self.sent = []
        super().__init__(*args, **kwargs)

    def apply_entry(self, entry, producer=None):
        self.sent.append(entry.name)

    @property
    def producer(self):
        """Nobody to send to."""


def run(scheduler):
    """Tick until there is something to wait for; the names of what was due."""
    scheduler.sent.clear()
    while scheduler.tick() == 0:
        continue
    return sorted(scheduler.sent)


@pytest.mark.parametrize("jump", [timedelta(hours=-1), timedelta(hours=1)], ids=["back", "forward"])
def test_a_clock_that_is_set_delays_no_task_by_more_than_its_interval(jump):
    with time_machine.travel(datetime(2026, 1, 1, tzinfo=UTC), tick=False) as clock:
        schedule = {name: {"task": name, "schedule": 1} for name in ("one", "two")}
        scheduler = Noting(app=Celery("test", set_as_current=False), schedule={})
        scheduler.update_from_dict(schedule)
        clock.shift(2)
        assert run(scheduler) == ["one", "two"]
        clock.shift(jump)
        run(scheduler)
        clock.shift(2)
        assert run(scheduler) == ["one", "two"]
