"""Labels as a PDF: eight on an A4 sheet, 99.1 by 67.7 mm each, as sheets of blank labels are sold."""

from collections.abc import Iterator, Sequence
from itertools import groupby

import segno
from django.contrib.staticfiles import finders
from django.utils.translation import gettext as _
from fpdf import FPDF

from stations.selectors.labels import Label

ACROSS, DOWN = 2, 4
# All in millimetres.
WIDTH, HEIGHT = 99.1, 67.7
LEFT, TOP, GAP = 4.65, 13.1, 2.5
MARGIN, CODE = 6.0, 44.0
# The console's own fonts; what one lacks another may have.
_FONTS = {"latin": "vendor/inter-latin.woff2", "more": "vendor/inter-latin-ext.woff2"}


def sheet(labels: Sequence[Label]) -> bytes:
    """The PDF."""
    pdf = FPDF(format="A4")
    pdf.set_auto_page_break(False)
    for family, name in _FONTS.items():
        pdf.add_font(family, fname=str(finders.find(name)))
    pdf.set_fallback_fonts([family for family in _FONTS if family != "latin"])
    for number, label in enumerate(labels):
        place = number % (ACROSS * DOWN)
        if place == 0:
            pdf.add_page()
        row, column = divmod(place, ACROSS)
        _draw(pdf, label, LEFT + column * (WIDTH + GAP), TOP + row * HEIGHT)
    return bytes(pdf.output())


def _draw(pdf: FPDF, label: Label, x: float, y: float) -> None:
    for left, top, width, height in squares(label.address, CODE):
        pdf.rect(x + MARGIN + left, y + MARGIN + top, width, height, style="F")
    words = x + MARGIN + CODE + 5
    width = WIDTH - MARGIN - CODE - 5 - MARGIN
    _write(pdf, (words, y + 8), 10, label.station.site.name, width)
    _write(pdf, (words, y + 15), 34, str(label.evse.number), width)
    _write(pdf, (words, y + 31), 12, label.name, width)
    _write(pdf, (words, y + 39), 12, label.code, width)
    if label.helpline:
        _write(pdf, (x + MARGIN, y + 56), 11, _("Help: %(phone)s") % {"phone": label.helpline}, WIDTH - 2 * MARGIN)


def _write(pdf: FPDF, at: tuple[float, float], size: float, text: str, width: float) -> None:
    """One line, smaller where it would be too long."""
    pdf.set_font("latin", size=size)
    while size > 5 and pdf.get_string_width(text) > width:
        size -= 0.5
        pdf.set_font_size(size)
    pdf.set_xy(*at)
    pdf.cell(text=text, w=width, h=size * 0.45)


def squares(address: str, size: float) -> Iterator[tuple[float, float, float, float]]:
    """What is black in a QR code of this size without its margin: left, top, width and height."""
    matrix = segno.make_qr(address, error="m").matrix
    module = size / len(matrix)
    for row, modules in enumerate(matrix):
        column = 0
        for is_black, run in groupby(modules):
            length = len(list(run))
            if is_black:
                yield column * module, row * module, length * module, module
            column += length
