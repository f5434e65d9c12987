"""CSV as spreadsheets save and open it: any of their delimiters, columns by any of their names, and no formulas."""

import csv
import io
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from drivers.domain.phrases import Phrase

# A spreadsheet takes what begins so for a formula, and runs it (OWASP, CSV injection).
_FORMULAS = ("=", "+", "-", "@", "\t", "\r", "\n")


class Unreadable(Exception):
    """The file as a whole makes no sense; the text says why."""


@dataclass(frozen=True, slots=True)
class Line:
    """A row of the file: where it stands, and its cells by our names of the columns."""

    number: int
    cells: Mapping[str, str]


def defused(text: str) -> str:
    """As it may stand in a cell: an apostrophe before what a spreadsheet would run, and before one that would be taken
    for ours."""
    return f"'{text}" if text.startswith(_FORMULAS) or _is_defused(text) else text


def restored(cell: str) -> str:
    """The text behind `defused`."""
    return cell[1:] if _is_defused(cell) else cell


def _is_defused(cell: str) -> bool:
    return cell[:1] == "'" and cell[1:2] in ("'", *_FORMULAS)


def decode(content: bytes) -> str:
    """The text of a file: UTF-8 with or without a mark, else what Excel saves in Western Europe."""
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp1252", "replace")


def folded(text: str) -> str:
    """What is compared without regard to case and spaces."""
    return " ".join(text.lower().split())


def read(text: str, columns: Mapping[str, Collection[str]], *, needed: str, most: int) -> list[Line]:
    """Each line that is not empty. `columns`: ours → what it may be called; others are passed over.

    Raises Unreadable for a file without the column `needed`, without rows, or with more than `most`.
    """
    text = text.lstrip("\N{ZERO WIDTH NO-BREAK SPACE}").replace("\0", "")
    head = text.split("\n", 1)[0]
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=max(";,\t", key=head.count))
    try:
        names = [_column(cell, columns) for cell in next(reader, [])]
        lines = [(reader.line_num, cells) for cells in reader if any(cell.strip() for cell in cells)]
    except csv.Error as error:
        raise Unreadable(Phrase("This is no CSV file: %(error)s.", error=error)) from error
    if needed not in names:
        raise Unreadable(
            Phrase("The first line must name the columns, and one of them must be “%(needed)s”.", needed=needed)
        )
    if not lines:
        raise Unreadable(Phrase("The file has no rows below its first line."))
    if len(lines) > most:
        many = Phrase("The file has %(rows)d rows; %(most)d at a time are possible.", rows=len(lines), most=most)
        raise Unreadable(many)
    return [Line(number, _cells(names, cells)) for number, cells in lines]


def _column(title: str, columns: Mapping[str, Collection[str]]) -> str:
    return next((name for name, titles in columns.items() if folded(title) in titles), "")


def _cells(names: Sequence[str], cells: Sequence[str]) -> dict[str, str]:
    return {name: restored(cell.strip()).strip() for name, cell in zip(names, cells, strict=False) if name}
