"""Signed webhooks: JSON by POST, with a signature that its receiver can check (docs/notifications.md)."""

import hashlib
import hmac
from datetime import datetime

import orjson

from monitoring.notifiers.base import Message, Undelivered
from stations.gateways.outward import Unreachable, fetch

SIGNATURE = "X-Busbar-Signature"
DELIVERY = "X-Busbar-Delivery"
SETTING = "NOTIFY_HOSTS"
MOST_ANSWER_BYTES = 64 << 10
_ACCEPTED = range(200, 300)
# Refusals that may pass: time-out, conflict, too early, too many.
_PASSING = frozenset({408, 409, 425, 429})


def send(message: Message, url: str, secret: bytes, *, now: datetime) -> None:
    """Raises Undelivered; it lasts where the receiver answers 4xx."""
    body = orjson.dumps({"id": message.key, **message.data})
    headers = {
        "Content-Type": "application/json",
        "User-Agent": "Busbar",
        DELIVERY: message.key,
        SIGNATURE: signature(body, secret, at=now),
    }
    try:
        fetch(url, body=body, headers=headers, most_bytes=MOST_ANSWER_BYTES, accepted=_ACCEPTED, setting=SETTING)
    except Unreachable as error:
        is_final = 300 <= error.status < 500 and error.status not in _PASSING
        # The address may hold a secret.
        raise Undelivered(str(error).replace(url[:200], _host(url)), is_final=is_final) from error


def signature(body: bytes, secret: bytes, *, at: datetime) -> str:
    """`t=<seconds since 1970>,v1=<hex of HMAC-SHA256 over "<t>.<body>">`: an old one sent again is noticed."""
    moment = str(int(at.timestamp()))
    return f"t={moment},v1={hmac.new(secret, moment.encode() + b'.' + body, hashlib.sha256).hexdigest()}"


def _host(url: str) -> str:
    return "/".join(url.split("/")[:3])
