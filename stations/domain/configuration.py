"""How a station should be configured, by templates, and how that compares with what it tells."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, NamedTuple

# A station that took a value this often and still tells another one keeps its own.
MAX_CHANGES = 3


class Key(NamedTuple):
    """One attribute of one variable. A configuration key of OCPP 1.6 is a variable without a component."""

    component: str
    component_instance: str
    evse_number: int
    connector_number: int
    name: str
    instance: str
    attribute: str


# Column of a Key → how a command names it.
_MEMBERS = {
    "component": "component",
    "component_instance": "component_instance",
    "evse_number": "evse",
    "connector_number": "connector",
    "name": "name",
    "instance": "instance",
    "attribute": "attribute",
}


def named(key: Key) -> dict[str, Any]:
    """A key as a command names it."""
    found = {_MEMBERS[name]: value for name, value in key._asdict().items() if value}
    if key.attribute == "Actual":
        del found["attribute"]
    return found


def key_named(item: Mapping[str, Any]) -> Key:
    """The key that a command names so."""
    missing = {"evse_number": 0, "connector_number": 0, "attribute": "Actual"}
    return Key(**{name: item.get(member, missing.get(name, "")) for name, member in _MEMBERS.items()})


def text_of(value: Any) -> str:
    """A value as OCPP writes it: booleans in lower case."""
    return str(value).lower() if isinstance(value, bool) else str(value)


@dataclass(frozen=True, slots=True)
class Traits:
    """What templates select stations by."""

    site: int
    vendor: str
    model: str
    protocol: str


@dataclass(frozen=True, slots=True)
class Wanted:
    """The value a template gives a variable. `fingerprint` stands for it where it is a secret."""

    value: str
    fingerprint: str
    is_secret: bool = False
    is_enforced: bool = False
    template: int = 0
    changed_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Template:
    """Values for the stations that fit its selectors; an empty selector fits any station."""

    id: int
    site: int | None = None
    vendor: str = ""
    model: str = ""
    protocol: str = ""
    values: Mapping[Key, Wanted] = field(default_factory=dict)

    def fits(self, station: Traits) -> bool:
        """Makes are compared without regard to case: the same vendor spells itself in many ways."""
        return (
            self.site in (None, station.site)
            and self.protocol in ("", station.protocol)
            and self.vendor.casefold() in ("", station.vendor.casefold())
            and self.model.casefold() in ("", station.model.casefold())
        )

    @property
    def weight(self) -> tuple[int, int]:
        """The more specific template weighs more: site over model over vendor over protocol; then the newer one."""
        selectors = (self.site is not None, bool(self.model), bool(self.vendor), bool(self.protocol))
        return sum(2 ** (3 - place) for place, given in enumerate(selectors) if given), self.id


def wanted_values(templates: Iterable[Template], station: Traits) -> dict[Key, Wanted]:
    """What the station should have: of each variable the value of the weightiest template that names it."""
    found: dict[Key, Wanted] = {}
    for template in sorted((t for t in templates if t.fits(station)), key=lambda t: t.weight):
        found.update({key: value for key, value in template.values.items() if _exists(key, station)})
    return found


def _exists(key: Key, station: Traits) -> bool:
    """OCPP 1.6 has no components, and 2.x nothing without one."""
    return bool(key.component) is not (station.protocol == "ocpp1.6")


class Drift(StrEnum):
    """How a wanted value compares with what the station has."""

    SAME = "same"
    DIFFERS = "differs"
    UNREPORTED = "unreported"  # it never told this variable
    AFTER_REBOOT = "after_reboot"  # it took the value, which takes effect when it restarts
    REFUSED = "refused"  # it refused this very value, or knows no such variable
    OVERRULED = "overruled"  # it takes the value each time, and goes on telling another one


# What a repair sets. The rest is the same, or has been tried.
REPAIRABLE = frozenset({Drift.DIFFERS, Drift.UNREPORTED})


@dataclass(frozen=True, slots=True)
class Told:
    """What a station told of a variable, and what came of our last change of it."""

    value: str = ""
    # Whether `value` means anything: it was reported, and is no secret.
    is_readable: bool = True
    is_readonly: bool = False
    # It answered that it has no such variable.
    is_unknown: bool = False
    change_status: str = ""
    change_fingerprint: str = ""
    change_count: int = 0
    changed_at: datetime | None = None


_TAKEN = ("Accepted", "RebootRequired")


def compare(wanted: Wanted, told: Told | None, *, booted_at: datetime | None) -> Drift:
    """How the two stand to each other; `booted_at`: when the station last restarted."""
    if told is None:
        return Drift.UNREPORTED
    tried = bool(told.change_status) and told.change_fingerprint == wanted.fingerprint
    taken = tried and told.change_status in _TAKEN
    if taken and _waits_for_reboot(told, booted_at):
        return Drift.AFTER_REBOOT
    if same_value(wanted.value, told.value) if told.is_readable else taken:
        return Drift.SAME
    if taken and told.change_count >= MAX_CHANGES:
        return Drift.OVERRULED
    refused = tried and not taken and not _outdated(wanted, told)
    if refused or told.is_readonly or told.is_unknown:
        return Drift.REFUSED
    return Drift.DIFFERS if told.is_readable else Drift.UNREPORTED


def _waits_for_reboot(told: Told, booted_at: datetime | None) -> bool:
    if told.change_status != "RebootRequired" or told.changed_at is None:
        return False
    return booted_at is None or told.changed_at > booted_at


def _outdated(wanted: Wanted, told: Told) -> bool:
    """A refusal from before the template's last change: whoever changed it wants it tried again."""
    return wanted.changed_at is not None and told.changed_at is not None and told.changed_at < wanted.changed_at


def same_value(one: str, other: str) -> bool:
    """Whether two values mean the same: stations spell numbers, booleans and lists in their own ways."""
    return one == other or _plain(one) == _plain(other)


def _plain(text: str) -> object:
    stripped = text.strip()
    if stripped.casefold() in ("true", "false"):
        return stripped.casefold()
    try:
        return float(stripped)
    except ValueError:
        return tuple(part.strip() for part in stripped.split(","))
