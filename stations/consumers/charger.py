"""Terminates the websockets of chargers: handshake, credentials, then one OCPP conversation.

Messages are read in a loop of its own: Channels would make a task and hop to a thread for each, and no database is
touched on the event loop.
"""

from typing import Any
from urllib.parse import unquote

import structlog
from channels.consumer import AsyncConsumer
from channels.exceptions import StopConsumer
from django.db import DatabaseError, InterfaceError
from django.utils import timezone

from drivers.domain.phrases import english
from stations import links
from stations.consumers import handshake
from stations.consumers.client import client_of
from stations.consumers.handshake import Entry, Reason, Refused
from stations.domain.partings import parting_of
from stations.ocpp import edge, protocols
from stations.ocpp.lanes import JobFailed, Lane, Outage
from stations.ocpp.protocol import Protocol
from stations.ocpp.session import CLOSE_TRY_AGAIN_LATER, Session
from stations.services import admission, connections
from stations.services.admission import Admission
from stations.services.connections import Handshake

log = structlog.get_logger(__name__)

CLOSE_NORMAL = 1000


class ChargerConsumer(AsyncConsumer):  # type: ignore[misc]
    """One socket of a charger."""

    session: Session | None = None
    lane: Lane

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """However the socket ends, its conversation ends with it."""
        self.scope, self.base_send = scope, send
        try:
            await receive()
            await self._connect()
            while (message := await receive())["type"] == "websocket.receive":
                if self.session is not None:
                    await self.session.receive(_text_of(message))
            await self._leave(message.get("code"))
        except StopConsumer:
            # The handshake was refused.
            pass
        finally:
            await self._leave(None)

    # --- Handshake ---

    async def _connect(self) -> None:
        self.identity = unquote(self.scope["url_route"]["kwargs"]["identity"])
        self.client = client_of(self.scope, self.identity)
        try:
            self.edge = await edge.current()
            self.lane = self.edge.lane_of(self.identity)
            known = await handshake.look_up(self.lane, self.identity)
            try:
                await self._admit(await handshake.check(self.lane, self.client, known))
            except Refused as refused:
                await self._refuse(refused, known)
        except (Outage, JobFailed, DatabaseError, InterfaceError) as error:
            log.warning("ocpp.handshake_failed", identity=self.identity, error=repr(error))
            await self.base_send({"type": "websocket.close", "code": CLOSE_TRY_AGAIN_LATER})
            raise StopConsumer from error

    async def _admit(self, entry: Entry) -> None:
        protocol = protocols.negotiate(self.scope.get("subprotocols", []))
        if protocol is None:
            await self._refuse_subprotocol(entry.station_id)
            return
        await self._open(entry, protocol)

    async def _note_refusal(self, reason: Reason, detail: str, station_id: int | None) -> None:
        now, address = timezone.now(), self.client.address
        await self.lane.submit(
            None,
            lambda work: admission.refuse(
                work=work,
                identity=self.identity,
                reason=reason,
                remote_address=address,
                now=now,
                station_id=station_id,
                detail=detail,
            ),
        )

    async def _refuse(self, refused: Refused, known: Admission | None) -> None:
        """A status such as 401 or 404 where the server can say so; else a close before the handshake, which is 403."""
        # What is refused for its number alone costs nothing, or slowing it down would be in vain.
        if refused.reason is not Reason.TOO_MANY_ATTEMPTS:
            await self._note_refusal(refused.reason, refused.detail, known.station_id if known else None)
        if "websocket.http.response" not in self.scope.get("extensions", {}):
            await self.base_send({"type": "websocket.close"})
            raise StopConsumer
        headers = [(b"content-type", b"text/plain; charset=utf-8")]
        if refused.status == 401:
            headers.append((b"www-authenticate", b'Basic realm="Busbar"'))
        if refused.retry_after_s:
            headers.append((b"retry-after", str(refused.retry_after_s).encode()))
        await self.base_send({"type": "websocket.http.response.start", "status": refused.status, "headers": headers})
        body = f"{refused.reason.label}. {refused.detail}".strip().encode()
        await self.base_send({"type": "websocket.http.response.body", "body": body})
        raise StopConsumer

    async def _refuse_subprotocol(self, station_id: int) -> None:
        """Complete the handshake without a subprotocol and close at once (OCPP-J 1.6 section 3.1.2)."""
        offered = ", ".join(self.scope.get("subprotocols", [])) or "none"
        await self._note_refusal(Reason.NO_SUBPROTOCOL, f"Offered: {offered}.", station_id)
        await self.base_send({"type": "websocket.accept"})
        await self.base_send({"type": "websocket.close", "code": CLOSE_NORMAL})

    async def _open(self, entry: Entry, protocol: Protocol) -> None:
        """Raises Refused while another charger holds the identity."""
        shaken = Handshake(
            station_id=entry.station_id,
            process_id=self.edge.process_id,
            protocol=protocol.name,
            remote_address=self.client.address,
            is_secure=self.client.is_secure,
            host=self.client.host,
            security_profile=entry.security_profile,
            credential=entry.credential,
            is_changing=entry.is_changing,
            tls_version=self.client.tls_version,
            tls_cipher=self.client.tls_cipher,
            certificate_fingerprint=entry.certificate_fingerprint,
        )
        opened = await self.lane.submit(
            entry.station_id, lambda work: connections.open_connection(work=work, handshake=shaken)
        )
        if isinstance(opened, connections.Held):
            detail = english("It is connected from %(address)s.", address=opened.address or "elsewhere")
            raise Refused(Reason.IDENTITY_SHARED, detail, retry_after_s=opened.wait.total_seconds())
        await self.base_send({"type": "websocket.accept", "subprotocol": protocol.name})
        # Once per socket: all that is logged on its behalf from now on says whose it is.
        structlog.contextvars.bind_contextvars(identity=self.identity, connection=opened.pk)
        self.session = Session(
            socket=self,
            lane=self.lane,
            protocol=protocol,
            station_id=entry.station_id,
            connection_id=opened.pk,
            opened_at=opened.opened_at,
            link=self.scope.get("extensions", {}).get("link"),
        )
        self.edge.add(self.session)

    # --- What the conversation needs of its socket ---

    async def send_text(self, text: str) -> None:
        """Send one frame."""
        await self.base_send({"type": "websocket.send", "text": text})

    async def close(self, code: int) -> None:
        """Close the socket from our side."""
        await self.base_send({"type": "websocket.close", "code": code})

    async def _leave(self, code: int | None) -> None:
        session, self.session = self.session, None
        if session is None:
            return
        link = session.link
        reason = parting_of(
            code=code, was_closed_by_us=session.is_closing, was_silent=link.was_silent, was_cut=link.was_cut
        )
        session.closed()
        links.note_link(session.station_id, link)
        self.edge.remove(session)
        try:
            await self.lane.submit(
                session.station_id,
                lambda work: connections.close_connection(
                    work=work,
                    station_id=session.station_id,
                    connection_id=session.connection_id,
                    last_seen=session.last_seen,
                    code=code,
                    reason=reason,
                ),
            )
        except (Outage, JobFailed) as error:
            # The edge closes the row once the database is back.
            log.warning("ocpp.close_not_stored", identity=self.identity, error=repr(error))


def _text_of(message: dict[str, Any]) -> str:
    """OCPP-J uses text frames; a binary one is read as text, and is malformed if it is none."""
    text = message.get("text")
    if text is not None:
        return str(text)
    return bytes(message.get("bytes") or b"").decode("utf-8", "replace")
