"""Forms of maintenance plans and checklists."""

from datetime import datetime, time
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from monitoring.domain.checklists import Kind
from monitoring.forms.work_orders import offer_sites
from monitoring.models import Checklist, MaintenancePlan, Severity
from stations.models import Station

ROWS_MORE = 3
KIND_CHOICES = [
    (Kind.CHECK.value, _("Yes or no")),
    (Kind.NUMBER.value, _("Number")),
    (Kind.TEXT.value, _("Text")),
    (Kind.PHOTO.value, _("Photo")),
]


class PlanForm(forms.Form):
    """What is done how often, to which stations."""

    organization: Any = forms.ModelChoiceField(queryset=None, empty_label=None, label=_("Organization"))
    title = forms.CharField(max_length=120, label=_("What is done"))
    description = forms.CharField(
        required=False,
        max_length=5000,
        label=_("How it is done"),
        help_text=_("Stands in the work order."),
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    every = forms.IntegerField(min_value=1, max_value=10_000_000, label=_("Every"))
    measure = forms.ChoiceField(choices=MaintenancePlan.Measure.choices, label=_("Counted in"))
    lead_days = forms.IntegerField(
        min_value=0,
        max_value=365,
        initial=14,
        label=_("Days ahead"),
        help_text=_("A work order is made so long before."),
    )
    counted_from = forms.DateField(
        label=_("Counted from"),
        help_text=_("Where nothing was done by this plan yet."),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    site: Any = forms.ModelChoiceField(queryset=None, required=False, empty_label=_("All sites"), label=_("Site"))
    vendor = forms.CharField(required=False, max_length=50, label=_("Vendor"))
    model = forms.CharField(required=False, max_length=50, label=_("Model"))
    stations = forms.CharField(
        required=False,
        max_length=5000,
        label=_("Only these stations"),
        help_text=_("Their identities, one on each line."),
        widget=forms.Textarea(attrs={"rows": 2, "spellcheck": "false"}),
    )
    checklist: Any = forms.ModelChoiceField(
        queryset=None,
        required=False,
        empty_label=_("None"),
        label=_("Checklist"),
        help_text=_("Filled in at the work."),
    )
    is_active = forms.BooleanField(required=False, initial=True, label=_("In force"))

    def __init__(self, *args: Any, organizations: Any, sites: Any, checklists: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{**kwargs, "auto_id": "plan-%s"})
        fields: dict[str, Any] = self.fields
        fields["organization"].queryset, fields["checklist"].queryset = organizations, checklists
        fields["site"].queryset = sites
        offer_sites(fields["site"], sites, self.data.get("site") or self.initial.get("site"))
        self.only = organizations[0] if len(organizations) == 1 else None
        if self.only is not None:
            del self.fields["organization"]

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        owner = self.only or values.get("organization")
        if values.get("counted_from"):
            values["counted_from"] = timezone.make_aware(datetime.combine(values["counted_from"], time.min))
        wanted = values.get("stations", "").split()
        found = list(Station.objects.filter(identity__in=wanted, site__organization=owner).select_related("site"))
        if missing := sorted(set(wanted) - {station.identity for station in found}):
            self.add_error("stations", _("Not known: %(names)s") % {"names": ", ".join(missing[:5])})
        values["stations"] = found
        return values

    @staticmethod
    def shown(plan: MaintenancePlan) -> dict[str, Any]:
        names = ("title", "description", "every", "measure", "lead_days", "vendor", "model", "is_active")
        return {
            **{name: getattr(plan, name) for name in names},
            "site": plan.site_id,
            "checklist": plan.checklist_id,
            "counted_from": plan.counted_from.date(),
            "stations": "\n".join(station.identity for station in plan.stations.all()),
        }


class ChecklistForm(forms.Form):
    organization: Any = forms.ModelChoiceField(queryset=None, empty_label=None, label=_("Organization"))
    title = forms.CharField(max_length=120, label=_("Title"))
    description = forms.CharField(
        required=False, max_length=2000, label=_("What it is for"), widget=forms.Textarea(attrs={"rows": 2})
    )
    is_active = forms.BooleanField(required=False, initial=True, label=_("Offered at stations"))

    def __init__(self, *args: Any, organizations: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{**kwargs, "auto_id": "checklist-%s"})
        field: Any = self.fields["organization"]
        field.queryset = organizations
        self.only = organizations[0] if len(organizations) == 1 else None
        if self.only is not None:
            del self.fields["organization"]


class ItemForm(forms.Form):
    """One item; one without a text is none."""

    key = forms.SlugField(required=False, max_length=40, widget=forms.HiddenInput)
    text = forms.CharField(required=False, max_length=300, label=_("What is looked at"))
    kind = forms.ChoiceField(choices=KIND_CHOICES, label=_("Answer"))
    unit = forms.CharField(required=False, max_length=12, label=_("Unit"))
    minimum = forms.DecimalField(required=False, max_digits=12, label=_("From"))
    maximum = forms.DecimalField(required=False, max_digits=12, label=_("To"))
    severity = forms.TypedChoiceField(choices=Severity.choices, coerce=int, initial=2, label=_("If it fails"))
    required = forms.BooleanField(required=False, initial=True, label=_("Has to be answered"))

    def values(self, number: int) -> dict[str, Any]:
        """As monitoring.domain.checklists reads it."""
        values = dict(self.cleaned_data)
        for name in ("minimum", "maximum"):
            values[name] = None if values[name] is None else str(values[name])
        return {**values, "key": values["key"] or f"item-{number}"}


def item_forms(data: Any, checklist: Checklist | None) -> list[ItemForm]:
    """The items there are, and some empty ones."""
    known = checklist.items if checklist else []
    count = len(known) + ROWS_MORE
    if data is not None:
        text = data.get("items", "")
        count = min(int(text), 100) if text.isascii() and text.isdigit() and len(text) < 4 else count
    found = []
    for number in range(count):
        initial = known[number] if number < len(known) else {"kind": Kind.CHECK.value}
        found.append(ItemForm(data, prefix=f"item-{number}", initial=initial, auto_id="%s"))
    return found
