"""Every text of the pages can be translated, and is."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from babel.messages.catalog import Message

from config import messages
from tests.architecture.tree import ROOT, modules

PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|%%|%[sdf]|\{\w*\}")
TRANSLATING = messages.KEYWORDS.keys() - {"Parameter"}

# What stands on pages as it is in every language, and on the design page.
NAMES = "Busbar CSV Deutsch English OCPP UTC URL V W Wh kW kWh A s ms min B 404 TLS PEM API QR Aa JSON SVG Atom"
SAMPLES = "Alfen Eve CP CP-0042 GroundFailure Rejected status"
WORDS = frozenset(f"{NAMES} {SAMPLES}".split())
TAG = re.compile(r"\{%.*?%\}|\{#.*?#\}|\{\{.*?\}\}", re.DOTALL)
TRANSLATED = re.compile(r"\{% blocktranslate.*?\{% endblocktranslate %\}", re.DOTALL)
COMMENT = re.compile(r"\{% comment %\}.*?\{% endcomment %\}|<!--.*?-->", re.DOTALL)
CODE = re.compile(r"<(code|kbd|style|script|svg)\b.*?</\1>", re.DOTALL)
# What machines say.
MACHINE = re.compile(r"""<(\w+)[^>]*class="[^"]*\b(?:mono|identity)\b[^"]*"[^>]*>[^<]*</\1>""")
SPOKEN = re.compile(r"""\b(?:title|alt|placeholder|aria-label|data-label|data-text-[\w-]+)=(?:"([^"]*)"|'([^']*)')""")
# A block that names a class.
CLASS = re.compile(r"\{% block width %\}.*?\{% endblock %\}")
# What is taken from elsewhere.
PLAIN = {"templates/drf_spectacular/swagger_ui.html"}


@pytest.fixture(scope="module")
def wanted():
    return messages.collected()


@pytest.fixture(params=messages.catalogues(), ids=lambda path: path.parts[-3])
def catalogue(request):
    return messages.catalogue(request.param)


def forms(message: Message) -> tuple[str, ...]:
    return message.string if isinstance(message.string, tuple | list) else (message.string,)


def texts(message: Message) -> tuple[str, ...]:
    return message.id if isinstance(message.id, tuple | list) else (message.id,)


def test_every_text_is_translated(catalogue, wanted):
    found = {message.id: catalogue.get(texts(message)[0], message.context) for message in wanted if message.id}
    missing = [
        text for text, known in found.items() if known is None or known.fuzzy or not messages.is_translated(known)
    ]
    assert missing == [], "Run `make messages` and translate these: docs/texts.md."


def test_no_translation_has_outlived_its_text(catalogue, wanted):
    kept = {(texts(message)[0], message.context) for message in wanted}
    assert [message.id for message in catalogue if (texts(message)[0], message.context) not in kept] == []
    assert not catalogue.obsolete


def test_a_translation_has_the_placeholders_of_its_text(catalogue):
    wrong = [
        (text, form)
        for message in catalogue
        if message.id
        for text, form in zip(texts(message), forms(message), strict=True)
        if form and sorted(PLACEHOLDER.findall(text)) != sorted(PLACEHOLDER.findall(form))
    ]
    assert wrong == []


def test_what_translates_goes_by_a_name_that_is_collected():
    aliases = {
        alias.asname
        for path in modules()
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.ImportFrom) and node.module == "django.utils.translation"
        for alias in node.names
        if alias.asname
    }
    assert aliases <= {"_"}


def test_what_is_translated_is_a_literal():
    """An f-string in `_()` is a text that nobody collects."""
    composed = [
        f"{path.relative_to(ROOT)}:{call.lineno}"
        for path in modules()
        if path.parts[len(ROOT.parts)] != "tests"
        for call in ast.walk(ast.parse(path.read_text()))
        if isinstance(call, ast.Call)
        and isinstance(call.func, ast.Name)
        and call.func.id in TRANSLATING
        and call.args
        and isinstance(call.args[0], ast.JoinedStr | ast.BinOp)
    ]
    assert composed == []


def seen(template: str) -> Iterator[str]:
    """What a template shows outside of its translations: its texts, and attributes that are read or shown."""
    bare = CODE.sub(" ", CLASS.sub(" ", COMMENT.sub(" ", TRANSLATED.sub(" ", template))))
    bare = MACHINE.sub(" ", TAG.sub(" ", bare))
    for match in SPOKEN.finditer(bare):
        yield match[1] or match[2] or ""
    yield re.sub(r"<[^>]*>", " ", bare)


@pytest.mark.parametrize("path", sorted((ROOT / "templates").rglob("*.html")), ids=lambda path: path.name)
def test_a_template_shows_no_text_that_cannot_be_translated(path: Path):
    if path.relative_to(ROOT).as_posix() in PLAIN:
        pytest.skip("shows no text of its own")
    found = {word for text in seen(path.read_text()) for word in re.findall(r"[^\W\d_][\w&;.-]*", text)}
    assert {word for word in found if word.strip(".;") not in WORDS and not word.startswith("&")} == set()
