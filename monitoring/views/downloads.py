"""Evidence as a download: nothing of it is ever run or shown by a browser."""

from django.core.files.storage import default_storage
from django.http import Http404, HttpResponse


def download(file: str, *, name: str, content_type: str) -> HttpResponse:
    """A stored file under the name it came with. Raises Http404 where there is none."""
    if not file:
        raise Http404
    try:
        with default_storage.open(file) as stored:
            content = stored.read()
    except FileNotFoundError as error:
        raise Http404 from error
    response = HttpResponse(content, content_type=content_type)
    shown = name.encode("ascii", "replace").decode().replace("?", "_").replace('"', "_")
    response["Content-Disposition"] = f'attachment; filename="{shown}"'
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "sandbox; default-src 'none'"
    response["Cache-Control"] = "private, no-store"
    return response
