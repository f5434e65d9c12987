"""The catalogue of texts: collected from code and templates, kept in locale/<language>/LC_MESSAGES/django.po.

`python -m config.messages update` brings the catalogues up to date and lists what is not translated yet;
`python -m config.messages compile` makes the .mo files that Django reads.
"""

import os
import sys
from collections.abc import Iterable, Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

import django
from babel.messages.catalog import Catalog, Message
from babel.messages.extract import DEFAULT_KEYWORDS, extract, extract_python
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

from config.env import BASE_DIR

PACKAGES = ("config", "drivers", "stations", "billing", "firmware", "monitoring")
TEMPLATES = BASE_DIR / "templates"
CATALOGUES = BASE_DIR / "locale"

_LAZY: dict[str, Any] = {
    "gettext_noop": None,
    "gettext_lazy": None,
    "ngettext_lazy": (1, 2),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext_lazy": ((1, "c"), 2, 3),
    "Phrase": None,
    "english": None,
    # Its help.
    "Parameter": (3,),
}
KEYWORDS = DEFAULT_KEYWORDS | _LAZY


def collected() -> Catalog:
    """Every text of the project that can be translated."""
    found = Catalog(charset="utf-8")
    for path in sources():
        method: Any = template_texts if path.suffix in (".html", ".txt") else "python"
        with path.open("rb") as file:
            for _line, text, _comments, context in extract(method, file, KEYWORDS, options={"encoding": "utf-8"}):
                name = path.relative_to(BASE_DIR).as_posix()
                found.add(text, locations=[(name, 0)], context=context)
    return found


def sources() -> Iterator[Path]:
    """The files that may hold texts."""
    for package in PACKAGES:
        yield from (path for path in sorted((BASE_DIR / package).rglob("*.py")) if "migrations" not in path.parts)
    yield from (path for path in sorted(TEMPLATES.rglob("*")) if path.is_file())


def template_texts(file: Any, keywords: Any, comment_tags: Any, options: Any) -> Iterator[Any]:
    """A Babel extraction method for Django templates."""
    from django.utils.translation.template import templatize  # noqa: PLC0415 - wants settings

    # Django turns its tags into calls of gettext, and all else into X: lines that Python's tokens can be read of.
    lines = templatize(file.read().decode()).splitlines()
    calls = "\n".join(line.strip() for line in lines if "(" in line)
    yield from extract_python(BytesIO(calls.encode()), keywords, comment_tags, {"encoding": "utf-8"})


def catalogue(path: Path) -> Catalog:
    with path.open("rb") as file:
        return read_po(file, locale=path.parts[-3])


def catalogues() -> list[Path]:
    return sorted(CATALOGUES.glob("*/LC_MESSAGES/django.po"))


def update(path: Path) -> list[Message]:
    """Bring a catalogue in line with the sources: new texts are empty in it, and gone ones are gone. The empty ones."""
    known, new = catalogue(path), Catalog(locale=path.parts[-3], charset="utf-8", fuzzy=False)
    for message in collected():
        if message.id:
            told = known.get(message.id, message.context)
            # A text that got a plural is a new one.
            kept = told.string if told and told.pluralizable == message.pluralizable else ""
            new.add(message.id, kept, message.locations, context=message.context)
    text = BytesIO()
    write_po(text, new, width=120, omit_header=True, sort_output=True, no_location=True)
    path.write_bytes(HEADER.format(language=path.parts[-3], plural=new.plural_forms).encode() + text.getvalue())
    return [message for message in new if message.id and not is_translated(message)]


# Without dates and tools: a catalogue that says the same is the same file.
HEADER = """\
msgid ""
msgstr ""
"Language: {language}\\n"
"MIME-Version: 1.0\\n"
"Content-Type: text/plain; charset=utf-8\\n"
"Content-Transfer-Encoding: 8bit\\n"
"Plural-Forms: {plural}\\n"

"""


def is_translated(message: Message) -> bool:
    strings = message.string if isinstance(message.string, tuple) else (message.string,)
    return bool(strings) and all(strings)


def compile_all() -> None:
    """Write the .mo file of every catalogue that has changed, each as a whole."""
    for path in catalogues():
        compiled = path.with_suffix(".mo")
        if compiled.exists() and compiled.stat().st_mtime >= path.stat().st_mtime:
            continue
        draft = compiled.with_suffix(f".{os.getpid()}")
        with draft.open("wb") as file:
            write_mo(file, catalogue(path))
        draft.replace(compiled)


def main(arguments: Iterable[str]) -> int:
    match list(arguments):
        case ["update"]:
            os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
            django.setup()
            for path in catalogues():
                missing = update(path)
                for message in missing:
                    sys.stdout.write(f"{message.id!r}\n")
                sys.stdout.write(f"{path.relative_to(BASE_DIR)}: {len(missing)} not translated\n")
            compile_all()
        case ["compile"]:
            compile_all()
        case _:
            sys.stderr.write(f"{__doc__}\n")
            return 2
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
