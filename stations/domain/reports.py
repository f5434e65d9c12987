"""Reports in parts: which have come, and whether that is all (OCPP 2.x: requestId, seqNo, tbc)."""

from collections.abc import Iterable
from dataclasses import dataclass

# No station has more; one that counts further is broken or hostile.
MAX_PARTS = 10_000


@dataclass(frozen=True, slots=True)
class Parts:
    """The numbers of the parts that came, and that of the last one once it came. They count from 0."""

    numbers: frozenset[int] = frozenset()
    last: int | None = None

    @classmethod
    def of(cls, numbers: Iterable[int], last: int | None) -> "Parts":
        return cls(frozenset(numbers), last)

    def with_part(self, number: int, *, more_follow: bool) -> "Parts":
        """The same with one more part; one that came before changes nothing."""
        if not 0 <= number < MAX_PARTS:
            return self
        return Parts(self.numbers | {number}, self.last if more_follow else number)

    @property
    def are_all(self) -> bool:
        """Whether nothing is missing, in whatever order they came."""
        return self.last is not None and all(number in self.numbers for number in range(self.last + 1))
