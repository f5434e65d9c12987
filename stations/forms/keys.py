"""A new API key."""

from datetime import date, datetime, time, timedelta

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from drivers.domain.apikeys import Scope


class KeyForm(forms.Form):
    name = forms.CharField(
        max_length=80,
        label=_("Name"),
        help_text=_("What uses it, to know it again: such as “billing export”."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    scopes = forms.MultipleChoiceField(
        choices=[
            (Scope.READ.value, _("Read: look at everything that you may see")),
            (Scope.WRITE.value, _("Write: change what you may change")),
            (Scope.COMMAND.value, _("Command: send stations what you may send")),
        ],
        initial=[Scope.READ.value],
        label=_("What it may be used for"),
        widget=forms.CheckboxSelectMultiple,
    )
    until = forms.DateField(
        required=False,
        label=_("Last day"),
        help_text=_("In UTC. Left empty, it works until somebody revokes it."),
        widget=forms.DateInput(attrs={"type": "date"}),
    )

    def clean_until(self) -> date | None:
        until: date | None = self.cleaned_data["until"]
        if until is not None and until < timezone.now().date():
            raise forms.ValidationError(_("This day is over."))
        return until

    def expires_at(self) -> datetime | None:
        """Of a valid form: the first instant at which the key opens nothing."""
        until: date | None = self.cleaned_data["until"]
        return timezone.make_aware(datetime.combine(until + timedelta(days=1), time.min)) if until else None
