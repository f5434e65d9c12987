"""How often somebody without an account may send something: counted by network address, or by what else tells people
apart, in the cache that all processes share.

A cache that forgets lets more through, never less: it keeps nuisances small, and is no lock.
"""

import ipaddress
from hashlib import sha256

from django.core.cache import cache
from django.http import HttpRequest

from drivers.addresses import client_address

AN_HOUR_S = 3600


def is_too_often(request: HttpRequest, action: str, *, most: int, within_s: int = AN_HOUR_S, whose: str = "") -> bool:
    """Count this once more; whether it is more than `most` in `within_s` seconds. Of IPv6, a /64 is one address.

    `whose`: counted by this instead, such as an email address, from wherever it comes.
    """
    counted = sha256(whose.lower().encode()).hexdigest() if whose else _network(client_address(request) or "")
    key = f"limit.{action}.{counted}"
    cache.add(key, 0, within_s)
    try:
        return bool(cache.incr(key) > most)
    except ValueError:
        # It ran out in between.
        return False


def _network(address: str) -> str:
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return address
    return str(found) if found.version == 4 else str(ipaddress.ip_network(f"{address}/64", strict=False))
