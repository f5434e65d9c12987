"""The edge's websocket protocol for uvicorn: it tells the application who is at the other end of the socket.

An ASGI scope has neither the immediate peer, once proxy headers were read, nor the client's certificate. Both are put
into the scope's extensions: `peer` (an address) and, on a TLS socket, `tls`, named after the ASGI extension of that
name but with what is needed here: `certificate` (DER), `tls_version`, `tls_cipher`.
"""

from typing import Any

from uvicorn._types import ASGISendEvent
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.http11 import Request


class ChargerSocket(WebSocketsSansIOProtocol):
    """uvicorn's websockets-sansio, which can refuse a handshake with a status of our choice."""

    def handle_connect(self, event: Request) -> None:
        super().handle_connect(event)
        # None where the request was refused. The application's task has not begun yet.
        scope = getattr(self, "scope", None)
        if scope is not None:
            scope["extensions"] |= self._known()

    async def send(self, message: ASGISendEvent) -> None:
        await super().send(message)
        if message["type"] == "websocket.http.response.body" and not message.get("more_body"):
            # A refusal ends the handshake; uvicorn's own class logs each one as an error of the application.
            self.handshake_complete = True

    def _known(self) -> dict[str, Any]:
        known: dict[str, Any] = {"peer": self.client[0] if self.client else ""}
        tls = self.transport.get_extra_info("ssl_object")
        if tls is not None:
            name, version, _ = tls.cipher() or ("", "", 0)
            known["tls"] = {
                # None without one. What is given was verified against the accepted roots, if by lenient rules.
                "certificate": tls.getpeercert(binary_form=True),
                "tls_version": tls.version() or version,
                "tls_cipher": name,
            }
        return known
