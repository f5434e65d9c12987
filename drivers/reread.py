"""Sentences that code has written into rows, once and in English, in the language of who reads them now."""

import re
from functools import lru_cache
from pathlib import Path

from babel.messages.mofile import read_mo
from django.conf import settings
from django.utils.translation import get_language, gettext

_PLACEHOLDER = re.compile(r"%\((\w+)\)[sd]")
_SENTENCES = re.compile(r"(?<=[.!?]) (?=[A-Z“])")
# A template with less than this beside its placeholders would fit anything.
_LEAST_LETTERS = 8


def reread(text: str) -> str:
    """`text` in the reader's language: as a whole, or else sentence by sentence. What nobody translated stays."""
    language = get_language() or settings.LANGUAGE_CODE
    if not text or language == settings.LANGUAGE_CODE:
        return text
    said = _said(text, language)
    if said is not None:
        return said
    sentences = _SENTENCES.split(text)
    return " ".join(_said(sentence, language) or sentence for sentence in sentences) if len(sentences) > 1 else text


# Lists show the same few again and again.
@lru_cache(maxsize=4096)
def _said(text: str, language: str) -> str | None:
    if (known := gettext(text)) != text:
        return known
    for pattern, template in _templates(language):
        if found := pattern.fullmatch(text):
            # A single word is one of the wire.
            return gettext(template) % {
                name: reread(value) if " " in value else value for name, value in found.groupdict().items()
            }
    return None


@lru_cache
def _templates(language: str) -> list[tuple[re.Pattern[str], str]]:
    """The texts of the catalogue that have placeholders, those that say most themselves first."""
    found: list[tuple[int, re.Pattern[str], str]] = []
    for path in settings.LOCALE_PATHS:
        compiled = Path(path) / language / "LC_MESSAGES" / "django.mo"
        if compiled.exists():
            with compiled.open("rb") as file:
                texts = [message.id for message in read_mo(file) if isinstance(message.id, str)]
            found += [row for text in texts if (row := _pattern(text))]
    found.sort(key=lambda row: -row[0])
    return [(pattern, text) for _weight, pattern, text in found]


def _pattern(text: str) -> tuple[int, re.Pattern[str], str] | None:
    names = _PLACEHOLDER.findall(text)
    weight = sum(letter.isalpha() for letter in _PLACEHOLDER.sub("", text))
    if not names or len(names) != len(set(names)) or weight < _LEAST_LETTERS:
        return None
    literals = [re.escape(part.replace("%%", "%")) for part in _PLACEHOLDER.split(text)[::2]]
    groups = [f"(?P<{name}>.*?)" for name in names]
    whole = literals[0] + "".join(group + literal for group, literal in zip(groups, literals[1:], strict=True))
    return weight, re.compile(whole, re.DOTALL), text
