"""Forms of incidents and rules."""

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.formats import localize
from django.utils.translation import gettext_lazy as _

from drivers.models import User
from monitoring.models import Severity
from monitoring.rules.base import Rule, Threshold, rules
from monitoring.services.rule_settings import TIMING, Settings
from stations.forms.filters import SiteChoiceFilter


class IncidentFilter(SiteChoiceFilter):
    further = ("who", "rule")
    field_order = ("text", "state", "severity", "site")

    state = forms.ChoiceField(
        required=False,
        label=_("State"),
        choices=[
            ("", _("Open")),
            ("new", _("Nobody yet")),
            ("resolved", _("Resolved")),
            ("all", _("Any state")),
        ],
    )
    severity = forms.ChoiceField(
        required=False, label=_("Severity"), choices=[("", _("Any severity")), *Severity.choices]
    )
    who = forms.ChoiceField(
        required=False,
        label=_("Assigned to"),
        choices=[("", _("Anybody")), ("me", _("Me")), ("nobody", _("Nobody"))],
    )
    rule = forms.ChoiceField(required=False, label=_("Rule"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["rule"]
        field.choices = [("", _("Any rule")), *((name, rule.title) for name, rule in rules().items())]


class CommentForm(forms.Form):
    text = forms.CharField(
        max_length=4000, label=_("Comment"), widget=forms.Textarea(attrs={"rows": 3, "maxlength": 4000})
    )


class ResolveForm(forms.Form):
    text = forms.CharField(
        max_length=4000,
        label=_("What it was"),
        help_text=_("A word for whoever looks it up. What is still wrong stays as an alert, and is not told again."),
        widget=forms.Textarea(attrs={"rows": 3, "maxlength": 4000}),
    )


class AssignForm(forms.Form):
    """`people`: who may be asked."""

    to = forms.TypedChoiceField(required=False, label=_("Who takes care of it"), empty_value=None, coerce=int)

    def __init__(self, *args: Any, people: list[User], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["to"]
        field.choices = [("", _("Nobody")), *((person.pk, str(person)) for person in people)]


SNOOZES = {
    "30": (_("Half an hour"), timedelta(minutes=30)),
    "120": (_("Two hours"), timedelta(hours=2)),
    "480": (_("Eight hours"), timedelta(hours=8)),
    "1440": (_("A day"), timedelta(days=1)),
    "10080": (_("A week"), timedelta(days=7)),
}


class SnoozeForm(forms.Form):
    minutes = forms.ChoiceField(
        label=_("Say nothing of it for"),
        choices=[(key, label) for key, (label, _time) in SNOOZES.items()],
        widget=forms.RadioSelect,
        initial="120",
    )

    def until(self) -> datetime:
        return timezone.now() + SNOOZES[self.cleaned_data["minutes"]][1]


class RuleForm(forms.Form):
    """What a rule is to do at one place: fields left empty are as it is one level up, and say what that is."""

    is_on = forms.TypedChoiceField(
        required=False,
        label=_("The rule is"),
        coerce=lambda value: value == "on",
        empty_value=None,
    )

    def __init__(
        self, *args: Any, rule: Rule, settings: Settings, organization_id: int, site_id: int | None, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        own = settings.own(organization_id, site_id)
        upper = settings.is_on(organization_id, None) if site_id is not None else True
        usual = _("As usual: on") if upper else _("As usual: off")
        field: Any = self.fields["is_on"]
        field.choices = [("", usual), ("on", _("On")), ("off", _("Off"))]
        self.initial["is_on"] = "" if own is None or own.is_on is None else ("on" if own.is_on else "off")
        self.names = [threshold.name for threshold in rule.settable]
        for threshold in rule.settable:
            above = threshold.default if site_id is None else settings.value(threshold.name, organization_id, None)
            self.fields[threshold.name] = _field(threshold, above)
            self.initial[threshold.name] = own.values.get(threshold.name) if own else None
        self.timing_from = TIMING[0]


def _field(threshold: Threshold, above: Decimal) -> forms.DecimalField:
    """Empty it is what counts one level up, `above`."""
    usual = _("Empty: %(value)s") % {"value": localize(above.normalize())}
    return forms.DecimalField(
        required=False,
        min_value=threshold.least,
        max_value=threshold.most,
        max_digits=12,
        decimal_places=3,
        label=str(threshold.label) + (f" ({threshold.unit})" if threshold.unit else ""),
        help_text=f"{usual}. {threshold.about}" if threshold.about else usual,
    )
