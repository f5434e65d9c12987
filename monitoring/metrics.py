"""/metrics: what this process counts, and what is known of the installation, for Prometheus.

The edge's own instruments are in `stations.metrics`. What belongs to the installation and not to a process (facts,
periodic tasks) is read at each scrape, and the same wherever it is asked.
"""

import asyncio

import structlog
from channels.db import database_sync_to_async
from django.conf import settings
from django.db import connection
from django.db.models import Count, Min
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.crypto import constant_time_compare
from prometheus_client import CONTENT_TYPE_LATEST, Counter, Gauge, Histogram, generate_latest

from monitoring import periodic
from stations.models import Fact
from stations.ocpp import gauges

log = structlog.get_logger(__name__)

TIMEOUT_S = 2.0

REQUESTS = Counter("busbar_requests", "HTTP requests by the name of their URL.", ["route", "method", "status"])
REQUEST_SECONDS = Histogram("busbar_request_seconds", "HTTP requests by the name of their URL.", ["route"])
DATABASE_ANSWERS = Gauge("busbar_database_answers", "1 if the database answered this scrape, else 0.")
POOL = Gauge("busbar_pool_connections", "Connections in this process's pool: idle or in use.", ["state"])
POOL_WAITING = Gauge("busbar_pool_waiting", "Requests of this process that wait for a connection of the pool.")
FACTS_WAITING = Gauge("busbar_facts_waiting", "Facts that not all subscribers have dealt with.")
OLDEST_FACT = Gauge("busbar_oldest_fact_seconds", "Age of the oldest of them; 0 if there is none.")
TASK_LAG = Gauge("busbar_task_lag_seconds", "How long after it was due a task last began.", ["task"])
TASK_DURATION = Gauge("busbar_task_duration_seconds", "How long a task last ran.", ["task"])
TASK_SUCCESS_AGE = Gauge("busbar_task_success_age_seconds", "Time since a task last succeeded.", ["task"])
TASK_INTERVAL = Gauge("busbar_task_interval_seconds", "How often a task is due.", ["task"])
TASK_FAILURES = Gauge("busbar_task_failures", "How often a task has failed since the cache was emptied.", ["task"])


async def page(request: HttpRequest) -> HttpResponse:
    """For who knows METRICS_TOKEN; without one set there is no such page."""
    if not settings.METRICS_TOKEN:
        return HttpResponse("METRICS_TOKEN is not set.\n", status=404, content_type="text/plain")
    if not constant_time_compare(request.headers.get("Authorization", ""), f"Bearer {settings.METRICS_TOKEN}"):
        headers = {"WWW-Authenticate": "Bearer"}
        return HttpResponse("METRICS_TOKEN is wanted.\n", status=401, content_type="text/plain", headers=headers)
    # The loop's own state is read on the loop, all else beside it.
    gauges.read()
    try:
        await asyncio.wait_for(database_sync_to_async(_read, thread_sensitive=False)(), TIMEOUT_S)
        DATABASE_ANSWERS.set(1)
    except Exception as error:
        # What the process itself has counted is worth most just then.
        log.warning("metrics.not_read", error=repr(error))
        DATABASE_ANSWERS.set(0)
    return HttpResponse(generate_latest(), content_type=CONTENT_TYPE_LATEST)


def _read() -> None:
    _read_facts()
    _read_tasks()
    _read_pool()


def _read_facts() -> None:
    waiting = Fact.objects.filter(settled_at=None).aggregate(count=Count("id"), oldest=Min("at"))
    FACTS_WAITING.set(waiting["count"])
    oldest = waiting["oldest"]
    OLDEST_FACT.set(max(0.0, (timezone.now() - oldest).total_seconds()) if oldest else 0)


def _read_tasks() -> None:
    now = timezone.now().timestamp()
    for task, known in periodic.all_known().items():
        TASK_INTERVAL.labels(task).set(known.interval_s)
        TASK_FAILURES.labels(task).set(known.failures)
        TASK_LAG.labels(task).set(known.lag_s)
        TASK_DURATION.labels(task).set(known.duration_s)
        if known.succeeded_at is not None:
            TASK_SUCCESS_AGE.labels(task).set(max(0.0, now - known.succeeded_at))


def _read_pool() -> None:
    # Only Django's PostgreSQL backend has one.
    pool = getattr(connection, "pool", None)
    if pool is None:
        return
    found = pool.get_stats()
    idle = found.get("pool_available", 0)
    POOL.labels("idle").set(idle)
    POOL.labels("used").set(found.get("pool_size", 0) - idle)
    POOL_WAITING.set(found.get("requests_waiting", 0))
