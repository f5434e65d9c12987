"""Filter bars of the lists of charging success."""

from datetime import date, timedelta
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from monitoring.models import Attempt
from monitoring.selectors.success import By
from stations.forms.filters import DaysFilter, SiteChoiceFilter

USUAL_DAYS = 30
# Of fewer attempts a rate says next to nothing.
USUAL_LEAST = 5
BY_LABELS = {
    By.EVSE: _("by EVSE"),
    By.STATION: _("by station"),
    By.SITE: _("by site"),
    By.MODEL: _("by model"),
    By.FIRMWARE: _("by firmware"),
    By.ORGANIZATION: _("by organization"),
}


def _beginning(label: Any) -> forms.CharField:
    return forms.CharField(required=False, max_length=50, label=label)


class SuccessFilter(SiteChoiceFilter):
    """What is broken down, and of which time."""

    further = ("least", "vendor", "model", "firmware")
    field_order = ("text", "by", "site", "days")

    by = forms.ChoiceField(required=False, label=_("Break down"), choices=list(BY_LABELS.items()))
    days = forms.TypedChoiceField(
        required=False,
        label=_("Time"),
        coerce=int,
        empty_value=None,
        choices=[("7", _("7 days")), ("", _("30 days")), ("90", _("90 days")), ("365", _("12 months"))],
    )
    least = forms.IntegerField(
        required=False,
        min_value=1,
        max_value=100_000,
        label=_("Least attempts"),
        help_text=_("What had fewer is left out; 5 if nothing is said."),
    )
    vendor = _beginning(_("Vendor"))
    model = _beginning(_("Model"))
    firmware = _beginning(_("Firmware"))

    def __init__(self, *args: Any, sites: Any, **kwargs: Any) -> None:
        super().__init__(*args, sites=sites, **kwargs)
        # To compare one organization with itself says nothing.
        if len(sites.order_by().values("organization").distinct()[:2]) < 2:
            by: Any = self.fields["by"]
            by.choices = [choice for choice in by.choices if choice[0] != By.ORGANIZATION]


class AttemptFilter(DaysFilter, SiteChoiceFilter):
    """Which attempts."""

    further = ("kind", "vendor", "model", "firmware", "evse")
    field_order = ("text", "only_failed", "outcome", "site", "since", "until")

    only_failed = forms.BooleanField(required=False, label=_("Failed ones"))
    outcome = forms.ChoiceField(required=False, label=_("Outcome"), choices=[("", _("Any outcome")), *Attempt.OUTCOMES])
    kind = forms.ChoiceField(required=False, label=_("Kind"), choices=[("", _("Any kind")), *Attempt.Kind.choices])
    vendor = _beginning(_("Vendor"))
    model = _beginning(_("Model"))
    firmware = _beginning(_("Firmware"))
    evse = forms.IntegerField(required=False, min_value=1, max_value=10_000, label=_("EVSE"))


def window(values: dict[str, Any]) -> tuple[date, date]:
    """The first and the last day (UTC) that the filter's values ask for."""
    today = timezone.now().date()
    return today - timedelta(days=int(values.get("days") or USUAL_DAYS) - 1), today
