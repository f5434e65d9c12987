"""What a charger does with the address it was given for a log."""

import asyncio
import http.client
from urllib.parse import urlsplit


async def upload(url, body, *, method="PUT", content_type="application/octet-stream"):
    """Send `body`; the status of the answer, or None where the server closed while it was still being sent."""
    parts = urlsplit(url)

    def send():
        connection = http.client.HTTPConnection(parts.netloc, timeout=60)
        try:
            connection.request(method, parts.path, body, {"Content-Type": content_type})
            return connection.getresponse().status
        except OSError:
            return None
        finally:
            connection.close()

    return await asyncio.to_thread(send)
