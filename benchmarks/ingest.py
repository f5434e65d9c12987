"""How many meter values one edge process takes in, and what a thousand of them cost.

Chargers send MeterValues (1.6) or TransactionEvent Updated (2.0.1) with four sampled values each, one after the other,
into open sessions on PostgreSQL. In the same run, behind the same server program and with the same client: consumers
that store nothing, and the naive way to store (benchmarks/baselines.py).
"""

import argparse
import json
import os
import subprocess
import sys
from typing import Any

from benchmarks import cpu, databases
from benchmarks.chargers import identity, transaction_id
from benchmarks.report import Goal, Report
from benchmarks.servers import ROOT, uvicorn

MESSAGES = {"ocpp1.6": "MeterValues", "ocpp2.0.1": "TransactionEvent"}
# In CPU-seconds of edge and database for 1,000 messages.
MOST_CPU_S = {"ocpp1.6": 0.35, "ocpp2.0.1": 0.4}
OF_ECHO = 0.4
OF_NAIVE = 4.0

EDGE = "config.asgi:application"
BASELINES = {
    "floor: validates, stores nothing": {"BASELINE": "floor"},
    "stock echo": {"BASELINE": "echo"},
    "naive, CONN_MAX_AGE 0": {"BASELINE": "naive", "NAIVE_CONN_MAX_AGE": "0"},
    "naive, CONN_MAX_AGE None": {"BASELINE": "naive", "NAIVE_CONN_MAX_AGE": "None"},
}


def add_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--chargers", type=int, default=200)
    parser.add_argument("--seconds", type=float, default=5.0, help="of each measurement")
    parser.add_argument("--warmup", type=float, default=2.0, help="seconds before each")
    parser.add_argument("--samples", type=int, default=100_000, help="meter samples and frames that are there before")
    parser.add_argument("--only", action="store_true", help="Busbar alone, without what it is compared with")


def measure(options: argparse.Namespace) -> Report:
    rows: list[dict[str, Any]] = []
    with databases.temporary("ingest") as url:
        os.environ["DATABASE_URL"] = url
        fill(options.chargers, options.samples)
        for protocol in MESSAGES:
            for way, environment in {"Busbar": {}, **({} if options.only else BASELINES)}.items():
                rows.append(_row(way, protocol, _load(options, protocol, environment, url)))
    return Report("ingest", rows, _goals(rows))


def _row(way: str, protocol: str, found: dict[str, Any]) -> dict[str, Any]:
    wrong = found["refused"] + found["lost"]
    if wrong:
        raise RuntimeError(f"{way}: {wrong} messages of {found['messages']} were refused or lost: no figure.")
    return {
        "way": way,
        "message": MESSAGES[protocol],
        "messages/s": found["messages"] / found["seconds"],
        "p50 ms": found["p50_ms"],
        "p99 ms": found["p99_ms"],
        "edge CPU-s/1,000": found["edge"],
        "database CPU-s/1,000": found["database"],
        "both": found["edge"] + found["database"],
    }


def _goals(rows: list[dict[str, Any]]) -> list[Goal]:
    goals = []
    for protocol, message in MESSAGES.items():
        own, *others = [row for row in rows if row["message"] == message]
        most, cost = MOST_CPU_S[protocol], own["both"]
        goals.append(Goal(f"{message}: {cost:.3f} CPU-s per 1,000 in edge and database, at most {most}", cost <= most))
        if others:
            rate = own["messages/s"]
            echo = rate / next(row["messages/s"] for row in others if row["way"] == "stock echo")
            naive = rate / max(row["messages/s"] for row in others if row["way"].startswith("naive"))
            goals.append(Goal(f"{message}: {echo:.2f} x the stock echo, at least {OF_ECHO}", echo >= OF_ECHO))
            goals.append(
                Goal(f"{message}: {naive:.1f} x the better naive way, at least {OF_NAIVE:g}", naive >= OF_NAIVE)
            )
    return goals


def _load(options: argparse.Namespace, protocol: str, environment: dict[str, str], url: str) -> dict[str, Any]:
    """What the client counted, and the CPU-seconds per 1,000 messages of `edge` and `database`."""
    application = "benchmarks.baselines:application" if environment else EDGE
    if "NAIVE_CONN_MAX_AGE" in environment:
        environment = environment | {"DJANGO_SETTINGS_MODULE": "benchmarks.naive_settings"}
    with uvicorn(application, environment) as (port, pid):
        command = [sys.executable, "-m", "benchmarks.chargers", f"ws://127.0.0.1:{port}/ocpp", protocol]
        sizes = [f"--{name}={getattr(options, name)}" for name in ("chargers", "warmup", "seconds")]
        with subprocess.Popen([*command, *sizes], cwd=ROOT, stdout=subprocess.PIPE, text=True) as client:
            output = iter(client.stdout or ())
            next(output)
            with cpu.Usage({"edge": pid}, url) as usage:
                found: dict[str, Any] = json.loads(next(output))
    return found | {name: usage.per_thousand(int(found["messages"]), name) for name in usage.seconds}


def fill(chargers: int, samples: int) -> None:
    """Tables, stations of both protocols with a session each, and `samples` meter samples and frames of old."""
    import django  # noqa: PLC0415 - once the settings name the new database

    django.setup()
    from benchmarks.past import fill_tables  # noqa: PLC0415

    subprocess.run([sys.executable, "manage.py", "migrate", "--noinput", "-v0"], cwd=ROOT, check=True)
    known = [(protocol, number) for protocol in MESSAGES for number in range(chargers)]
    fill_tables([(protocol, identity(protocol, n), transaction_id(protocol, n)) for protocol, n in known], samples)
