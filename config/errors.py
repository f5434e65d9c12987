"""Errors of addresses that no view answers: problem documents under /api/, pages everywhere else."""

import sys
from http import HTTPStatus

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.template import loader
from django.views import defaults

from drivers.api import problems


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponseBase:
    if _is_api(request):
        return problems.response(HTTPStatus.BAD_REQUEST)
    return defaults.bad_request(request, exception)


def permission_denied(request: HttpRequest, exception: Exception) -> HttpResponseBase:
    if _is_api(request):
        return problems.response(HTTPStatus.FORBIDDEN, str(exception))
    return defaults.permission_denied(request, exception)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponseBase:
    if _is_api(request):
        return problems.response(HTTPStatus.NOT_FOUND)
    return defaults.page_not_found(request, exception)


def server_error(request: HttpRequest) -> HttpResponseBase:
    """Django calls this while it handles the exception."""
    if isinstance(sys.exception(), problems.AWAY):
        return _unavailable(request)
    if _is_api(request):
        return problems.response(HTTPStatus.INTERNAL_SERVER_ERROR)
    return defaults.server_error(request)


def _unavailable(request: HttpRequest) -> HttpResponseBase:
    """The database is away or overloaded: it is worth coming back."""
    if _is_api(request):
        return problems.unavailable()
    headers = {"Retry-After": str(problems.RETRY_S)}
    page = loader.render_to_string("503.html")
    return HttpResponse(page, status=HTTPStatus.SERVICE_UNAVAILABLE, headers=headers)


def _is_api(request: HttpRequest) -> bool:
    return request.path.startswith("/api/")
