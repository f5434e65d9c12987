"""Errors of the REST API as RFC 9457 problem documents."""

from collections.abc import Iterator
from http import HTTPStatus
from typing import Any

import structlog
from django.core.exceptions import PermissionDenied
from django.core.exceptions import ValidationError as DjangoValidationError
from django.db import DataError, InterfaceError, OperationalError
from django.http import Http404, JsonResponse
from rest_framework import exceptions
from rest_framework.fields import get_error_detail
from rest_framework.permissions import SAFE_METHODS
from rest_framework.response import Response
from rest_framework.settings import api_settings
from rest_framework.views import exception_handler
from structlog.contextvars import get_contextvars

log = structlog.get_logger(__name__)

MEDIA_TYPE = "application/problem+json"

# "about:blank": the status says it all (RFC 9457, 4.2.1).
SCHEMA: dict[str, Any] = {
    "type": "object",
    "description": "What went wrong (RFC 9457).",
    "properties": {
        "type": {"type": "string", "format": "uri-reference", "examples": ["about:blank"]},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "request_id": {"type": "string", "description": "By which the log of this installation names the request."},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {
                    "detail": {"type": "string"},
                    "pointer": {"type": "string", "description": "JSON Pointer into the request's body."},
                    "parameter": {"type": "string", "description": "Name of the query parameter."},
                },
                "required": ["detail"],
            },
        },
    },
    "required": ["type", "title", "status", "detail"],
}


class Conflict(exceptions.APIException):
    """The request is sound, but not now: the state of the thing stands against it."""

    status_code = HTTPStatus.CONFLICT
    default_detail = "This is not possible in the present state."
    default_code = "conflict"


# What the database's absence raises, and a pool in which no connection became free in time.
AWAY = (OperationalError, InterfaceError)
RETRY_S = 5
_NOT_NOW = (
    "The database cannot be reached at the moment, or has too much to do. Try again in a few seconds;"
    " a change that was asked for has most likely not been made."
)


class Unavailable(exceptions.APIException):
    """The database is away or overloaded: no fault of the request, and soon over."""

    status_code = HTTPStatus.SERVICE_UNAVAILABLE
    default_detail = _NOT_NOW
    default_code = "unavailable"
    # Told as Retry-After.
    wait = RETRY_S


class InvalidQuery(exceptions.ValidationError):
    """A query parameter of an unsafe request is wrong."""


def handle(exc: Exception, context: dict[str, Any]) -> Response | None:
    """REST_FRAMEWORK's EXCEPTION_HANDLER; None for what is no error of the request."""
    if isinstance(exc, DjangoValidationError):
        exc = exceptions.ValidationError(get_error_detail(exc))
    if isinstance(exc, OverflowError | DataError):
        # A number or a time that is one, but that no row can hold and no database look for.
        exc = exceptions.ValidationError("A number or a time in this request is out of range.")
    if isinstance(exc, Http404):
        exc = exceptions.NotFound()
    if isinstance(exc, PermissionDenied):
        exc = exceptions.PermissionDenied(*exc.args)
    if isinstance(exc, AWAY):
        log.error("database.away", error=repr(exc))
        exc = Unavailable()
    response = exception_handler(exc, context)
    if response is None:
        return None
    in_query = isinstance(exc, InvalidQuery) or context["request"].method in SAFE_METHODS
    response.data = document(response.status_code, *_explain(response.data, in_query))
    response.content_type = MEDIA_TYPE
    return response


def document(status: int, detail: str = "", errors: list[dict[str, str]] | None = None) -> dict[str, Any]:
    """A problem document; `detail` defaults to what the status means."""
    meaning = HTTPStatus(status)
    problem = {
        "type": "about:blank",
        "title": meaning.phrase,
        "status": int(status),
        "detail": detail or meaning.description or meaning.phrase,
    }
    request_id = get_contextvars().get("request_id")
    named = {"request_id": request_id} if request_id else {}
    return problem | named | ({"errors": errors} if errors else {})


def response(status: int, detail: str = "") -> JsonResponse:
    """A problem document for an address under /api/ that no view of the API answers."""
    return JsonResponse(document(status, detail), status=status, content_type=MEDIA_TYPE)


def unavailable() -> JsonResponse:
    """The same where the database is away."""
    answer = response(HTTPStatus.SERVICE_UNAVAILABLE, _NOT_NOW)
    answer["Retry-After"] = str(RETRY_S)
    return answer


def _explain(data: Any, in_query: bool) -> tuple[str, list[dict[str, str]]]:
    """The sentence for people and the list for programs."""
    if isinstance(data, dict) and set(data) == {"detail"} and isinstance(data["detail"], str):
        return str(data["detail"]), []
    errors = [_error(path, text, in_query) for path, text in _leaves(data, ())]
    named = [f"{'.'.join(path)}: {text}" if path else text for path, text in _leaves(data, ())]
    return " ".join(named), errors


def _leaves(data: Any, path: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], str]]:
    if isinstance(data, dict):
        for name, value in data.items():
            # What concerns the whole object points at the object.
            yield from _leaves(value, path if name == api_settings.NON_FIELD_ERRORS_KEY else (*path, str(name)))
    elif isinstance(data, list):
        for place, value in enumerate(data):
            yield from _leaves(value, path if isinstance(value, str) else (*path, str(place)))
    else:
        yield path, str(data)


def _error(path: tuple[str, ...], text: str, in_query: bool) -> dict[str, str]:
    if in_query and path:
        return {"detail": text, "parameter": path[0]}
    escaped = [step.replace("~", "~0").replace("/", "~1") for step in path]
    return {"detail": text, "pointer": "#" + "".join(f"/{step}" for step in escaped)}
