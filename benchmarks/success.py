"""Charging success in a large network: an hour counted, habits learnt, ghost ports looked for, and the page asked for.

The network is that of the benchmark `uptime`, with a month of attempts: each EVSE has so many a day, one in twelve of
them fails, and one EVSE in fifty has been silent for three days. The hour brings one EVSE in eight a session.
"""

import argparse
import os
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import django
import psycopg
from django.core.management import call_command

from benchmarks import databases
from benchmarks.report import Goal, Report
from benchmarks.uptime import EVSES_PER_SITE, make_network

# Of an hour one hundredth may be spent on counting it.
MOST_PAGE_S, MOST_HOUR_S, MOST_GHOSTS_S = 1.0, 36.0, 5.0
DAYS = 30
_ADDRESS = "/console/charging-success/"
# Of a day of an EVSE the attempt `n`, spread over its sixteen busy hours.
_AT = "date_trunc('day', {now}) - ({days} - d) * interval '1 day' + interval '6 hours' + n * {step}"
_ATTEMPTS = f"""
INSERT INTO monitoring_attempt
    (evse_id, site_id, kind, who, began_at, ended_at, outcome, energy_wh, vendor, model, firmware_version)
SELECT i, 1 + (i - 1) / {{per_site}}, 'session', 'card-' || mod(i * 7 + d * 3 + n, 50000), {_AT},
    {_AT} + interval '30 minutes', CASE WHEN mod(i + d + n, 12) = 0 THEN 'no_energy' ELSE 'well' END,
    CASE WHEN mod(i + d + n, 12) = 0 THEN 0 ELSE 20000 END, 'Vendor', 'Model ' || mod(i, 10), '1.' || mod(i, 4)
FROM generate_series(1, {{evses}}) AS i, generate_series(0, {{days}} - 1) AS d, generate_series(0, {{a_day}} - 1) AS n
WHERE NOT (mod(i, 50) = 0 AND d >= {{days}} - 3)
"""
_DAYS = """
INSERT INTO monitoring_successday
    (evse_id, site_id, day, vendor, model, firmware_version, wait_s, {zeros}, attempts, visits, charged, well,
     first_try, visits_charged, no_energy)
SELECT evse_id, site_id, (began_at AT TIME ZONE 'UTC')::date, vendor, model, firmware_version, 0, {noughts}, count(*),
    count(*), {good}, {good}, {good}, {good}, count(*) - {good}
FROM monitoring_attempt GROUP BY 1, 2, 3, 4, 5, 6
"""
_GOOD = "count(*) FILTER (WHERE outcome = 'well')"
_COUNTED = {"attempts", "visits", "charged", "well", "first_try", "visits_charged", "no_energy", "wait_s"}


def add_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--evses", type=int, default=10_000)
    parser.add_argument("--attempts", type=int, default=3, help="of each EVSE a day (default: 3)")


def measure(options: argparse.Namespace) -> Report:
    options.transitions = 1
    with databases.temporary("success") as url:
        os.environ |= {"DATABASE_URL": url, "LOG_LEVEL": "WARNING"}
        django.setup()
        call_command("migrate", "--noinput", verbosity=0)
        call_command("collectstatic", "--noinput", verbosity=0)
        make_network(url, options)
        _make_attempts(url, options)
        return _report(options)


def _make_attempts(url: str, options: argparse.Namespace) -> None:
    """A month of attempts with its days counted, and every connector available for that long."""
    from monitoring.models import SuccessDay  # noqa: PLC0415 - once the settings name the new database

    columns = {field.column for field in SuccessDay._meta.fields if field.get_internal_type().startswith("Positive")}
    zeros = sorted(columns - _COUNTED)
    values = {
        "evses": options.evses,
        "per_site": EVSES_PER_SITE,
        "days": DAYS,
        "a_day": options.attempts,
        "now": "now() AT TIME ZONE 'UTC'",
        "step": f"interval '{16 / options.attempts} hours'",
    }
    with psycopg.connect(url, autocommit=True) as database:
        database.execute("SET TIME ZONE 'UTC'")
        database.execute("SET session_replication_role = replica")
        database.execute(_ATTEMPTS.format(**values))
        database.execute(_DAYS.format(zeros=", ".join(zeros), noughts=", ".join("0" for _ in zeros), good=_GOOD))
        database.execute("VACUUM ANALYZE")


