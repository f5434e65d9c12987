"""A quarter of the helpline on paper."""

from collections.abc import Sequence

from django.utils.translation import gettext as _

from monitoring.domain.helpline import Group, Report
from monitoring.views.helpline_wording import hours, method, minutes, percent, waited
from monitoring.views.report_pdf import Paper


def quarter_pdf(
    organization: str, quarter: str, found: Report, tables: Sequence[tuple[str, Sequence[tuple[str, Group]]]]
) -> bytes:
    """`tables`: each with its title, and its groups with their names."""
    paper = Paper(_("Helpline of %(organization)s, %(quarter)s") % {"organization": organization, "quarter": quarter})
    paper.words(method())
    paper.heading(_("Figures"))
    figures = [
        [_("Contacts"), str(found.total)],
        [_("Solved at once"), f"{found.at_once} ({percent(found.share_at_once)})"],
        [_("Median length"), minutes(found.median_minutes)],
        [_("Median wait until answered"), waited(found.median_waited_s)],
        [_("Median time until solved"), hours(found.median_hours_to_solve)],
    ]
    paper.rows([_("Figure"), _("Value")], figures, (60, 40))
    heads = [_("Contacts"), _("Solved at once"), _("Median length")]
    for title, groups in tables:
        paper.heading(title)
        rows = [[name, str(g.count), str(g.at_once), minutes(g.median_minutes)] for name, g in groups]
        paper.rows([title, *heads], rows, (46, 16, 20, 18)) if rows else paper.words(_("None."))
    return bytes(paper.output())
