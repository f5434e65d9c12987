"""Named places on pages that higher apps fill. `config.wiring` registers URL names; pages never know who fills them."""

_registry: dict[str, list[str]] = {}


def register(slot: str, url_name: str) -> None:
    """Show the fragment at `url_name` (reversed with the slot's arguments) in `slot`, after those already there."""
    names = _registry.setdefault(slot, [])
    if url_name not in names:
        names.append(url_name)


def url_names(slot: str) -> list[str]:
    """The fragments of `slot` in the order of their registration; none for an empty slot."""
    return list(_registry.get(slot, ()))
