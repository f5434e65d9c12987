"""What all ways out have in common."""

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Message:
    """What is said, as each way out needs it. `key` is the same whenever the same message is sent again.

    `thread`: what messages that belong together share. `data`: the same for programs (JSON). `headers`: of a letter,
    beside those that every letter has.
    """

    key: str
    subject: str
    text: str
    html: str = ""
    thread: str = ""
    data: dict[str, Any] = field(default_factory=dict)
    headers: dict[str, str] = field(default_factory=dict)


class Undelivered(Exception):
    """It did not leave; says why, for a person, in English. `is_final`: to try again would change nothing."""

    def __init__(self, problem: str, *, is_final: bool = False) -> None:
        super().__init__(problem)
        self.is_final = is_final
