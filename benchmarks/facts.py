"""The news of a network that drops and comes back, handed to all who listen to it.

Each charger loses its connection, comes back, has a fault at one EVSE, and at the other a vehicle left: four facts. The
lane of those who can wait and that of those who cannot are measured one after the other, in this process, with the
subscribers as they are wired; of each subscriber the time it took.
"""

import argparse
import os
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import django
from django.core.management import call_command

from benchmarks import cpu, databases
from benchmarks.report import Goal, Report

LEAST_PER_S = 500


def add_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--chargers", type=int, default=2_000)


def measure(options: argparse.Namespace) -> Report:
    with databases.temporary("facts") as url:
        os.environ |= {"DATABASE_URL": url, "LOG_LEVEL": "WARNING"}
        django.setup()
        call_command("migrate", "--noinput", verbosity=0)
        return _report(options, url)


def _report(options: argparse.Namespace, url: str) -> Report:
    from benchmarks import facts_rows  # noqa: PLC0415 - once the settings name the new database

    facts_rows.network(options.chargers)
    with _timed_subscribers() as seconds:
        facts_rows.arrival()
        for urgent in (False, True):
            _drain(urgent=urgent)
        seconds.clear()
        facts_rows.storm()
        rows = [_lane(url, urgent=False), _lane(url, urgent=True)]
        rows += [
            {"lane": path, "seconds": round(took, 2), "facts": facts, "facts/s": round(facts / took)}
            for path, (facts, took) in sorted(seconds.items(), key=lambda item: -item[1][1])
        ]
    goals = [
        Goal(
            f"{row['facts/s']} facts/s in the lane of {row['lane']}, at least {LEAST_PER_S}",
            row["facts/s"] >= LEAST_PER_S,
        )
        for row in rows[:2]
    ]
    return Report("facts", rows, goals)


def _lane(url: str, *, urgent: bool) -> dict[str, Any]:
    began = time.monotonic()
    with cpu.Usage({"here": os.getpid()}, url) as usage:
        facts = _drain(urgent=urgent)
    seconds = time.monotonic() - began
    return {
        "lane": "those who cannot wait" if urgent else "those who can",
        "seconds": round(seconds, 2),
        "facts": facts,
        "facts/s": round(facts / seconds),
        "CPU s per 1,000 here": round(usage.per_thousand(facts, "here"), 2),
        "CPU s per 1,000 database": round(usage.per_thousand(facts, "database"), 2),
    }


def _drain(*, urgent: bool) -> int:
    from stations import journal  # noqa: PLC0415

    return sum(iter(lambda: journal.deliver(urgent=urgent), 0))


@contextmanager
def _timed_subscribers() -> Iterator[dict[str, tuple[int, float]]]:
    """Facts and seconds of each subscriber, by its path."""
    from stations import journal  # noqa: PLC0415

    taken: dict[str, tuple[int, float]] = defaultdict(lambda: (0, 0.0))

    def timed(path: str, run: Callable[[Any], None], count: Callable[[Any], int]) -> Callable[[Any], None]:
        def measured(told: Any) -> None:
            began = time.monotonic()
            run(told)
            facts, seconds = taken[path]
            taken[path] = facts + count(told), seconds + time.monotonic() - began

        return measured

    for paths in journal._registry.values():
        for path, subscriber in paths.items():
            paths[path] = (
                journal.InBatches(timed(path, subscriber.run, len))
                if isinstance(subscriber, journal.InBatches)
                else timed(path, subscriber, lambda fact: 1)
            )
    yield taken
