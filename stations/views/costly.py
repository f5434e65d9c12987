"""What takes long to compute, computed once for all who look."""

import time
from collections.abc import Callable
from typing import TypeVar, cast

from django.core.cache import cache

T = TypeVar("T")

# An old value is shown for so long while somebody computes a new one.
_KEPT_S = 60
# Whoever computes has died after that.
_COMPUTED_WITHIN_S = 30


def shared(key: str, compute: Callable[[], T], *, fresh_s: float = 1) -> T:
    """The value of `compute`, at most `fresh_s` old, or ten times as old as it takes to compute: the larger a network,
    the less often. Only one computes at a time; others are shown the last value meanwhile."""
    known = cache.get(key)
    if known is not None and (time.time() < known[1] or not cache.add(f"{key}.busy", 1, _COMPUTED_WITHIN_S)):
        return cast(T, known[0])
    began = time.monotonic()
    try:
        value = compute()
        fresh_s = max(fresh_s, 10 * (time.monotonic() - began))
        cache.set(key, (value, time.time() + fresh_s), fresh_s + _KEPT_S)
    finally:
        cache.delete(f"{key}.busy")
    return value
