"""What surrounds every HTTP request: an id that its log lines and its answer carry, and its place in the metrics."""

import re
import time
import uuid
from collections.abc import Awaitable, Callable

from django.http import HttpRequest, HttpResponseBase
from django.utils.decorators import async_only_middleware
from structlog.contextvars import bind_contextvars, clear_contextvars

from monitoring import health, metrics
from stations.metrics import OTHER

Answer = Callable[[HttpRequest], Awaitable[HttpResponseBase]]

HEADER = "X-Request-ID"
# What comes from outside is only taken over if it cannot be mistaken for anything else in a log.
_WELL_FORMED = re.compile(r"[A-Za-z0-9._-]{8,64}")

# Whoever watches a process asks it by its address, which is no name in ALLOWED_HOSTS, and wants to know of the process
# and not of sessions and static files: these are answered before all other middleware.
_PROBES = {"/healthz": health.alive, "/readyz": health.ready, "/metrics": metrics.page}

_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})


@async_only_middleware
def middleware(get_response: Answer) -> Answer:
    """The first of all middleware."""

    async def observe(request: HttpRequest) -> HttpResponseBase:
        request_id, began = _id_of(request), time.perf_counter()
        # Not taken back: Django logs a refusal after all middleware, and the next request has a context of its own.
        clear_contextvars()
        bind_contextvars(request_id=request_id)
        response = await _PROBES.get(request.path, get_response)(request)
        response[HEADER] = request_id
        _count(request, response, time.perf_counter() - began)
        return response

    return observe


def _id_of(request: HttpRequest) -> str:
    given = request.headers.get(HEADER, "")
    return given if _WELL_FORMED.fullmatch(given) else uuid.uuid4().hex


def _count(request: HttpRequest, response: HttpResponseBase, took_s: float) -> None:
    match = request.resolver_match
    if match is not None:
        route = match.view_name or "unnamed"
    else:
        # An address that leads nowhere has no name.
        route = request.path[1:] if request.path in _PROBES else "none"
    # A stranger's method is no series of its own.
    method = request.method if request.method in _METHODS else OTHER
    metrics.REQUESTS.labels(route, method, response.status_code).inc()
    metrics.REQUEST_SECONDS.labels(route).observe(took_s)
