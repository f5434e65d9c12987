"""What is too much for one message is sent in several."""

from collections.abc import Iterator, Sequence
from typing import TypeVar

T = TypeVar("T")


def divide(
    items: Sequence[T], sizes: Sequence[int], *, max_items: int | None, max_bytes: int | None
) -> Iterator[list[T]]:
    """The items in order, in as few portions as fit; one that is too large by itself stands alone.

    `sizes`: of each item, in bytes. None: no limit.
    """
    portion: list[T] = []
    filled = 0
    for item, size in zip(items, sizes, strict=True):
        too_many = max_items is not None and len(portion) >= max(1, max_items)
        too_large = max_bytes is not None and filled + size > max_bytes
        if portion and (too_many or too_large):
            yield portion
            portion, filled = [], 0
        portion.append(item)
        filled += size
    if portion:
        yield portion
