"""How much a request may bring, and how slowly: Django keeps a whole body on disk before any view can refuse it."""

import asyncio
import re
from collections.abc import Awaitable, Callable
from typing import Any

from channels.db import database_sync_to_async
from django.conf import settings

from drivers.api import problems
from stations.services import logs

Event = dict[str, Any]
Receive = Callable[[], Awaitable[Event]]
Send = Callable[[Event], Awaitable[None]]
Application = Callable[[Event, Any, Any], Awaitable[None]]

# Above anything a form or the API takes.
MAX_BYTES = 16 * 1024 * 1024
# What a form puts around its file.
_ENVELOPE = 64 * 1024
# A body of which nothing comes for so long is given up: who sends it holds a socket and a file of ours.
IDLE_S = 60.0
_UPLOAD = re.compile(r"/uploads/([^/]*)")


class _Refused(Exception):
    """The body is not wanted: the status, and why."""

    def __init__(self, status: int, text: str) -> None:
        super().__init__(text)
        self.status = status


def limited(application: Application) -> Application:
    """The same application, for bodies within their limit; others are refused, at the latest halfway.

    The limit for logs is only for who was asked for one: from anybody else none of it is read.
    """

    async def guarded(scope: Event, receive: Receive, send: Send) -> None:
        left, is_read = 0, False

        async def counted() -> Event:
            nonlocal left, is_read
            if is_read:
                return await receive()
            try:
                message = await asyncio.wait_for(receive(), IDLE_S)
            except TimeoutError:
                raise _Refused(408, f"Nothing came for {IDLE_S:.0f} s.") from None
            is_read = not message.get("more_body")
            left -= len(message.get("body", b""))
            if left < 0:
                raise _Refused(413, f"More than {limit} bytes.")
            return message

        try:
            limit = left = await _limit_of(scope["path"])
            if _declared(scope) > limit:
                raise _Refused(413, f"More than {limit} bytes.")
            await application(scope, counted, send)
        except _Refused as refused:
            headers = [(b"content-type", b"text/plain; charset=utf-8"), (b"connection", b"close")]
            await send({"type": "http.response.start", "status": refused.status, "headers": headers})
            await send({"type": "http.response.body", "body": f"{refused}\n".encode()})

    return guarded


async def _limit_of(path: str) -> int:
    """Raises _Refused for a log that nobody asked for."""
    found = _UPLOAD.match(path)
    if found is None:
        return MAX_BYTES
    try:
        await database_sync_to_async(logs.expected)(token=found[1])
    except logs.UnknownUpload as error:
        raise _Refused(404, str(error)) from None
    except logs.AlreadyUploaded as error:
        raise _Refused(409, str(error)) from None
    except problems.AWAY:
        raise _Refused(503, "The database cannot be reached at the moment. Try again in a few seconds.") from None
    return int(settings.UPLOAD_MAX_BYTES) + _ENVELOPE


def _declared(scope: Event) -> int:
    text = next((value for name, value in scope["headers"] if name == b"content-length"), b"0")
    return int(text) if text.isdigit() else 0
