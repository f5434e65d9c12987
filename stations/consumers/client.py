"""Who is at the other end of a charger's socket: address, TLS and certificate, seen by ourselves or told by a proxy.

What a proxy says in headers is believed only where it comes from one of `TRUSTED_PROXIES`; from anybody else such
headers mean nothing. The edge's own websocket protocol (`config.websockets`) tells the immediate peer and the TLS of
its socket in the scope's extensions `peer` and `tls`.
"""

import base64
import binascii
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.conf import settings

from drivers.addresses import is_proxy
from stations.domain import x509

_HOST = re.compile(rb"[A-Za-z0-9._\[\]:-]{1,255}")
TLS_VERSION_HEADER = "X-Tls-Version"
TLS_CIPHER_HEADER = "X-Tls-Cipher"
_TLS_VERSIONS = {"tls1.2": "TLSv1.2", "tls1.3": "TLSv1.3"}


@dataclass(frozen=True, slots=True)
class Client:
    """What is known of a charger before it said anything but its request."""

    identity: str
    address: str
    is_secure: bool
    headers: Mapping[bytes, bytes]
    certificate: bytes | None = None
    tls_version: str = ""
    tls_cipher: str = ""

    @property
    def host(self) -> str:
        """The name and port by which the charger reaches us, as its Host header has it."""
        value = self.headers.get(b"host", b"")
        return str(value.decode("latin-1")) if _HOST.fullmatch(value) else ""

    @property
    def basic_credentials(self) -> tuple[str, bytes] | None:
        """User name and password of the Authorization header. The password may be any bytes."""
        scheme, _, encoded = self.headers.get(b"authorization", b"").partition(b" ")
        if scheme.lower() != b"basic":
            return None
        try:
            username, separator, password = base64.b64decode(encoded, validate=True).partition(b":")
            return (username.decode(), password) if separator else None
        except (binascii.Error, UnicodeDecodeError):
            return None


def client_of(scope: Mapping[str, Any], identity: str) -> Client:
    """The client of an ASGI websocket scope."""
    headers = dict(scope["headers"])
    extensions = scope.get("extensions") or {}
    tls = extensions.get("tls") or {}
    address = scope.get("client")
    told = _told_by_proxy(scope["headers"]) if is_proxy(extensions.get("peer", "")) else None
    return Client(
        identity=identity,
        address=str(address[0])[:60] if address else "",
        is_secure=scope.get("scheme") == "wss",
        headers=headers,
        **(told or {name: tls[name] for name in ("certificate", "tls_version", "tls_cipher") if tls.get(name)}),
    )


def _told_by_proxy(headers: Iterable[tuple[bytes, bytes]]) -> dict[str, Any]:
    def header(name: str) -> bytes:
        values = [value for key, value in headers if key == name.lower().encode()]
        # Twice: the proxy added its own to what came from outside, and nobody knows which is which.
        return values[0] if len(values) == 1 else b""

    version = header(TLS_VERSION_HEADER).decode("ascii", "replace")
    certificate = header(settings.CLIENT_CERTIFICATE_HEADER)
    return {
        "certificate": x509.from_header(certificate) if certificate else None,
        "tls_version": _TLS_VERSIONS.get(version, version),
        "tls_cipher": header(TLS_CIPHER_HEADER).decode("ascii", "replace"),
    }
