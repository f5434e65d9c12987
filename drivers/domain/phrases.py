"""What code that knows no Django says to people: phrases and figures, in the reader's language by `str()`."""

from collections.abc import Callable
from typing import Any

_translate: Callable[[str], str] = str
_localize: Callable[[float, int], str] = "{0:.{1}f}".format


def speak_by(*, translate: Callable[[str], str], localize: Callable[[float, int], str]) -> None:
    """Tell phrases the reader's language: a template → its translation, a number and its decimals → as written."""
    global _translate, _localize
    _translate, _localize = translate, localize


class Phrase:
    """A template with named placeholders and what stands in for them, phrases and figures among it.

    The template is a literal, so that `make messages` finds it: Phrase("The key has %(bits)d bits.", bits=512).
    """

    __slots__ = ("params", "template")

    def __init__(self, template: str, /, **params: Any) -> None:
        self.template = template
        self.params = params

    def __str__(self) -> str:
        said = _translate(self.template)
        return said % self.params if self.params else said

    def __repr__(self) -> str:
        return f"Phrase({self.english!r})"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Phrase) and (self.template, self.params) == (other.template, other.params)

    def __hash__(self) -> int:
        return hash(self.template)

    def filled(self, **params: Any) -> "Phrase":
        """The same with something in its placeholders."""
        return Phrase(self.template, **params)

    @property
    def english(self) -> str:
        """For what is kept or logged, and read by who knows whom."""
        params = {name: getattr(value, "english", value) for name, value in self.params.items()}
        return self.template % params if params else self.template


def english(template: str, /, **params: Any) -> str:
    """For what is written down once for everybody: a row, a log. `drivers.reread` says it in the reader's language."""
    return Phrase(template, **params).english


class Figure:
    """A number that is written with so many decimals."""

    __slots__ = ("decimals", "value")

    def __init__(self, value: float, decimals: int = 0) -> None:
        self.value = value
        self.decimals = decimals

    def __str__(self) -> str:
        return _localize(self.value, self.decimals)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Figure) and (self.value, self.decimals) == (other.value, other.decimals)

    def __hash__(self) -> int:
        return hash((self.value, self.decimals))

    @property
    def english(self) -> str:
        return f"{self.value:.{self.decimals}f}"