def _report(options: argparse.Namespace) -> Report:
    from django.db import connection  # noqa: PLC0415
    from django.test.utils import CaptureQueriesContext  # noqa: PLC0415

    from monitoring.services import habits, success  # noqa: PLC0415

    now = datetime.now(UTC)
    _connect_all(now)
    rows = [_timed("habits of all, once a day", lambda: habits.sweep(now=now, limit=options.evses))]
    _an_hour(now)
    rows.append(_timed("an hour counted", lambda: success.sweep(now=now)))
    rows.append(_timed("ghost ports", lambda: _ghosts(now)))
    client = _browser()
    client.get(_ADDRESS)
    with CaptureQueriesContext(connection) as asked:
        rows.append(_timed("the page", lambda: len(client.get(_ADDRESS).content)))
    _habits, hour, ghosts, page = (row["seconds"] for row in rows)
    scale = f"{options.evses:,} EVSEs"
    return Report(
        "success",
        rows,
        [
            Goal(f"an hour of {scale} counted in {hour:.1f} s, under {MOST_HOUR_S:.0f} s", hour < MOST_HOUR_S),
            Goal(f"ghost ports among them in {ghosts:.1f} s, under {MOST_GHOSTS_S:.0f} s", ghosts < MOST_GHOSTS_S),
            Goal(f"the page in {page:.2f} s and {len(asked)} queries, under {MOST_PAGE_S:.0f} s", page < MOST_PAGE_S),
        ],
        [f"{rows[0]['count']:,} habits, {rows[1]['count']:,} rows of days changed, {rows[2]['count']:,} ghosts."],
    )


def _connect_all(now: datetime) -> None:
    """Every station is connected, and its connector has said for a month that it is available."""
    from stations.models import Connection, Connector, Station  # noqa: PLC0415

    begun = now - timedelta(days=DAYS)
    stations = list(Station.objects.order_by("pk"))
    opened = [Connection(station=one, protocol="ocpp1.6", opened_at=begun, last_seen=now) for one in stations]
    for station, connection in zip(stations, Connection.objects.bulk_create(opened, batch_size=1000), strict=True):
        station.connection = connection
    Station.objects.bulk_update(stations, ["connection"], batch_size=1000)
    Connector.objects.bulk_create(
        [Connector(station=one, evse_id=one.pk, number=1, status="available", status_at=begun) for one in stations],
        batch_size=1000,
    )


def _an_hour(now: datetime) -> None:
    """One EVSE in eight has had a session, and its day is to be counted again."""
    from monitoring.models import Attempt  # noqa: PLC0415
    from monitoring.services import attempts  # noqa: PLC0415
    from stations.models import Evse  # noqa: PLC0415

    told = [
        Attempt(
            evse_id=pk,
            site_id=site_id,
            kind="session",
            who=f"card-{pk}",
            began_at=now - timedelta(minutes=40),
            ended_at=now - timedelta(minutes=10),
            outcome="well" if pk % 3 else "no_energy",
            energy_wh=20_000 if pk % 3 else 0,
        )
        for pk, site_id in Evse.objects.values_list("pk", "station__site")
        if pk % 8 == 1
    ]
    Attempt.objects.bulk_create(told, batch_size=1000)
    attempts.note((one.site_id, one.evse_id, one.began_at) for one in told)


def _ghosts(now: datetime) -> int:
    from monitoring.rules.base import Scope, defaults, rules  # noqa: PLC0415
    from stations.models import Station  # noqa: PLC0415

    rule = rules()["ghost_port"]
    return len(list(rule.findings(Scope(Station.objects.all(), defaults(rule)), now=now)))


def _browser() -> Any:
    """Signed in as somebody who sees the whole network."""
    from django.test import Client  # noqa: PLC0415

    from drivers.domain.roles import Role  # noqa: PLC0415
    from drivers.models import Membership, User  # noqa: PLC0415

    person = User.objects.create(email="operator@network.example")
    Membership.objects.create(organization_id=1, user=person, role=Role.OPERATOR)
    client = Client()
    client.force_login(person)
    if client.get(_ADDRESS).status_code != 200:
        raise RuntimeError("the page does not answer")
    return client


def _timed(name: str, run: Callable[[], int]) -> dict[str, Any]:
    began = time.monotonic()
    count = run()
    return {"what": name, "count": count, "seconds": round(time.monotonic() - began, 3)}
