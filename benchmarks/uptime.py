"""The uptime ledger of a large network added up: a whole month at once, and hour by hour.

Each port has so many entries in the month, every third of which is an outage; each tenth site closes at night. The
hourly roll-up finds one port in twenty with something new, and one in a hundred of which something came late.
"""

import argparse
import os
import resource
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import django
import psycopg
from django.core.management import call_command

from benchmarks import databases
from benchmarks.report import Goal, Report

MOST_MONTH_S, MOST_HOUR_S = 60.0, 5.0
MONTH = datetime(2026, 3, 1, tzinfo=UTC)
END = datetime(2026, 4, 1, tzinfo=UTC)
EVSES_PER_SITE = 25

_DAYS = ", ".join(f'{{"weekday": {day}, "period_begin": "06:00", "period_end": "23:00"}}' for day in range(1, 8))
_HOURS = f"""'{{"twentyfourseven": false, "regular_hours": [{_DAYS}], "special_days": []}}'::jsonb"""
_STATE = "CASE mod(n, 6) WHEN 1 THEN 'down' WHEN 3 THEN 'unknown' ELSE 'up' END"
_CAUSE = "CASE mod(n, 6) WHEN 1 THEN 'fault' WHEN 3 THEN 'offline' ELSE 'working' END"
# Of each table its rows by number `i`; columns without a value here have their default.
_ROWS = (
    ("drivers_organization", "1", {"id": "1", "name": "'Network'", "slug": "'network'"}),
    (
        "stations_site",
        "{sites}",
        {
            "id": "i",
            "organization_id": "1",
            "name": "'Site ' || i",
            "latitude": "50",
            "longitude": "10",
            "timezone": "'Europe/Berlin'",
            "opening_hours": f"CASE WHEN mod(i, 10) = 0 THEN {_HOURS} END",
        },
    ),
    (
        "stations_station",
        "{evses}",
        {"id": "i", "site_id": "1 + (i - 1) / {per_site}", "identity": "'BENCH-' || i", "security_profile": "0"},
    ),
    ("stations_evse", "{evses}", {"id": "i", "station_id": "i", "number": "1"}),
    (
        "monitoring_port",
        "{evses}",
        {
            "evse_id": "i",
            "station_id": "i",
            "organization_id": "1",
            "site_id": "1 + (i - 1) / {per_site}",
            "identity": "'BENCH-' || i",
            "number": "1",
            "commissioned_at": "'{month}'::timestamptz",
        },
    ),
    (
        "monitoring_ledgerentry",
        "{evses}",
        {
            "port_id": "i",
            "start": "{entry_at}",
            '"end"': "CASE WHEN n < {transitions} - 1 THEN {next_at} END",
            "state": _STATE,
            "cause": _CAUSE,
            "recorded_at": "{entry_at}",
        },
    ),
)


def add_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--evses", type=int, default=10_000)
    parser.add_argument("--transitions", type=int, default=200, help="entries of each in the month (default: 200)")


def measure(options: argparse.Namespace) -> Report:
    with databases.temporary("uptime") as url:
        os.environ |= {"DATABASE_URL": url, "LOG_LEVEL": "WARNING"}
        django.setup()
        call_command("migrate", "--noinput", verbosity=0)
        make_network(url, options)
        return _report(options)


def _report(options: argparse.Namespace) -> Report:
    from monitoring.services import uptime_rollups  # noqa: PLC0415 - once the settings name the new database

    rows, entries = [], options.evses * options.transitions
    rows.append(_timed("a month at once", lambda: uptime_rollups.roll_up(now=END), entries))
    rows.append(_timed("the hour after", lambda: uptime_rollups.roll_up(now=END + timedelta(hours=1)), options.evses))
    _change(options)
    rows.append(_timed("an hour, 5 % new", lambda: uptime_rollups.roll_up(now=END + timedelta(hours=2)), options.evses))
    month_s, *hours_s = (row["seconds"] for row in rows)
    worst_s = max(hours_s)
    scale = f"{options.evses:,} EVSEs with {options.transitions} transitions"
    return Report(
        "uptime",
        rows,
        [
            Goal(f"a month of {scale} in {month_s:.1f} s, under {MOST_MONTH_S:.0f} s", month_s < MOST_MONTH_S),
            Goal(f"an hour in {worst_s:.1f} s, under {MOST_HOUR_S:.0f} s", worst_s < MOST_HOUR_S),
        ],
        [f"The hour takes {worst_s / month_s:.0%} of the time of the month."],
    )


