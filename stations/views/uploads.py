"""Where chargers bring their logs: PUT or POST to /uploads/<token>/<name>. The token is all that lets them in."""

from collections.abc import Iterator
from typing import Any

import structlog
from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.core.files.base import File
from django.core.files.uploadhandler import TemporaryFileUploadHandler
from django.http import HttpRequest, HttpResponse
from django.http.multipartparser import MultiPartParser, MultiPartParserError
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from stations.services import logs

log = structlog.get_logger(__name__)

_PIECE = 2**16


@csrf_exempt
@require_http_methods(["PUT", "POST"])
def upload(request: HttpRequest, token: str, name: str) -> HttpResponse:
    """Store a log: the body as it is, or the first file of a form. 201 once it is kept."""
    try:
        row = logs.expected(token=token)
        found = _content(request)
        if found is None:
            return _say("There is no file in this request.", 400)
        content, own_name = found
        with content:
            logs.receive(token=token, name=name or own_name, content=content)
    except logs.UnknownUpload as error:
        return _say(str(error), 404)
    except logs.AlreadyUploaded as error:
        return _say(str(error), 409)
    except RequestDataTooBig:
        return _say(f"A log may have up to {settings.UPLOAD_MAX_BYTES} bytes.", 413)
    except MultiPartParserError as error:
        return _say(f"This form cannot be read: {error}", 400)
    log.info("uploads.received", station=row.station_id, log_request=row.pk)
    return _say("Received.", 201)


def _say(text: str, status: int) -> HttpResponse:
    return HttpResponse(f"{text}\n", content_type="text/plain; charset=utf-8", status=status)


def _content(request: HttpRequest) -> "tuple[File[bytes], str] | None":
    """The file and what it calls itself; None for a form without one."""
    if request.content_type != "multipart/form-data":
        return Body(request), ""
    # Django reads forms of POST only, and chargers PUT them as well; some do not say how long they are.
    meta = {**request.META, "CONTENT_LENGTH": request.META.get("CONTENT_LENGTH") or settings.UPLOAD_MAX_BYTES}
    handlers: list[Any] = [TemporaryFileUploadHandler(request)]
    files = MultiPartParser(meta, Body(request), handlers, request.encoding).parse()[1]
    first: Any = next(iter(files.values()), None)
    return (first, first.name or "") if first is not None and first.size else None


class Body(File):  # type: ignore[type-arg]  # no generic at run time
    """The body of a request in pieces; raises RequestDataTooBig where it goes on for too long."""

    def __init__(self, request: HttpRequest) -> None:
        super().__init__(None)
        self._request = request
        self._left = settings.UPLOAD_MAX_BYTES

    def read(self, size: int | None = None, /) -> bytes:
        """Up to `size` bytes, never more than a piece."""
        piece = self._request.read(_PIECE if size is None or size < 0 else min(size, _PIECE))
        self._left -= len(piece)
        if self._left < 0:
            raise RequestDataTooBig
        return piece

    def close(self) -> None:
        """The request's own to close."""

    def chunks(self, chunk_size: int | None = None) -> Iterator[bytes]:
        """All of it, piece by piece."""
        while piece := self.read():
            yield piece
