"""CSV files for spreadsheets, made while they are sent."""

import csv
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from io import StringIO

from django.db import connection
from django.http import HttpRequest, StreamingHttpResponse

from stations.domain.csv_text import defused
from stations.streaming import streamed

# Excel takes a file without it for one in the old code page of the machine.
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"


def csv_file(request: HttpRequest, chunks: Iterable[Sequence[Sequence[object]]], *, name: str) -> StreamingHttpResponse:
    """A file of rows that come a chunk at a time. Times are ISO 8601 in UTC, what is not known is empty."""
    return streamed(request, _pieces(chunks), content_type="text/csv; charset=utf-8", file_name=name)


def _pieces(chunks: Iterable[Sequence[Sequence[object]]]) -> Iterator[bytes]:
    yield _BYTE_ORDER_MARK
    for rows in chunks:
        lines = StringIO()
        csv.writer(lines).writerows([_written(value) for value in row] for row in rows)
        # Whoever downloads slowly takes the connection from nobody meanwhile; in a transaction stand only tests.
        if not connection.in_atomic_block:
            connection.close()
        yield lines.getvalue().encode()


def _written(value: object) -> object:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
    text = value if value is None or isinstance(value, int | float) else str(value)
    return defused(text) if isinstance(text, str) else text
