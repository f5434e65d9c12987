"""What people say when they propose, judge or withdraw an exclusion, and filter them by."""

from datetime import datetime, tzinfo
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from monitoring.models import Exclusion
from stations.forms.filters import SiteChoiceFilter

_FORMAT = "%Y-%m-%dT%H:%M"
_TEXT = forms.Textarea(attrs={"rows": 4})


class Moment(forms.DateTimeField):
    """A time on the clock of a site: its form sets `zone`."""

    zone: tzinfo

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format=_FORMAT), **kwargs)

    def prepare_value(self, value: Any) -> Any:
        return value.astimezone(self.zone).strftime(_FORMAT) if isinstance(value, datetime) else value

    def to_python(self, value: Any) -> Any:
        with timezone.override(self.zone):
            return super().to_python(value)


class SpanForm(forms.Form):
    """Of what, and from when until when."""

    scope = forms.ChoiceField(label=_("Of what"), widget=forms.RadioSelect)
    starts_at = Moment(label=_("From"))
    ends_at = Moment(label=_("Until"))

    def __init__(self, *args: Any, zone: tzinfo, scopes: list[tuple[str, Any]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        scope: Any = self.fields["scope"]
        scope.choices = scopes
        self.initial.setdefault("scope", scopes[0][0])
        for name in ("starts_at", "ends_at"):
            field: Any = self.fields[name]
            field.zone = zone


class ProposalForm(SpanForm):
    """An exclusion: what was out, why that was outside the operator's control, and what shows it."""

    reason = forms.ChoiceField(choices=Exclusion.Reason.choices, label=_("Reason"))
    text = forms.CharField(
        max_length=4000,
        widget=_TEXT,
        label=_("What shows it"),
        help_text=_("Say how one can see that the port would otherwise have worked."),
    )
    file = forms.FileField(
        label=_("Evidence"),
        help_text=_("A notice, a report or a photo: PDF, JPEG, PNG, WebP or text, up to 10 MB."),
    )


class ReviewForm(forms.Form):
    note = forms.CharField(
        required=False,
        max_length=500,
        label=_("Note"),
        help_text=_("Needed where you reject it: the reason."),
        widget=forms.Textarea(attrs={"rows": 2}),
    )


class WithdrawalForm(forms.Form):
    text = forms.CharField(max_length=4000, label=_("Why it should not count"), widget=_TEXT)


class ExclusionFilter(SiteChoiceFilter):
    state = forms.ChoiceField(
        choices=[("", _("Any state")), *Exclusion.State.choices], required=False, label=_("State")
    )
    reason = forms.ChoiceField(
        choices=[("", _("Any reason")), *Exclusion.Reason.choices], required=False, label=_("Reason")
    )
    field_order = ("text", "state", "reason", "site")
