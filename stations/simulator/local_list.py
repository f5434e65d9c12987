"""The local authorization list of a virtual charger."""

from collections.abc import Mapping
from dataclasses import dataclass, field

MOST = 500


@dataclass(slots=True)
class TokenList:
    """`tokens`: folded id → status. `version` 0: none installed."""

    version: int = 0
    tokens: dict[str, str] = field(default_factory=dict)

    def update(self, *, version: int, is_full: bool, entries: Mapping[str, str | None]) -> str:
        """Take an update, id → status, None to remove; the word of the answer."""
        if not is_full and version <= self.version:
            return "VersionMismatch"
        tokens = {} if is_full else dict(self.tokens)
        for token, status in entries.items():
            if status is None:
                tokens.pop(token.lower(), None)
            else:
                tokens[token.lower()] = status
        if len(tokens) > MOST:
            return "Failed"
        self.version, self.tokens = version, tokens
        return "Accepted"

    def accepts(self, token: str) -> bool:
        """Whether the list lets this token charge."""
        return self.tokens.get(token.lower()) == "Accepted"
