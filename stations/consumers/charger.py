"""Terminates the websockets of chargers: handshake, credentials, then one OCPP conversation.

`dispatch` is overridden: Channels would hop to a thread for each message, and no database is touched on the event loop.
"""

import asyncio
import base64
import binascii
import hashlib
import hmac
import re
import secrets
from typing import Any, ClassVar
from urllib.parse import unquote

import structlog
from channels.consumer import AsyncConsumer
from channels.exceptions import StopConsumer
from django.db import DatabaseError, InterfaceError
from django.utils import timezone

from stations.domain.credentials import verify_password
from stations.models import RefusedAttempt, Station
from stations.models.station import IDENTITY
from stations.ocpp import edge, protocols
from stations.ocpp.lanes import JobFailed, Lane, Outage
from stations.ocpp.protocol import Protocol
from stations.ocpp.session import CLOSE_TRY_AGAIN_LATER, Session
from stations.services import connections
from stations.services.connections import Admission, Handshake

log = structlog.get_logger(__name__)

Reason = RefusedAttempt.Reason
Profile = Station.SecurityProfile

_HTTP_STATUS = {Reason.UNKNOWN_IDENTITY: 404}
CLOSE_NORMAL = 1000


class Refused(Exception):
    """A handshake that is not completed."""

    def __init__(self, reason: Reason, detail: str = "") -> None:
        super().__init__(detail)
        self.reason = reason
        self.detail = detail


