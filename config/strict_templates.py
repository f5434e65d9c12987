"""An undefined variable in a template of ours is an error in tests; Django shows nothing in its place."""

import inspect
from pathlib import Path

from django.template.base import Node


class UndefinedVariable(Exception):
    """A template uses a variable that its context does not define."""


class Strict(str):
    """Django's `string_if_invalid` for tests. Templates outside `folder` (Django's and libraries') stay lenient."""

    folder: Path

    def __new__(cls, folder: Path) -> "Strict":
        strict = super().__new__(cls, "")
        strict.folder = folder
        return strict

    def __bool__(self) -> bool:
        return True

    def __contains__(self, text: object) -> bool:
        return text == "%s"

    def __mod__(self, variable: object) -> str:
        template = _template_being_rendered()
        if Path(template).is_relative_to(self.folder):
            raise UndefinedVariable(f"{template} uses “{variable}”, which is not defined there.")
        return ""


def _template_being_rendered() -> str:
    """The file of the innermost node being rendered; its context only knows the outermost."""
    frame = inspect.currentframe()
    while frame is not None:
        node = frame.f_locals.get("self")
        if isinstance(node, Node) and getattr(node, "origin", None):
            return str(node.origin.name)
        frame = frame.f_back
    return ""
