"""The public status page of a large network: its days added up, the page computed, and asked for by the crowd.

The network is that of the benchmark `uptime`: each port has so many entries in a month, every third an outage.
"""

import argparse
import os
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import django
from django.core.management import call_command

from benchmarks import databases
from benchmarks.report import Goal, Report
from benchmarks.uptime import END, make_network

MOST_SWEEP_S, MOST_PAGE_S, MOST_QUERIES, LEAST_A_SECOND = 30.0, 1.0, 12, 50
ASKED = 200


def add_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--evses", type=int, default=10_000)
    parser.add_argument("--transitions", type=int, default=200, help="entries of each in the month (default: 200)")


def measure(options: argparse.Namespace) -> Report:
    with databases.temporary("status") as url:
        os.environ |= {"DATABASE_URL": url, "LOG_LEVEL": "WARNING"}
        django.setup()
        call_command("migrate", "--noinput", verbosity=0)
        call_command("collectstatic", "--noinput", verbosity=0)
        make_network(url, options)
        return _report(options)


def _report(options: argparse.Namespace) -> Report:
    from django.db import connection  # noqa: PLC0415 - once the settings name the new database
    from django.test import Client  # noqa: PLC0415
    from django.test.utils import CaptureQueriesContext  # noqa: PLC0415

    from monitoring.models import StatusPage  # noqa: PLC0415
    from monitoring.selectors.status_page import network_status  # noqa: PLC0415
    from monitoring.services import status_days  # noqa: PLC0415
    from stations.models import Site  # noqa: PLC0415

    Site.objects.update(is_public=True, is_active=True)
    page = StatusPage.objects.create(organization_id=1, is_published=True)
    rows = [_timed("ninety days, once", lambda: status_days.roll_up(now=END))]
    rows.append(_timed("five minutes later", lambda: status_days.roll_up(now=END + timedelta(minutes=5))))
    with CaptureQueriesContext(connection) as asked:
        rows.append(_timed("the page computed", lambda: len(network_status(page, now=END).sites)))
    # A request starts the list anew.
    queries = len(asked)
    client = Client()
    client.get("/status/network/")
    rows.append(_timed(f"the page asked for {ASKED} times", lambda: sum(_get(client) for _ in range(ASKED))))
    _first, sweep, computed, crowd = (row["seconds"] for row in rows)
    rate = ASKED / crowd
    return Report(
        "status_page",
        rows,
        [
            Goal(f"a sweep over {options.evses:,} EVSEs in {sweep:.1f} s", sweep < MOST_SWEEP_S),
            Goal(
                f"the page in {computed:.2f} s and {queries} queries",
                computed < MOST_PAGE_S and queries <= MOST_QUERIES,
            ),
            Goal(f"{rate:.0f} pages a second from one core", rate > LEAST_A_SECOND),
        ],
    )


def _get(client: Any) -> int:
    answer = client.get("/status/network/")
    if answer.status_code != 200:
        raise RuntimeError(f"the page answered {answer.status_code}")
    return 1


def _timed(name: str, run: Callable[[], int]) -> dict[str, Any]:
    began = time.monotonic()
    count = run()
    return {"what": name, "count": count, "seconds": round(time.monotonic() - began, 3)}