class ChargerConsumer(AsyncConsumer):  # type: ignore[misc]
    """One socket of a charger."""

    # No alias of this name exists: a charger's socket has no channel of its own.
    channel_layer_alias = "none"

    session: Session | None = None
    lane: Lane

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """However the socket ends, its conversation ends with it."""
        try:
            await super().__call__(scope, receive, send)
        finally:
            await self._leave(None)

    async def dispatch(self, message: dict[str, Any]) -> None:
        match message["type"]:
            case "websocket.connect":
                await self._connect()
            case "websocket.receive" if self.session is not None:
                await self.session.receive(_text_of(message))
            case "websocket.disconnect":
                await self._leave(message.get("code"))
                raise StopConsumer

    # --- Handshake ---

    async def _connect(self) -> None:
        self.identity = unquote(self.scope["url_route"]["kwargs"]["identity"])
        try:
            self.edge = await edge.current()
            self.lane = self.edge.lane_of(self.identity)
            admission = await self._admission()
            try:
                station_id = await self._check(admission)
            except Refused as refused:
                await self._refuse(refused, admission)
                return
            protocol = protocols.negotiate(self.scope.get("subprotocols", []))
            if protocol is None:
                await self._refuse_subprotocol(admission)
                return
            await self._open(station_id, protocol)
        except (Outage, JobFailed, DatabaseError, InterfaceError) as error:
            log.warning("ocpp.handshake_failed", identity=self.identity, error=repr(error))
            await self.base_send({"type": "websocket.close", "code": CLOSE_TRY_AGAIN_LATER})
            raise StopConsumer from error

    async def _admission(self) -> Admission | None:
        if re.fullmatch(IDENTITY, self.identity) is None:
            return None
        found: Admission | None = await self.lane.submit(
            None, lambda work: connections.admission(identity=self.identity)
        )
        return found

    async def _check(self, admission: Admission | None) -> int:
        """The station's id, its security profile met; raises Refused (OCPP 2.0.1 A00, 1.6 security white paper)."""
        if admission is None:
            raise Refused(Reason.UNKNOWN_IDENTITY)
        profile = admission.security_profile
        if profile in (Profile.TLS_BASIC, Profile.TLS_CLIENT) and not self._is_secure:
            raise Refused(Reason.TLS_REQUIRED)
        if profile == Profile.TLS_CLIENT:
            raise Refused(Reason.CERTIFICATE_REQUIRED)
        if profile != Profile.NONE:
            await self._check_password(admission)
        return admission.station_id

    async def _check_password(self, admission: Admission) -> None:
        credentials = _basic_credentials(self.scope["headers"])
        if credentials is None:
            raise Refused(Reason.NO_CREDENTIALS)
        username, password = credentials
        if username != self.identity:
            raise Refused(Reason.WRONG_PASSWORD, "The user name is not the station's identity.")
        if not await Passwords.verify(admission, password):
            raise Refused(Reason.WRONG_PASSWORD)

    @property
    def _is_secure(self) -> bool:
        return bool(self.scope.get("scheme") == "wss")

    @property
    def _remote_address(self) -> str:
        client = self.scope.get("client")
        return str(client[0])[:60] if client else ""

    async def _note_refusal(self, reason: Reason, detail: str, admission: Admission | None) -> None:
        now, address = timezone.now(), self._remote_address
        await self.lane.submit(
            None,
            lambda work: connections.refuse(
                identity=self.identity,
                reason=reason,
                remote_address=address,
                now=now,
                station_id=admission.station_id if admission else None,
                detail=detail,
            ),
        )

    async def _refuse(self, refused: Refused, admission: Admission | None) -> None:
        """401 or 404 where the server can say so; else a close before the handshake, which is 403."""
        await self._note_refusal(refused.reason, refused.detail, admission)
        if "websocket.http.response" not in self.scope.get("extensions", {}):
            await self.base_send({"type": "websocket.close"})
            raise StopConsumer
        status = _HTTP_STATUS.get(refused.reason, 401)
        headers = [(b"content-type", b"text/plain; charset=utf-8")]
        if status == 401:
            headers.append((b"www-authenticate", b'Basic realm="Busbar"'))
        await self.base_send({"type": "websocket.http.response.start", "status": status, "headers": headers})
        body = f"{refused.reason.label}. {refused.detail}".strip().encode()
        await self.base_send({"type": "websocket.http.response.body", "body": body})
        raise StopConsumer

    async def _refuse_subprotocol(self, admission: Admission | None) -> None:
        """Complete the handshake without a subprotocol and close at once (OCPP-J 1.6 section 3.1.2)."""
        offered = ", ".join(self.scope.get("subprotocols", [])) or "none"
        await self._note_refusal(Reason.NO_SUBPROTOCOL, f"Offered: {offered}.", admission)
        await self.base_send({"type": "websocket.accept"})
        await self.base_send({"type": "websocket.close", "code": CLOSE_NORMAL})

    async def _open(self, station_id: int, protocol: Protocol) -> None:
        handshake = Handshake(
            station_id=station_id,
            process_id=self.edge.process_id,
            protocol=protocol.name,
            remote_address=self._remote_address,
            is_secure=self._is_secure,
        )
        connection = await self.lane.submit(
            station_id, lambda work: connections.open_connection(work=work, handshake=handshake)
        )
        await self.base_send({"type": "websocket.accept", "subprotocol": protocol.name})
        self.session = Session(
            socket=self, lane=self.lane, protocol=protocol, station_id=station_id, connection_id=connection.pk
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
        session.closed()
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
                    reason="closed by the charger or the network",
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


def _basic_credentials(headers: list[tuple[bytes, bytes]]) -> tuple[str, bytes] | None:
    """User name and password of an Authorization header. The password may be any bytes."""
    value = next((value for name, value in headers if name == b"authorization"), b"")
    scheme, _, encoded = value.partition(b" ")
    if scheme.lower() != b"basic":
        return None
    try:
        username, separator, password = base64.b64decode(encoded, validate=True).partition(b":")
        return (username.decode(), password) if separator else None
    except (binascii.Error, UnicodeDecodeError):
        return None


class Passwords:
    """Verifies passwords, once each: a reconnect storm must not derive ten thousand keys again."""

    _key: ClassVar[bytes] = secrets.token_bytes(32)
    _verified: ClassVar[dict[int, bytes]] = {}

    @classmethod
    async def verify(cls, admission: Admission, password: bytes) -> bool:
        """Whether `password` is the station's. The cache holds a keyed digest, never the password."""
        digest = hmac.digest(cls._key, admission.password_hash.encode() + b"\0" + password, hashlib.sha256)
        known = cls._verified.get(admission.station_id)
        if known is not None and hmac.compare_digest(known, digest):
            return True
        if not await asyncio.to_thread(verify_password, password, admission.password_hash):
            return False
        cls._verified[admission.station_id] = digest
        return True
