"""The edge's websocket protocol for uvicorn: it tells the application who is at the other end of the socket.

An ASGI scope has neither the immediate peer, once proxy headers were read, nor the client's certificate. Both are put
into the scope's extensions: `peer` (an address) and, on a TLS socket, `tls`, named after the ASGI extension of that
name but with what is needed here: `certificate` (DER), `tls_version`, `tls_cipher`. `link` is what is measured of the
socket while it stands: the pings that keep it alive anyway.
"""

from typing import Any

from uvicorn._types import ASGISendEvent
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.frames import Frame
from websockets.http11 import Request

from stations.links import Link


class ChargerSocket(WebSocketsSansIOProtocol):
    """uvicorn's websockets-sansio, which can refuse a handshake with a status of our choice, and its pings' figures."""

    link: Link | None = None

    def handle_connect(self, event: Request) -> None:
        super().handle_connect(event)
        # None where the request was refused. The application's task has not begun yet.
        scope = getattr(self, "scope", None)
        if scope is not None:
            self.link = Link()
            scope["extensions"] |= {**self._known(), "link": self.link}

    def handle_pong(self, event: Frame) -> None:
        was_waiting = self.pending_ping_payload is not None
        super().handle_pong(event)
        if was_waiting and self.pending_ping_payload is None and self.link is not None:
            self.link.answered(self.last_ping_rtt)

    def keepalive_timeout(self) -> None:
        if self.link is not None and not self.close_sent and not self.transport.is_closing():
            self.link.unanswered()
        super().keepalive_timeout()

    def connection_lost(self, exc: Exception | None) -> None:
        if self.link is not None:
            self.link.was_cut = self.conn.close_rcvd is None and not self.close_sent
        super().connection_lost(exc)

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
