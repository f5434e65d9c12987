"""The console's form of a charging profile: the usual ones; the REST API takes any."""

from datetime import UTC, datetime, time
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from stations.domain.charging_profile import Kind, Purpose, Recurrency, Unit
from stations.domain.times import render
from stations.forms.power_fields import PURPOSES

_OFFERED = (Purpose.STATION_MAX, Purpose.TX_DEFAULT, Purpose.TX)
_UNITS = [(Unit.AMPERE.value, _("A per phase")), (Unit.WATT.value, _("W in all"))]


class ProfileForm(forms.Form):
    """One limit, always or in some hours of each day. `values()` is what the service takes."""

    description = forms.CharField(max_length=200, label=_("Name"))
    purpose = forms.ChoiceField(choices=[(purpose.value, PURPOSES[purpose]) for purpose in _OFFERED], label=_("For"))
    limit = forms.FloatField(min_value=0, max_value=10_000_000, label=_("Limit"))
    unit = forms.ChoiceField(choices=_UNITS, label=_("Unit"))
    phases = forms.TypedChoiceField(
        choices=[("", _("As the station likes")), (1, "1"), (2, "2"), (3, "3")],
        coerce=int,
        empty_value=None,
        required=False,
        label=_("Phases"),
    )
    stack_level = forms.IntegerField(
        min_value=0,
        max_value=2**31 - 1,
        initial=0,
        label=_("Stack level"),
        help_text=_("Of several profiles for the same, the one of the highest level counts."),
    )
    begins = forms.TimeField(
        required=False,
        label=_("Each day from (UTC)"),
        widget=forms.TimeInput(attrs={"type": "time"}),
        help_text=_("Left empty, it limits at all times."),
    )
    ends = forms.TimeField(
        required=False, label=_("Each day until (UTC)"), widget=forms.TimeInput(attrs={"type": "time"})
    )
    organization: Any = forms.ModelChoiceField(queryset=None, label=_("Organization"))

    def __init__(self, organizations: Any, data: Any = None) -> None:
        super().__init__(data, auto_id="profile-%s")
        field: Any = self.fields["organization"]
        field.queryset, field.initial, field.empty_label = organizations, organizations.first(), None
        if len(organizations) == 1:
            field.widget = forms.HiddenInput()

    def clean(self) -> dict[str, Any]:
        found: dict[str, Any] = super().clean() or {}
        begins, ends = found.get("begins"), found.get("ends")
        if (begins is None) != (ends is None) or (begins is not None and begins == ends):
            self.add_error("ends", _("Give both times, and not the same."))
        return found

    def values(self) -> dict[str, Any]:
        """The profile as stations.services.charging_profiles.create takes it."""
        given = self.cleaned_data
        period = {"startPeriod": 0, "limit": given["limit"]}
        if given["phases"]:
            period["numberPhases"] = given["phases"]
        schedule: dict[str, Any] = {"chargingRateUnit": given["unit"], "chargingSchedulePeriod": [period]}
        kind = Kind.RELATIVE if given["purpose"] == Purpose.TX else Kind.ABSOLUTE
        if given["begins"] is not None:
            kind = Kind.RECURRING
            schedule |= _daily(given["begins"], given["ends"])
        elif kind == Kind.ABSOLUTE:
            schedule["startSchedule"] = render(timezone.now())
        return {
            "organization": given["organization"],
            "description": given["description"],
            "purpose": given["purpose"],
            "kind": kind,
            "recurrency": Recurrency.DAILY if kind == Kind.RECURRING else "",
            "stack_level": given["stack_level"],
            "schedules": [schedule],
        }


def _daily(begins: time, ends: time) -> dict[str, Any]:
    """From `begins` today on, for the time until `ends`, which may be tomorrow."""
    start = datetime.combine(timezone.now().date(), begins, tzinfo=UTC)
    seconds = (ends.hour * 60 + ends.minute - begins.hour * 60 - begins.minute) * 60
    return {"startSchedule": render(start), "duration": seconds % 86_400}
