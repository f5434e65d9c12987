"""An inspection as a PDF, on A4."""

from collections.abc import Sequence
from io import BytesIO

from django.contrib.staticfiles import finders
from django.core.files.storage import default_storage
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from fpdf import FPDF

from drivers.formats import zone_name
from monitoring.models import Inspection
from monitoring.selectors.inspections import Answered
from monitoring.views.inspection_wording import ANSWERS, VERDICTS

# All in millimetres.
MARGIN, PHOTO, SIGNATURE = 18.0, 52.0, 60.0
_FONTS = {"latin": "vendor/inter-latin.woff2", "more": "vendor/inter-latin-ext.woff2"}


def sheet(inspection: Inspection, answers: Sequence[Answered]) -> bytes:
    """The PDF."""
    pdf = FPDF(format="A4")
    pdf.set_margins(MARGIN, MARGIN)
    pdf.set_auto_page_break(True, MARGIN)
    for family, name in _FONTS.items():
        pdf.add_font(family, fname=str(finders.find(name)))
    pdf.set_fallback_fonts([family for family in _FONTS if family != "latin"])
    pdf.add_page()
    _line(pdf, inspection.title, 18)
    at = localtime(inspection.finished_at, inspection.site.zone)
    when = f"{date_format(at, 'SHORT_DATETIME_FORMAT')} {zone_name(at)}"
    _line(pdf, f"{inspection.site.name} · {inspection.station.identity} · {when}", 10)
    _line(pdf, _("Inspected by %(person)s") % {"person": inspection.by or "–"}, 10)
    failed = _("Failed items: %(n)d") % {"n": inspection.failed} if inspection.failed else _("Everything passed.")
    _line(pdf, failed, 12)
    for answer in answers:
        _answer(pdf, answer)
    if inspection.note:
        _line(pdf, inspection.note, 10)
    _signed(pdf, inspection)
    return bytes(pdf.output())


def _answer(pdf: FPDF, answer: Answered) -> None:
    pdf.ln(2)
    _line(pdf, f"{answer.item.text}", 11)
    value = str(ANSWERS.get(answer.value, answer.value))
    told = f"{value} {answer.item.unit}".strip() if value else ""
    words = [str(VERDICTS[answer.verdict].label), told, _limits(answer), answer.note]
    _line(pdf, " · ".join(word for word in words if word), 9)
    for photo in answer.photos:
        _picture(pdf, photo.thumbnail, PHOTO)


def _limits(answer: Answered) -> str:
    low, high = answer.item.minimum, answer.item.maximum
    limits = [f"≥ {low}" if low is not None else "", f"≤ {high}" if high is not None else ""]
    return " ".join(limit for limit in limits if limit)


def _signed(pdf: FPDF, inspection: Inspection) -> None:
    pdf.ln(6)
    if inspection.signature:
        _picture(pdf, inspection.signature, SIGNATURE)
    if inspection.signed_name:
        _line(pdf, _("Signed: %(name)s") % {"name": inspection.signed_name}, 10)


def _picture(pdf: FPDF, name: str, width: float) -> None:
    """A stored picture; one whose file is gone is left out."""
    if default_storage.exists(name):
        with default_storage.open(name) as file:
            pdf.image(BytesIO(file.read()), w=width)
        pdf.ln(2)


def _line(pdf: FPDF, text: str, size: float) -> None:
    pdf.set_font("latin", size=size)
    pdf.multi_cell(0, size * 0.5, text, new_x="LMARGIN", new_y="NEXT")
