"""The handshake of a charger: its identity, its credentials, its security profile (OCPP 2.0.1 A00, 1.6 white paper).

Who fails is slowed down by (identity, address): see `stations.domain.backoff` and docs/decisions/.
"""

import asyncio
import hashlib
import hmac
import re
import secrets
import threading
import time
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil
from weakref import WeakKeyDictionary

from drivers.domain.phrases import english
from stations.consumers.client import Client
from stations.domain.backoff import Doorkeeper
from stations.domain.credentials import Credential, verify_password
from stations.models import OnboardingDoor, RefusedAttempt, Station
from stations.models.station import IDENTITY
from stations.ocpp.lanes import Lane
from stations.services import admission, onboarding
from stations.services.admission import Admission
from stations.services.client_certificates import judge_client_certificate
from stations.services.work import Work

Reason = RefusedAttempt.Reason
Profile = Station.SecurityProfile

_HTTP_STATUS = {Reason.UNKNOWN_IDENTITY: 404, Reason.IDENTITY_SHARED: 409, Reason.TOO_MANY_ATTEMPTS: 429}


class Refused(Exception):
    """A handshake that is not completed. `retry_after_s`: when it is worth another try, 0 where that is not known."""

    def __init__(self, reason: Reason, detail: str = "", *, retry_after_s: float = 0) -> None:
        super().__init__(detail)
        self.reason = reason
        self.detail = detail
        self.retry_after_s = ceil(retry_after_s)

    @property
    def status(self) -> int:
        """The HTTP status where the server can say one."""
        return _HTTP_STATUS.get(self.reason, 401)


@dataclass(frozen=True, slots=True)
class Entry:
    """A handshake that may be completed: by which profile, and what proved it."""

    station_id: int
    security_profile: int
    credential: Credential = Credential.NOTHING
    certificate_fingerprint: str = ""
    is_changing: bool = False


class _Inquiry:
    """Identities that are looked up together: a storm's handshakes come by the hundred."""

    def __init__(self, lane: Lane, identity: str) -> None:
        self._identities = {identity}
        self._is_asked = False
        # Identities are added on the event loop, and asked for in the lane's thread.
        self._lock = threading.Lock()
        self.found: asyncio.Future[dict[str, Admission]] = lane.submit(None, self._ask)

    def add(self, identity: str) -> bool:
        """Ask for this one too; False if it is too late."""
        with self._lock:
            # Done and not asked: the database was away.
            if self._is_asked or self.found.done():
                return False
            self._identities.add(identity)
            return True

    def _ask(self, work: Work) -> dict[str, Admission]:
        with self._lock:
            self._is_asked = True
        return admission.admissions(identities=self._identities)


_inquiries: WeakKeyDictionary[Lane, _Inquiry] = WeakKeyDictionary()


async def look_up(lane: Lane, identity: str) -> Admission | None:
    """The station of this identity, None where there is none. Raises Outage."""
    if re.fullmatch(IDENTITY, identity) is None:
        return None
    inquiry = _inquiries.get(lane)
    if inquiry is None or not inquiry.add(identity):
        inquiry = _inquiries[lane] = _Inquiry(lane, identity)
    # Who goes away meanwhile takes nobody else's answer along.
    found = await asyncio.shield(inquiry.found)
    return found.get(identity)


async def check(lane: Lane, client: Client, known: Admission | None) -> Entry:
    """Raises Refused unless the station's security profile is met, or the higher one it is on its way to."""
    known = known or await _take_in(lane, client)
    if known is None:
        door.unknown(client)
        raise Refused(Reason.UNKNOWN_IDENTITY)
    upgrade = known.upgrade_to
    if upgrade is not None and _comes_with(client, upgrade):
        try:
            return await _meet(lane, client, known, upgrade)
        except Refused:
            # A certificate that is none, or a password where none was asked for, leaves its former way in.
            by_password = upgrade == Profile.TLS_CLIENT and client.basic_credentials is not None
            if not by_password and known.security_profile != Profile.NONE:
                raise
    return await _meet(lane, client, known, known.security_profile)


async def _take_in(lane: Lane, client: Client) -> Admission | None:
    """A station nobody announced comes in to wait where an organization's door is open, and with its password."""
    if re.fullmatch(IDENTITY, client.identity) is None:
        return None
    doors = await lane.submit(None, lambda work: onboarding.open_doors())
    if not doors:
        return None
    door.ask(client, None)
    door.ask_stranger(client)
    opened = await _opened_by(doors, client)
    if opened is None:
        door.stranger_failed(client)
        return None
    newcomer = onboarding.Newcomer(client.identity, client.address, client.is_secure)
    await lane.submit(None, lambda work: onboarding.take_in(work=work, door=opened, newcomer=newcomer))
    return await look_up(lane, client.identity)


async def _opened_by(doors: Sequence[OnboardingDoor], client: Client) -> OnboardingDoor | None:
    username, password = client.basic_credentials or ("", b"")
    for entrance in doors:
        if not entrance.password_hash:
            return entrance
        if username == client.identity and await asyncio.to_thread(verify_password, password, entrance.password_hash):
            return entrance
    return None


def _comes_with(client: Client, profile: int) -> bool:
    """Whether the handshake has what the profile needs, right or wrong."""
    if profile == Profile.TLS_CLIENT:
        return client.is_secure and client.certificate is not None
    is_private_enough = client.is_secure or profile == Profile.BASIC
    return is_private_enough and client.basic_credentials is not None


