"""Local authorization lists: what a station should hold, what it holds, and the messages from one to the other."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

# Around an entry's own texts on the wire, with room to spare.
_BYTES_AROUND = 260


@dataclass(frozen=True, slots=True)
class Entry:
    """A token in a list. `status` in the words of OCPP; `expires_at` as on the wire, empty for never.

    Values compare case-insensitively (OCPP `CiString`).
    """

    id_token: str
    type: str = ""
    status: str = "Accepted"
    expires_at: str = ""
    group: str = ""
    language: str = ""
    priority: int | None = None

    @property
    def key(self) -> str:
        return self.id_token.lower()


@dataclass(frozen=True, slots=True)
class Wire:
    """What a version can say of a token: ids up to `longest` of these `types` (empty: any).

    `is_plain`: nothing but status, expiry and group.
    """

    longest: int = 255
    types: frozenset[str] = frozenset()
    is_plain: bool = False

    def fit(self, entries: Iterable[Entry]) -> list[Entry]:
        """The entries the version can say, as it can say them; others could not be shown to such a station anyway."""
        fitting = [entry for entry in entries if self._can_say(entry)]
        return [replace(entry, type="", language="", priority=None) for entry in fitting] if self.is_plain else fitting

    def _can_say(self, entry: Entry) -> bool:
        if max(len(entry.id_token), len(entry.group)) > self.longest:
            return False
        return not self.types or entry.type in self.types


_TYPES_201 = frozenset({"Central", "eMAID", "ISO14443", "ISO15693", "KeyCode", "Local", "MacAddress"})
WIRES = {
    "ocpp1.6": Wire(longest=20, is_plain=True),
    "ocpp2.0.1": Wire(longest=36, types=_TYPES_201),
    "ocpp2.1": Wire(),
}


@dataclass(frozen=True, slots=True)
class Update:
    """One SendLocalList. `is_full`: it replaces the list; else `entries` are added or changed, `gone` are removed."""

    is_full: bool
    entries: tuple[Entry, ...] = ()
    gone: tuple[Entry, ...] = ()


@dataclass(frozen=True, slots=True)
class Limits:
    """Of one message; None: the station did not say."""

    items: int | None = None
    length_bytes: int | None = None


# What any station takes that says nothing.
CAREFUL_ITEMS = 50


def next_update(
    held: Mapping[str, Entry], wanted: Mapping[str, Entry], *, whole: bool, limits: Limits
) -> Update | None:
    """The next message on the way from `held` to `wanted` (both by key); None when the station is there.

    `whole`: what it holds is not known, or it refused a change: begin anew (OCPP 2.0.1 D01.FR.03). What is too long for
    one message goes on as differential updates (D01.FR.15). Removals go first: they make room.
    """
    if whole:
        return Update(is_full=True, entries=tuple(_portion(wanted.values(), limits)))
    gone = [entry for key, entry in held.items() if key not in wanted]
    changed = [entry for key, entry in wanted.items() if held.get(key) != entry]
    portion = list(_portion([*gone, *changed], limits))
    if not portion:
        return None
    going = len(gone[: len(portion)])
    return Update(is_full=False, entries=tuple(portion[going:]), gone=tuple(portion[:going]))


def applied(held: Mapping[str, Entry], update: Update) -> dict[str, Entry]:
    """What a station holds after it accepted `update`."""
    after = {} if update.is_full else dict(held)
    for entry in update.gone:
        after.pop(entry.key, None)
    return after | {entry.key: entry for entry in update.entries}


def _portion(entries: Iterable[Entry], limits: Limits) -> Iterator[Entry]:
    """As many of the entries as one message may hold, and one at least."""
    left_bytes = limits.length_bytes
    left = max(1, limits.items or CAREFUL_ITEMS)
    for number, entry in enumerate(entries):
        size = _BYTES_AROUND + len(entry.id_token) + len(entry.group)
        if number == left or (number and left_bytes is not None and size > left_bytes):
            return
        if left_bytes is not None:
            left_bytes -= size
        yield entry
