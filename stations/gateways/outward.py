"""HTTP requests to addresses that a charger may have chosen.

A charger names the responders that its certificates' status is asked of, and people name where their webhooks lead.
So that they cannot have us knock at doors inside our own network, only hosts at public addresses are asked, and those
in a setting: PKI_HOSTS, NOTIFY_HOSTS. The address that was checked is the one that is connected to, redirects are not
followed, and answers are bounded in size and time.
"""

import contextlib
import http.client
import ipaddress
import socket
import ssl
import threading
from collections.abc import Container, Mapping
from urllib.parse import SplitResult, urlsplit

from django.conf import settings

from drivers.domain.phrases import english

TIMEOUT_S = 8.0
# Enough for the revocation list of a large authority.
MAX_BYTES = 8 << 20
_PORTS = {"http": 80, "https": 443}


class Unreachable(Exception):
    """There was no usable answer; says why, for a person. `status`: of HTTP, 0 where there was none."""

    status = 0


def fetch(
    url: str,
    *,
    body: bytes | None = None,
    headers: Mapping[str, str] | None = None,
    is_ours: bool = False,
    most_bytes: int = MAX_BYTES,
    accepted: Container[int] = (http.client.OK,),
    setting: str = "PKI_HOSTS",
) -> bytes:
    """The body of an `accepted` answer to a POST of `body`, or to a GET without one. Raises Unreachable.

    `is_ours`: the address stands in our settings, and may be anywhere. So may our own responder. `setting`: the one
    that names hosts at other than public addresses that may be asked; `*` in it stands for all.
    """
    is_ours = is_ours or bool(settings.PKI_URL and url.startswith(f"{settings.PKI_URL}/"))
    try:
        parts = urlsplit(url)
        connection = _connect(parts, "" if is_ours else setting)
        # The socket's own time-out is for each read: a host that sends a byte now and then would never end.
        guard = threading.Timer(TIMEOUT_S, _cut, [connection.sock])
        guard.daemon = True
        guard.start()
        try:
            return _exchange(connection, parts, body, dict(headers or {}), most_bytes=most_bytes, accepted=accepted)
        finally:
            guard.cancel()
            connection.close()
    except (OSError, ValueError, http.client.HTTPException) as error:
        raise Unreachable(english("%(url)s does not answer: %(error)s", url=url[:200], error=error)) from error


def _cut(open_socket: socket.socket) -> None:
    with contextlib.suppress(OSError):
        open_socket.shutdown(socket.SHUT_RDWR)


def _connect(parts: SplitResult, setting: str) -> http.client.HTTPConnection:
    """A connection to an address of the host that may be asked."""
    host = parts.hostname
    if parts.scheme not in _PORTS or not host:
        raise Unreachable(english("Only http and https addresses are asked."))
    port = parts.port or _PORTS[parts.scheme]
    address = address_of(host, port, setting)
    raw = socket.create_connection((address, port), TIMEOUT_S)
    if parts.scheme == "http":
        connection = http.client.HTTPConnection(host, port, timeout=TIMEOUT_S)
        connection.sock = raw
        return connection
    context = ssl.create_default_context()
    secure = http.client.HTTPSConnection(host, port, timeout=TIMEOUT_S, context=context)
    try:
        secure.sock = context.wrap_socket(raw, server_hostname=host)
    except BaseException:
        raw.close()
        raise
    return secure


def address_of(host: str, port: int, setting: str) -> str:
    """An address of the host that may be asked; any, where no setting says which. Raises Unreachable or OSError."""
    found = [str(entry[4][0]) for entry in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]
    spared = getattr(settings, setting) if setting else ["*"]
    is_spared = "*" in spared or host in spared
    allowed = found if is_spared else [address for address in found if _is_public(address)]
    if not allowed:
        raise Unreachable(
            english(
                "%(host)s is at no public address and not among %(setting)s, so it is not asked.",
                host=host,
                setting=setting,
            )
        )
    return allowed[0]


def _is_public(address: str) -> bool:
    found = ipaddress.ip_address(address.partition("%")[0])
    mapped = getattr(found, "ipv4_mapped", None) or getattr(found, "sixtofour", None)
    return found.is_global and not found.is_multicast and (mapped is None or mapped.is_global)


def _exchange(
    connection: http.client.HTTPConnection,
    parts: SplitResult,
    body: bytes | None,
    headers: dict[str, str],
    *,
    most_bytes: int,
    accepted: Container[int],
) -> bytes:
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    connection.request("GET" if body is None else "POST", path, body=body, headers=headers)
    response = connection.getresponse()
    if response.status not in accepted:
        refusal = Unreachable(
            english(
                "%(hostname)s answered %(status)s %(reason)s.",
                hostname=parts.hostname,
                status=response.status,
                reason=response.reason,
            )
        )
        refusal.status = response.status
        raise refusal
    received = bytearray()
    while chunk := response.read1(1 << 16):
        received += chunk
        if len(received) > most_bytes:
            raise Unreachable(
                english(
                    "%(hostname)s answered more than %(most_bytes)s bytes.",
                    hostname=parts.hostname,
                    most_bytes=most_bytes,
                )
            )
    return bytes(received)
