"""From where a request comes: its own peer, or what a proxy of ours says of it. Others' headers mean nothing."""

import ipaddress
from functools import lru_cache

from django.conf import settings
from django.http import HttpRequest


def is_proxy(peer: str) -> bool:
    """Whether `peer` is one of TRUSTED_PROXIES."""
    try:
        address = ipaddress.ip_address(peer)
    except ValueError:
        return False
    return any(address in network for network in _networks(tuple(settings.TRUSTED_PROXIES)))


def client_address(request: HttpRequest) -> str | None:
    """The person's address: of X-Forwarded-For only what our own proxies added counts, which stands at its end."""
    told = request.headers.get("X-Forwarded-For", "").split(",")
    address = str(request.META.get("REMOTE_ADDR") or "")
    while is_proxy(address) and told:
        address = told.pop().strip()
    try:
        return str(ipaddress.ip_address(address))
    except ValueError:
        return None


@lru_cache(maxsize=8)
def _networks(written: tuple[str, ...]) -> tuple[ipaddress.IPv4Network | ipaddress.IPv6Network, ...]:
    return tuple(ipaddress.ip_network(network, strict=False) for network in written)
