"""The list of exclusions."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from django.http import HttpResponseBase, QueryDict
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from drivers.permissions import Viewer
from monitoring.forms.exclusions import ExclusionFilter
from monitoring.models import Exclusion
from monitoring.selectors.exclusions import find_exclusions, withdrawn_among
from monitoring.views.words import EXCLUSION_STATES, REASONS, WITHDRAWN
from stations.forms.filters import Filter
from stations.selectors import visible_sites
from stations.templatetags import console as shown
from stations.views.listing import Column, Listing, show
from stations.views.pages import ConsoleRequest, console
from stations.views.wording import Word


@dataclass(frozen=True, slots=True)
class Row:
    exclusion: Exclusion
    is_withdrawn: bool

    @property
    def state(self) -> Word:
        return WITHDRAWN if self.is_withdrawn else EXCLUSION_STATES[Exclusion.State(self.exclusion.state)]


def _subject(row: Row) -> str:
    return row.exclusion.subject


class ExclusionList(Listing[Exclusion, Row]):
    name = "exclusions"
    url_name = "monitoring:exclusion-list"
    title = _("Exclusions")
    about = _(
        "Times of outage that were outside of your control: a power cut, vandalism, announced maintenance. Each counts "
        "once a second person has approved it."
    )
    icon = "clock"
    nothing = _("No exclusions")
    nothing_about = _("None matches, or nobody has proposed one yet. Propose one on the uptime page of a port.")
    template = "monitoring/exclusion_list.html"
    is_live = False
    ids = {"exclusion_id": lambda row: row.exclusion.pk}
    columns = (
        Column("subject", _("Of what"), _subject, {"subject": _subject}, lambda row: row.exclusion.site.name),
        Column(
            "state", _("State"), lambda r: shown.badge(r.state), {"state": lambda r: r.exclusion.state}, is_state=True
        ),
        Column("reason", _("Reason"), lambda r: REASONS[r.exclusion.reason], {"reason": lambda r: r.exclusion.reason}),
        Column(
            "from",
            _("From"),
            lambda r: shown.at(r.exclusion.starts_at, r.exclusion.site),
            {"starts_at": lambda r: r.exclusion.starts_at},
            css="nowrap",
        ),
        Column(
            "until",
            _("Until"),
            lambda r: shown.at(r.exclusion.ends_at, r.exclusion.site),
            {"ends_at": lambda r: r.exclusion.ends_at},
            css="nowrap",
        ),
        Column(
            "author",
            _("Proposed by"),
            lambda r: r.exclusion.author or _("Busbar itself"),
            {"author": lambda r: r.exclusion.author.email if r.exclusion.author else ""},
            css="soft",
        ),
        Column(
            "reviewer",
            _("Reviewed by"),
            lambda r: r.exclusion.reviewed_by or "",
            {
                "reviewer": lambda r: r.exclusion.reviewed_by.email if r.exclusion.reviewed_by else "",
                "reviewed_at": lambda r: r.exclusion.reviewed_at,
                "is_withdrawn": lambda r: r.is_withdrawn,
            },
            css="soft",
        ),
        Column(
            "evidence",
            _("What shows it"),
            lambda r: shown.said(r.exclusion.evidence)[:160],
            {"evidence": lambda r: r.exclusion.evidence},
            css="soft",
            is_default=False,
        ),
    )

    def form(self, parameters: QueryDict, viewer: Viewer) -> Filter:
        return ExclusionFilter(parameters, sites=visible_sites(viewer))

    def find(self, viewer: Viewer, values: Mapping[str, Any]) -> QuerySet[Exclusion]:
        return find_exclusions(viewer, **values).order_by("-id")

    def rows(self, viewer: Viewer, found: Sequence[Exclusion]) -> list[Row]:
        withdrawn = withdrawn_among(found)
        return [Row(exclusion, exclusion.pk in withdrawn) for exclusion in found]

    def url(self, row: Row) -> str:
        return reverse("monitoring:exclusion", args=[row.exclusion.pk])


EXCLUSIONS = ExclusionList()


@console
def exclusion_list(request: ConsoleRequest) -> HttpResponseBase:
    """Exclusions, filtered by what the URL says."""
    return show(request, EXCLUSIONS)
