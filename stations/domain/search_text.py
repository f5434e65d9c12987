"""What people type to find something, or to have something done with it."""

import re
from collections.abc import Iterable, Mapping
from typing import TypeVar

K = TypeVar("K")
# Of a word that is not finished yet, so many letters tell it.
BEGUN = 3


def loosely(text: str) -> str:
    """A regular expression (of Python, PostgreSQL and SQLite with Django alike; match it without regard to case) for
    what `text` may mean: signs between letters and digits, and zeros before a number, may be there or not.

    “cp42” finds CP-0042, and so does “CP 042”. Text without a letter or digit stands for itself.
    """
    runs = re.findall(r"[^\W\d_]+|\d+", text)
    if not runs:
        return re.escape(text)
    return r"(?:\W|_)*".join(_number(run) if run.isdigit() else run for run in runs)


def meanings(text: str, phrases: Mapping[K, Iterable[str]]) -> list[tuple[K, str]]:
    """Whose phrases the text begins or ends with, and what else it says: “reset CP-0042” and “CP-0042 reset” alike. A
    phrase's last word may be just begun. What takes most of the text comes first.
    """
    words = text.split()
    found: list[tuple[int, int, K, str]] = []
    for key, said in phrases.items():
        rests = [rest for phrase in said for rest in _rests(words, phrase.casefold().split())]
        if rests:
            rest = min(rests, key=len)
            found.append((len(rest), len(found), key, " ".join(rest)))
    return [(key, rest) for _, _, key, rest in sorted(found, key=lambda one: one[:2])]


def _rests(words: list[str], phrase: list[str]) -> Iterable[list[str]]:
    size = len(phrase)
    if _is(words[:size], phrase):
        yield words[size:]
    if _is(words[-size:], phrase):
        yield words[:-size]


def _is(words: list[str], phrase: list[str]) -> bool:
    folded = [word.casefold() for word in words]
    if folded == phrase:
        return True
    is_begun = len(folded) == len(phrase) and folded[:-1] == phrase[:-1]
    return is_begun and len(folded[-1]) >= BEGUN and phrase[-1].startswith(folded[-1])


def _number(digits: str) -> str:
    return f"0*{digits.lstrip('0')}" if digits.strip("0") else "0+"
