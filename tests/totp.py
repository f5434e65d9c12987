"""An authenticator app: RFC 6238 with what apps take for granted, SHA-1, six digits, half a minute."""

import base64
import hmac
import struct
import time


def code(secret: str, *, later_s: int = 0) -> str:
    """What the app shows for a secret, now or `later_s` seconds from now."""
    counter = struct.pack(">Q", (int(time.time()) + later_s) // 30)
    digest = hmac.digest(base64.b32decode(secret), counter, "sha1")
    place = digest[-1] & 0x0F
    number = struct.unpack(">I", digest[place : place + 4])[0] & 0x7FFFFFFF
    return f"{number % 1_000_000:06}"
