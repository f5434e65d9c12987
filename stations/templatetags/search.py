"""Results of a search as they are shown."""

import re

from django import template
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from stations.domain.search_text import loosely

register = template.Library()


@register.filter
def marked(text: object, query: str) -> SafeString:
    """The text with what was looked for in it marked: the whole, else each of its words."""
    shown = str(text)
    spans = _spans(shown, [query]) or _spans(shown, query.split())
    place, parts = 0, []
    for start, end in spans:
        parts += [(shown[place:start], shown[start:end])]
        place = end
    return format_html_join("", "{}<mark>{}</mark>", parts) + format_html("{}", shown[place:])


def _spans(text: str, looked_for: list[str]) -> list[tuple[int, int]]:
    """Where they stand, one after the other."""
    found: list[tuple[int, int]] = []
    patterns = "|".join(loosely(part) for part in looked_for if part)
    if patterns:
        found = [match.span() for match in re.finditer(patterns, text, re.IGNORECASE) if match.group()]
    return found
