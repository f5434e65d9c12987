"""Whose network a charger comes through, as far as its address and its SIM tell. Nobody is asked.

Who owns an address stands in no file that is free, small and always right; so an organization says it for the ranges it
knows, and what it does not know goes by its own digits: chargers of the same /16 seldom have different providers.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

# Countries whose mobile network codes have three digits (ITU E.212): North America, and a few of Latin America.
_THREE_DIGITS = ("3",)
MAX_DIGITS = 15


class BadPattern(ValueError):
    """Neither an address range nor the first digits of a SIM."""


@dataclass(frozen=True, slots=True)
class Range:
    """Addresses (203.0.113.0/24) or SIMs (the first digits of ICCID or IMSI) that belong to a provider."""

    pattern: str
    name: str


@dataclass(frozen=True, slots=True)
class Provider:
    """`key` groups chargers; `name` is for people. `is_said`: an organization named it, else it is only digits."""

    key: str
    name: str
    is_said: bool = False


NOBODY = Provider("", "")


def checked_pattern(text: str) -> str:
    """The pattern in its one form. Raises BadPattern."""
    text = text.strip()
    if text.isascii() and text.isdigit() and 3 <= len(text) <= MAX_DIGITS:
        return text
    try:
        return str(ip_network(text, strict=False))
    except ValueError:
        raise BadPattern(text) from None


def provider_of(*, address: str, iccid: str = "", imsi: str = "", ranges: Sequence[Range] = ()) -> Provider:
    """The provider: by what the organization said (SIM before address, the longest match), else by SIM, else by /16."""
    said = [range_ for range_ in ranges if _is_of_sim(range_, iccid, imsi)]
    said = said or [range_ for range_ in ranges if _is_of_address(range_, address)]
    if said:
        closest = max(said, key=_length)
        return Provider(closest.name, closest.name, is_said=True)
    return _by_sim(iccid, imsi) or _by_address(address)


def _is_of_sim(range_: Range, iccid: str, imsi: str) -> bool:
    return range_.pattern.isdigit() and (iccid.startswith(range_.pattern) or imsi.startswith(range_.pattern))


def _is_of_address(range_: Range, address: str) -> bool:
    found = _parsed(address)
    return found is not None and not range_.pattern.isdigit() and found in ip_network(range_.pattern, strict=False)


def _length(range_: Range) -> int:
    return len(range_.pattern) if range_.pattern.isdigit() else ip_network(range_.pattern, strict=False).prefixlen


def _by_sim(iccid: str, imsi: str) -> Provider | None:
    if imsi.isdigit() and len(imsi) >= 6:
        digits = 6 if imsi.startswith(_THREE_DIGITS) else 5
        return _numbered("SIM", f"{imsi[:3]}-{imsi[3:digits]}")
    if iccid[:7].isdigit() and iccid.startswith("89") and len(iccid) >= 7:
        return _numbered("SIM", iccid[:7])
    return None


def _by_address(address: str) -> Provider:
    found = _parsed(address)
    if found is None or not found.is_global:
        # Behind a proxy that tells nothing, or in one house with us.
        return NOBODY
    return _numbered("", str(ip_network(f"{found}/{16 if found.version == 4 else 32}", strict=False)))


def _numbered(kind: str, digits: str) -> Provider:
    name = f"{kind} {digits}".strip()
    return Provider(name, name)


def line_of(address: str) -> str:
    """What chargers behind one router have in common: the public IPv4 address, or the IPv6 /64. Within one site only:
    a carrier's NAT shows many sites by one address."""
    found = _parsed(address)
    if isinstance(found, IPv6Address):
        return str(ip_network(f"{found}/64", strict=False))
    return str(found) if found else ""


def _parsed(address: str) -> IPv4Address | IPv6Address | None:
    try:
        found = ip_address(address.partition("%")[0])
    except ValueError:
        return None
    return (found.ipv4_mapped or found) if isinstance(found, IPv6Address) else found
