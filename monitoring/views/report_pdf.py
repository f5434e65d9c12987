"""Reports on paper: A4, the console's own fonts, figures as text that can be copied."""

from collections.abc import Sequence

from django.contrib.staticfiles import finders
from django.utils.formats import date_format, number_format
from django.utils.translation import gettext as _
from fpdf import FPDF
from fpdf.enums import XPos, YPos
from fpdf.fonts import FontFace

from monitoring.domain.uptime import NEVI_TARGET, UK_TARGET, uk_reliability
from monitoring.models import Exclusion
from monitoring.selectors.site_report import SiteReport
from monitoring.selectors.uptime import UkYear
from monitoring.views.lists.uptime import minutes, percent
from monitoring.views.words import CAUSES, EXCLUSION_STATES, REASONS
from stations.templatetags.console import clock

_FONTS = {"latin": "vendor/inter-latin.woff2", "more": "vendor/inter-latin-ext.woff2"}
# Millimetres, and grey of what is said in passing.
MARGIN, LINE, QUIET = 18.0, 5.2, 110
# No page of paper is read that lists more; the CSV has them all.
MOST_ROWS = 2000


class Paper(FPDF):
    """With the number of each page at its foot."""

    def __init__(self, title: str) -> None:
        super().__init__(format="A4")
        self.set_title(title)
        self.set_margins(MARGIN, MARGIN, MARGIN)
        self.set_auto_page_break(True, MARGIN)
        for family, name in _FONTS.items():
            self.add_font(family, fname=str(finders.find(name)))
        self.set_fallback_fonts([family for family in _FONTS if family != "latin"])
        self.add_page()
        self.heading(title, 17)

    def footer(self) -> None:
        self.set_y(-12)
        self.set_font("latin", size=8)
        self.set_text_color(QUIET)
        self.cell(text=_("Page %(page)s") % {"page": self.page_no()})
        self.set_text_color(0)

    def heading(self, text: str, size: float = 12) -> None:
        self.set_font("latin", size=size)
        self.multi_cell(0, size * 0.5, text, new_x=XPos.LMARGIN, new_y=YPos.NEXT)
        self.ln(1.5)

    def words(self, text: str) -> None:
        self.set_font("latin", size=9)
        self.multi_cell(0, LINE - 0.6, text, new_x=XPos.LMARGIN, new_y=YPos.NEXT)
        self.ln(2)

    def rows(self, heads: Sequence[str], rows: Sequence[Sequence[str]], widths: Sequence[float]) -> None:
        """A table; `widths` are shares. Its head is said again on each page."""
        self.set_font("latin", size=8)
        with self.table(
            col_widths=tuple(widths),
            line_height=LINE,
            borders_layout="HORIZONTAL_LINES",
            padding=0.6,
            headings_style=FontFace(color=QUIET),
        ) as table:
            for cells in [heads, *rows[:MOST_ROWS]]:
                row = table.row()
                for cell in cells:
                    row.cell(cell)
        self.ln(4)

    def columns_of(self, labels: Sequence[str], values: Sequence[float | None], floor: float) -> None:
        """A chart of percents as columns, from `floor` up to 100; each column is labelled with its value."""
        width, height = (self.w - 2 * MARGIN) / max(len(values), 1), 30.0
        top = self.get_y()
        self.set_font("latin", size=6.5)
        for number, (label, value) in enumerate(zip(labels, values, strict=True)):
            left = MARGIN + number * width
            tall = height * max((max(value or floor, floor) - floor) / (100 - floor), 0.01) if value is not None else 0
            self.set_fill_color(70, 120, 100)
            self.rect(left + width * 0.15, top + height - tall + 4, width * 0.7, tall, style="F")
            self.set_xy(left, top + height - tall)
            self.cell(width, 4, "–" if value is None else number_format(int(value * 100) / 100, 2), align="C")
            self.set_xy(left, top + height + 4.5)
            self.cell(width, 4, label, align="C")
        self.set_xy(MARGIN, top + height + 12)