def _timed(name: str, run: Callable[[], int], entries: int) -> dict[str, Any]:
    began, cpu_s = time.monotonic(), _cpu_s()
    changed = run()
    seconds = time.monotonic() - began
    return {
        "roll-up": name,
        "rows": changed,
        "entries": entries,
        "seconds": round(seconds, 2),
        "CPU s here": round(_cpu_s() - cpu_s, 2),
        "entries/s": round(entries / seconds),
    }


def _cpu_s() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def make_network(url: str, options: argparse.Namespace) -> None:
    step = f"interval '{(END - MONTH).total_seconds() / options.transitions} seconds'"
    values = {
        "evses": options.evses,
        "sites": 1 + options.evses // EVSES_PER_SITE,
        "per_site": EVSES_PER_SITE,
        "transitions": options.transitions,
        "month": MONTH.isoformat(),
        "entry_at": f"date_trunc('second', '{MONTH.isoformat()}'::timestamptz + n * {step})",
        "next_at": f"date_trunc('second', '{MONTH.isoformat()}'::timestamptz + (n + 1) * {step})",
    }
    with psycopg.connect(url, autocommit=True) as database:
        database.execute("SET session_replication_role = replica")
        for table, count, columns in _ROWS:
            filled = {name: _filled(text, values) for name, text in columns.items()}
            filled = _defaults(database, table) | filled
            each = f"generate_series(1, {_filled(count, values)}) AS i"
            if table == "monitoring_ledgerentry":
                each += f", generate_series(0, {options.transitions - 1}) AS n"
            names, texts = ", ".join(filled), ", ".join(filled.values())
            database.execute(f"INSERT INTO {table} ({names}) SELECT {texts} FROM {each}")
            database.execute(f"VACUUM (ANALYZE) {table}")


def _filled(text: str, values: dict[str, Any]) -> str:
    for name, value in values.items():
        text = text.replace(f"{{{name}}}", str(value))
    return text


def _defaults(database: psycopg.Connection[tuple[object, ...]], table: str) -> dict[str, str]:
    """Something for the columns that need a value and have no default."""
    found = database.execute(
        "SELECT column_name, data_type FROM information_schema.columns WHERE table_name = %s AND is_nullable = 'NO'"
        " AND column_default IS NULL AND is_identity = 'NO'",
        (table,),
    ).fetchall()
    zero = {"boolean": "false", "jsonb": "'{}'::jsonb", "timestamp with time zone": "now()"}
    texts = ("character varying", "text")
    return {str(name): "''" if kind in texts else zero.get(str(kind), "0") for name, kind in found}


def _change(options: argparse.Namespace) -> None:
    """What an hour brings: a port in twenty changes its state, of one in a hundred something came late."""
    from django.db import connection  # noqa: PLC0415

    at = (END + timedelta(minutes=90)).isoformat()
    with connection.cursor() as cursor:
        cursor.execute(
            'UPDATE monitoring_ledgerentry SET "end" = %s WHERE "end" IS NULL AND mod(port_id, 20) = 0', [at]
        )
        cursor.execute(
            "INSERT INTO monitoring_ledgerentry (port_id, start, state, cause, detail, recorded_at)"
            " SELECT evse_id, %s, 'down', 'fault', '', now() FROM monitoring_port WHERE mod(evse_id, 20) = 0",
            [at],
        )
        cursor.execute(
            "UPDATE monitoring_portmonth SET is_due = true WHERE mod(port_id, 100) = 0 AND month = %s", [MONTH.date()]
        )
