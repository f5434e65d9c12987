"""Pages and REST lists over a large network: p50, p95 and slowest answer, CPU-seconds, bytes and queries of each.

A network is made in a database of its own (`--size 1.0`: 100,000 EVSEs, 5 million sessions, 100 million meter samples),
and asked over HTTP of a portal process as in production: by an operator of its largest organization, by one of a few
sites, with an API key, and by nobody in particular; one at a time, then four at once.
"""

import argparse
import http.client
import os
import re
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib import import_module
from typing import Any

import django
from django.core.management import call_command

from benchmarks import cpu, databases, servers
from benchmarks.portal_pages import PAGES, Page, addresses
from benchmarks.report import Goal, Report, percentile

GOAL_P95_MS = 150
AT_ONCE = 4
# A server closes connections that nobody uses; then a new one is opened, as a browser does.
KEPT_S = 5


def add_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--size", type=float, default=0.01, help="1.0: 100,000 EVSEs (default: 0.01)")
    parser.add_argument("--requests", type=int, default=20, help="of each page, one at a time (default: 20)")
    parser.add_argument("--only", default="", metavar="REGEX", help="only pages in whose address it is found")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--network", metavar="URL", help="a database to keep the network in; made where it is empty")


def measure(options: argparse.Namespace) -> Report:
    with tempfile.TemporaryDirectory() as data, _database(options) as url:
        os.environ |= {"DATABASE_URL": url, "DATA": data, "LOG_LEVEL": "WARNING"}
        django.setup()
        call_command("collectstatic", "--noinput", verbosity=0)
        _make(url, options)
        pages = [page for page in PAGES if re.search(options.only, page.address)]
        return _report(pages, url, options)


@contextmanager
def _database(options: argparse.Namespace) -> Iterator[str]:
    if options.network:
        yield options.network
    else:
        with databases.temporary("portal") as url:
            yield url


def _make(url: str, options: argparse.Namespace) -> None:
    call_command("migrate", verbosity=0)
    network = import_module("benchmarks.network")
    if network.is_made():
        return
    made = network.generate(url, size=options.size, seed=options.seed, say=lambda text: print(text, file=sys.stderr))
    print(f"{made.sizes} in {made.seconds:.0f} s", file=sys.stderr)


def _report(pages: Sequence[Page], url: str, options: argparse.Namespace) -> Report:
    portal_people = import_module("benchmarks.portal_people")
    people = portal_people.sign_in()
    values = portal_people.values()
    queries = {page: portal_people.queries(page, addresses(page, values, 1)[0]) for page in pages}
    port = servers.free_port()
    command = [sys.executable, "-m", "daphne", "-p", str(port), "-b", "127.0.0.1", "-v", "0", "config.asgi:application"]
    with servers.running(command, {"DATABASE_URL": url, "DATA": os.environ["DATA"]}, port) as portal:
        asked = {page: addresses(page, values, options.requests) for page in pages}
        alone = {}
        for page in pages:
            client = Client(port, people[page.who])
            # What is computed once for all who look, as the overview is, or loaded once, is computed and loaded then.
            first = client.get(asked[page][0])
            with cpu.Usage({"portal": portal.pid}, url) as usage:
                answers = [client.get(address) for address in asked[page]]
            alone[page] = (first, answers, usage.total / len(answers))
        together = _together(port, people, asked)
    rows = [_row(page, *alone[page], together[page], queries[page]) for page in pages]
    return Report("portal", rows, goals=_goals(rows), notes=[f"size {options.size}, {portal_people.size()}"])


class Answer(float):
    """Seconds until the last byte, and how many there were."""

    bytes = 0


class Client:
    """One kept connection, as a browser has it."""

    def __init__(self, port: int, headers: dict[str, str]) -> None:
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=120)
        self._headers = headers
        self._used_at = time.monotonic()

    def get(self, address: str) -> Answer:
        """Raises RuntimeError for anything but an answer of status 200."""
        if time.monotonic() - self._used_at > KEPT_S:
            self._connection.close()
        began = time.perf_counter()
        self._connection.request("GET", address, headers=self._headers)
        response = self._connection.getresponse()
        body = response.read()
        answer = Answer(time.perf_counter() - began)
        self._used_at = time.monotonic()
        if response.status != 200:
            raise RuntimeError(f"{address} answers {response.status}: {body[:500]!r}")
        answer.bytes = len(body)
        return answer


def _together(port: int, people: dict[str, dict[str, str]], asked: dict[Page, list[str]]) -> dict[Page, list[float]]:
    """All pages again, in an order of its own for each of several clients at once."""
    found: dict[Page, list[float]] = {page: [] for page in asked}
    turns = [(page, address) for page, some in asked.items() for address in some[: max(1, len(some) // AT_ONCE)]]

    def look(place: int) -> None:
        clients = {who: Client(port, headers) for who, headers in people.items()}
        start = len(turns) * place // AT_ONCE
        for page, address in turns[start:] + turns[:start]:
            found[page].append(clients[page.who].get(address))

    threads = [threading.Thread(target=look, args=(place,)) for place in range(AT_ONCE)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return found


def _row(
    page: Page, first: Answer, answers: list[Answer], cpu_s: float, together: Sequence[float], queries: int
) -> dict[str, Any]:
    return {
        "page": f"{page.address} ({page.who})",
        "p50 ms": round(percentile(answers, 50) * 1000, 1),
        "p95 ms": round(percentile(answers, 95) * 1000, 1),
        "max ms": round(max(answers) * 1000, 1),
        "first ms": round(first * 1000, 1),
        "CPU ms": round(cpu_s * 1000, 1),
        f"p95 ms of {AT_ONCE}": round(percentile(together, 95) * 1000, 1),
        "queries": queries,
        "kB": round(max(answer.bytes for answer in answers) / 1000, 1),
    }


def _goals(rows: Sequence[dict[str, Any]]) -> list[Goal]:
    return [_goal(rows, "p95 ms", "one at a time"), _goal(rows, f"p95 ms of {AT_ONCE}", f"{AT_ONCE} at once")]


def _goal(rows: Sequence[dict[str, Any]], column: str, how: str) -> Goal:
    slow = [row for row in rows if row[column] >= GOAL_P95_MS]
    text = f"p95 < {GOAL_P95_MS} ms, {how}: {len(rows) - len(slow)} of {len(rows)} pages"
    slowest = ", ".join(f"{row['page']} {row[column]:.0f}" for row in sorted(slow, key=lambda row: -row[column])[:8])
    return Goal(f"{text}; slowest {slowest}" if slow else text, not slow)