def site_pdf(report: SiteReport) -> bytes:
    """A site's month."""
    month = date_format(report.month, "YEAR_MONTH_FORMAT")
    paper = Paper(_("Uptime of %(site)s, %(month)s") % {"site": report.site.name, "month": month})
    paper.words(
        _("%(organization)s · %(address)s · up to %(through)s")
        % {
            "organization": report.site.organization.name,
            "address": ", ".join(part for part in (report.site.address, report.site.city) if part) or report.site.name,
            "through": clock(report.through, report.site),
        }
    )
    paper.heading(_("Figures"))
    heads = [_("Port"), _("This month"), _("NEVI, 12 months"), _("Outage"), _("Of it excluded")]
    rows = [
        [
            str(figures.port),
            percent(figures.month_availability),
            percent(figures.nevi.uptime),
            minutes(figures.month_nevi_outage),
            minutes(figures.month_nevi_excluded),
        ]
        for figures in report.ports
    ]
    paper.rows(heads, rows, (34, 15, 17, 17, 17))
    paper.heading(_("Availability month by month, in percent"))
    labels = [date_format(sums.month, "M y") for sums in report.months]
    paper.columns_of(labels, [sums.availability for sums in report.months], 90.0)
    paper.heading(_("Outages"))
    outages = [
        [
            str(port),
            clock(outage.start, report.site),
            minutes(outage.minutes),
            str(CAUSES[outage.cause]) + (f" ({outage.detail})" if outage.detail else ""),
            minutes(outage.excluded_minutes),
        ]
        for port, outage in report.outages
    ]
    _table_or(paper, [_("Port"), _("From"), _("Duration"), _("Cause"), _("Excluded")], outages, (26, 24, 14, 24, 12))
    paper.heading(_("Exclusions"))
    claims = [
        [
            row.subject,
            str(REASONS[row.reason]),
            clock(row.starts_at, row.site),
            clock(row.ends_at, row.site),
            str(EXCLUSION_STATES[Exclusion.State(row.state)].label),
        ]
        for row in report.exclusions
    ]
    _table_or(paper, [_("Of what"), _("Reason"), _("From"), _("Until"), _("State")], claims, (24, 22, 20, 20, 14))
    paper.words(method())
    return bytes(paper.output())


def _table_or(paper: Paper, heads: Sequence[str], rows: Sequence[Sequence[str]], widths: Sequence[float]) -> None:
    if rows:
        paper.rows(heads, rows, widths)
    else:
        paper.words(_("None."))


def method() -> str:
    """How the figures are made, in plain words."""
    return _(
        "A port is up while its charger says that it works and it delivers. Silence for longer than the grace time is "
        "outage. NEVI is the uptime of 23 CFR 680.116(b): 525,600 minutes less outage that is not excluded, over "
        "twelve months; the target is %(nevi)s %%. Months are those of UTC."
    ) % {"nevi": number_format(NEVI_TARGET, 0)}


def uk_method() -> str:
    """How the UK's figure is made."""
    return _(
        "Public Charge Point Regulations 2023 (SI 2023/1168), regulation 7: rapid charge points (50 kW or more), in "
        "their opening hours, over the calendar year. Available, charging and reserved are reliable; inoperative and "
        "out of order are not; unknown leaves the measurement. R = reliable / (reliable + unreliable), averaged over "
        "the charge points; the target is %(target)s %%."
    ) % {"target": number_format(UK_TARGET, 0)}


def uk_pdf(year: UkYear, name: str) -> bytes:
    """The UK's yearly report of a network."""
    paper = Paper(_("Reliability of %(network)s, %(year)s") % {"network": name, "year": year.year})
    paper.words(uk_method())
    paper.heading(
        _("The network's reliability: %(figure)s (%(count)s rapid charge points)")
        % {"figure": percent(year.reliability), "count": len(year.points)}
    )
    rows = [
        [
            str(port),
            port.site.name if port.site else "",
            percent(uk_reliability(sums)),
            minutes(sums.reliable_s / 60),
            minutes(sums.unreliable_s / 60),
        ]
        for port, sums in year.points
    ]
    heads = [_("Charge point"), _("Site"), _("Reliability"), _("Reliable"), _("Unreliable")]
    _table_or(paper, heads, rows, (30, 28, 14, 14, 14))
    return bytes(paper.output())
