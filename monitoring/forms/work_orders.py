"""Forms of work orders."""

from datetime import datetime, time
from decimal import Decimal
from typing import Any

from babel.numbers import get_currency_precision
from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from drivers.models import User
from monitoring.models import WorkOrder
from stations.forms.filters import SITES_OFFERED, SiteChoiceFilter
from stations.models import Site, Station


class WorkOrderFilter(SiteChoiceFilter):
    further = ("origin",)
    field_order = ("text", "state", "who", "site")

    state = forms.ChoiceField(
        choices=[
            ("", _("Open")),
            ("overdue", _("Overdue")),
            ("in_progress", _("In progress")),
            ("done", _("Done")),
            ("cancelled", _("Cancelled")),
            ("all", _("All")),
        ],
        required=False,
        label=_("State"),
    )
    who = forms.ChoiceField(
        choices=[("", _("Anybody's")), ("mine", _("Mine")), ("nobody", _("Nobody's"))], required=False, label=_("Whose")
    )
    origin = forms.ChoiceField(
        choices=[("", _("Any reason")), *WorkOrder.Origin.choices], required=False, label=_("Came from")
    )


class WorkOrderForm(forms.Form):
    """What is to be done, where, by whom and until when. `sites`: those where the viewer may make one."""

    site: Any = forms.ModelChoiceField(queryset=None, label=_("Site"))
    station: Any = forms.ModelChoiceField(
        queryset=None,
        required=False,
        to_field_name="identity",
        label=_("Station"),
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
        help_text=_("Its identity; left out: it is about the whole site."),
    )
    title = forms.CharField(max_length=200, label=_("What is to be done"))
    description = forms.CharField(
        required=False, max_length=5000, label=_("More about it"), widget=forms.Textarea(attrs={"rows": 4})
    )
    priority = forms.TypedChoiceField(
        choices=WorkOrder.Priority.choices, coerce=int, initial=WorkOrder.Priority.NORMAL, label=_("Priority")
    )
    due_on = forms.DateField(
        required=False,
        label=_("Due on"),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text=_("Until the end of that day at the site."),
    )
    assigned_to: Any = forms.ModelChoiceField(
        queryset=None, required=False, empty_label=_("Nobody yet"), label=_("Assigned to")
    )

    def __init__(self, *args: Any, sites: Any, stations: Any, people: Any, is_fixed: bool = False, **kw: Any) -> None:
        super().__init__(*args, **{**kw, "auto_id": "order-%s"})
        fields: dict[str, Any] = self.fields
        fields["assigned_to"].queryset = people
        if is_fixed:
            del self.fields["site"], self.fields["station"]
            return
        fields["site"].queryset, fields["station"].queryset = sites, stations
        offer_sites(fields["site"], sites, self.data.get("site") or self.initial.get("site"))

    def due_at(self, site: Site) -> datetime | None:
        day = self.cleaned_data["due_on"]
        return timezone.make_aware(datetime.combine(day, time(23, 59)), site.zone) if day else None

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        station: Station | None = values.get("station")
        site: Site | None = values.get("site")
        if station is not None and site is not None and station.site_id != site.pk:
            self.add_error("station", _("This station stands at another site."))
        return values


class OutcomeForm(forms.Form):
    """What was found, what helped, time and cost."""

    found = forms.ChoiceField(
        choices=[("", _("Not said")), *WorkOrder.Found.choices], required=False, label=_("What was wrong")
    )
    cured = forms.ChoiceField(
        choices=[("", _("Not said")), *WorkOrder.Cured.choices], required=False, label=_("What helped")
    )
    report = forms.CharField(
        required=False, max_length=5000, label=_("What was done"), widget=forms.Textarea(attrs={"rows": 3})
    )
    spent_minutes = forms.IntegerField(
        required=False, min_value=0, max_value=100_000, label=_("Time spent"), help_text=_("In minutes.")
    )
    cost = forms.DecimalField(required=False, min_value=0, max_digits=12, label=_("Cost"))

    def __init__(self, currency: str, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{**kwargs, "auto_id": "outcome-%s"})
        self.currency = currency
        self.fields["cost"].help_text = _("In %(currency)s, parts included.") % {"currency": currency}

    def values(self) -> dict[str, Any]:
        """As services.work_orders takes them: the cost in minor units."""
        values = dict(self.cleaned_data)
        cost: Decimal | None = values.pop("cost")
        digits = get_currency_precision(self.currency)
        values["cost_minor"] = None if cost is None else int(cost.scaleb(digits).to_integral_value())
        return values

    @classmethod
    def shown(cls, order: WorkOrder) -> dict[str, Any]:
        digits = get_currency_precision(order.currency or order.organization.currency)
        cost = None if order.cost_minor is None else Decimal(order.cost_minor).scaleb(-digits)
        names = ("found", "cured", "report", "spent_minutes")
        return {**{name: getattr(order, name) for name in names}, "cost": cost}


class NoteForm(forms.Form):
    text = forms.CharField(max_length=4000, label=_("Note"), widget=forms.Textarea(attrs={"rows": 2}))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{**kwargs, "auto_id": "note-%s"})


class PartForm(forms.Form):
    name = forms.CharField(max_length=120, label=_("Part"))
    number = forms.CharField(required=False, max_length=60, label=_("Part number"))
    quantity = forms.IntegerField(min_value=1, max_value=999, initial=1, label=_("How many"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{**kwargs, "auto_id": "part-%s"})


def offer_sites(field: Any, sites: Any, chosen: object) -> None:
    """The first sites, and the one that is chosen: a list of thousands is none to choose from."""
    offered = list(sites[:SITES_OFFERED])
    text = str(chosen or "")
    if text.isascii() and text.isdigit() and int(text) not in {site.pk for site in offered}:
        offered += sites.filter(pk=int(text[:18]))
    field.choices = [("", field.empty_label), *((site.pk, str(site)) for site in offered)]


def people_of(site: Site | None, found: Any) -> Any:
    """Nobody can be chosen before the site is known."""
    return found(site) if site is not None else User.objects.none()