async def _meet(lane: Lane, client: Client, known: Admission, profile: int) -> Entry:
    # Profile 1 is no promise to go without TLS; 2 and 3 are one not to.
    if profile in (Profile.TLS_BASIC, Profile.TLS_CLIENT) and not client.is_secure:
        raise Refused(Reason.TLS_REQUIRED)
    if profile == Profile.TLS_CLIENT:
        fingerprint = await _check_certificate(lane, client)
        return Entry(known.station_id, profile, Credential.CERTIFICATE, fingerprint, known.is_changing)
    if profile == Profile.NONE:
        return Entry(known.station_id, profile, is_changing=known.is_changing)
    credential = await _check_password(client, known)
    return Entry(known.station_id, profile, credential, is_changing=known.is_changing)


async def _check_certificate(lane: Lane, client: Client) -> str:
    der = client.certificate
    if der is None:
        raise Refused(Reason.CERTIFICATE_REQUIRED)
    verdict = await lane.submit(None, lambda work: judge_client_certificate(der, client.identity))
    if not verdict.accepted:
        raise Refused(Reason.CERTIFICATE_REFUSED, verdict.problem)
    return str(verdict.fingerprint)


async def _check_password(client: Client, known: Admission) -> Credential:
    """The credential that was used. Raises Refused."""
    sent = client.basic_credentials
    if sent is None:
        raise Refused(Reason.NO_CREDENTIALS)
    username, password = sent
    found = passwords.recall(known, password) if username == client.identity else None
    if found is not None:
        return found
    door.ask(client, known)
    if username != client.identity:
        door.failed(client, known)
        raise Refused(Reason.WRONG_PASSWORD, english("The user name is not the station's identity."))
    found = await passwords.verify(known, password)
    if found is None:
        door.failed(client, known)
        raise Refused(Reason.WRONG_PASSWORD)
    door.succeeded(client, known)
    return found


class Door:
    """Who failed at this process. Whoever is known from before by the right password never gets here."""

    def __init__(self) -> None:
        self._keeper = Doorkeeper()

    def ask(self, client: Client, known: Admission | None) -> None:
        """Raises Refused while the client has to wait."""
        wait = self._keeper.wait_s(*_caller(client, known), time.monotonic())
        if wait:
            raise Refused(
                Reason.TOO_MANY_ATTEMPTS, english("Wait %(seconds)d s.", seconds=ceil(wait)), retry_after_s=wait
            )

    def ask_stranger(self, client: Client) -> None:
        """Raises Refused while no guess from there at the password of newcomers is looked at."""
        if wait := self._keeper.stranger_wait_s(client.address, time.monotonic()):
            raise Refused(
                Reason.TOO_MANY_ATTEMPTS, english("Wait %(seconds)d s.", seconds=ceil(wait)), retry_after_s=wait
            )

    def stranger_failed(self, client: Client) -> None:
        """A wrong password of newcomers; without credentials nothing was guessed."""
        if client.basic_credentials is not None:
            self._keeper.stranger_failed(client.address, time.monotonic())

    def unknown(self, client: Client) -> None:
        """An identity that nobody knows: counted. Raises Refused while the client has to wait."""
        self.ask(client, None)
        self.failed(client, None)

    def failed(self, client: Client, known: Admission | None) -> None:
        self._keeper.failed(*_caller(client, known), time.monotonic())

    def succeeded(self, client: Client, known: Admission) -> None:
        self._keeper.succeeded(*_caller(client, known))


def _caller(client: Client, known: Admission | None) -> tuple[str, str, str]:
    """New credentials on file make a new caller: after they were put right nobody waits for old failures."""
    return client.identity, client.address, known.password_hash + known.next_password_hash if known else ""


class Passwords:
    """Verifies passwords, once each: a reconnect storm must not derive ten thousand keys again."""

    def __init__(self, capacity: int = 50_000) -> None:
        self._key = secrets.token_bytes(32)
        self._capacity = capacity
        self._verified: OrderedDict[int, bytes] = OrderedDict()

    def recall(self, known: Admission, password: bytes) -> Credential | None:
        """Which of the station's passwords this is, if it was the last one verified and is still on file."""
        digest = self._verified.get(known.station_id)
        if digest is None:
            return None
        matches = (
            kind for kind, stored in _on_file(known) if hmac.compare_digest(self._digest(stored, password), digest)
        )
        return next(matches, None)

    async def verify(self, known: Admission, password: bytes) -> Credential | None:
        """Which of the station's passwords this is; None: none of them."""
        for kind, stored in _on_file(known):
            if await asyncio.to_thread(verify_password, password, stored):
                self._remember(known.station_id, self._digest(stored, password))
                return kind
        return None

    def _remember(self, station_id: int, digest: bytes) -> None:
        self._verified[station_id] = digest
        self._verified.move_to_end(station_id)
        if len(self._verified) > self._capacity:
            self._verified.popitem(last=False)

    def _digest(self, stored: str, password: bytes) -> bytes:
        """Keyed, and of the hash on file too: nothing here is the password, and a changed one is not recalled."""
        return hmac.digest(self._key, stored.encode() + b"\0" + password, hashlib.sha256)


def _on_file(known: Admission) -> list[tuple[Credential, str]]:
    hashes = [
        (Credential.CURRENT, known.password_hash),
        (Credential.NEXT, known.next_password_hash),
        (Credential.PREVIOUS, known.previous_password_hash),
    ]
    return [(kind, stored) for kind, stored in hashes if stored]


door = Door()
passwords = Passwords()
