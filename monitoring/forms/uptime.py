"""What pages of uptime are asked by, and what people say against a ledger."""

from datetime import date, datetime, time, timedelta
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from monitoring.domain.uptime import Cause, State, month_of
from monitoring.forms.exclusions import Moment
from monitoring.views.words import CAUSES
from stations.forms.filters import SiteChoiceFilter

MEASURES = (("nevi", _("NEVI (USA)")), ("uk", _("Reliability (UK)")), ("availability", _("Availability")))


class MonthField(forms.CharField):
    """“2026-11”, as a browser's month picker has it: the first day of the month."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            required=False, max_length=7, label=_("Month"), widget=forms.TextInput(attrs={"type": "month"})
        )

    def clean(self, value: Any) -> Any:
        text = super().clean(value)
        if not text:
            return None
        try:
            return datetime.strptime(text, "%Y-%m").date()  # noqa: DTZ007 - a month has no zone
        except ValueError as error:
            raise forms.ValidationError(_("A month is written 2026-11.")) from error


class UptimeFilter(SiteChoiceFilter):
    measure = forms.ChoiceField(choices=MEASURES, required=False, label=_("Figure"))
    month = MonthField()
    only_under = forms.BooleanField(required=False, label=_("Only those under target"))
    field_order = ("text", "measure", "month", "site", "only_under")


# As browsers want it, whatever the language is.
_DAY = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


class PortForm(forms.Form):
    """What the page of a port shows: of which month, of which day, and as it was known when."""

    month = MonthField()
    day = forms.DateField(required=False, label=_("Day"), widget=_DAY)
    as_of = forms.DateField(required=False, label=_("As known on"), widget=_DAY)

    def values(self, now: datetime) -> tuple[date, date, datetime | None]:
        """Month, day and the instant until which the ledger is read; nonsense counts as not given."""
        self.full_clean()
        today = now.date()
        month = self.cleaned_data.get("month") or month_of(now)
        day = min(self.cleaned_data.get("day") or today, today)
        as_of = self.cleaned_data.get("as_of")
        if as_of is None or as_of >= today:
            return min(month, month_of(now)), day, None
        end = datetime.combine(as_of + timedelta(days=1), time.min, tzinfo=now.tzinfo)
        return min(month, month_of(end)), min(day, as_of), end


class CorrectionForm(forms.Form):
    """What a person says against what the charger's signals tell."""

    start = Moment(label=_("From"))
    end = Moment(label=_("Until"))
    verdict = forms.ChoiceField(label=_("It was"))
    reason = forms.CharField(
        max_length=2000,
        min_length=10,
        label=_("Why"),
        help_text=_("What happened, and how you know."),
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    evidence = forms.CharField(
        max_length=2000,
        label=_("Evidence"),
        help_text=_("Where it can be seen: a document, a photo, a report."),
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    file = forms.FileField(
        label=_("File"),
        help_text=_("A notice, a report or a photo: PDF, JPEG, PNG, WebP or text, up to 10 MB."),
    )

    def __init__(self, *args: Any, zone: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        verdict: Any = self.fields["verdict"]
        outs = [(f"down:{cause}", CAUSES[cause]) for cause in Cause if cause is not Cause.WORKING]
        verdict.choices = [
            ("up:working", _("It worked")),
            *outs[:-2],
            ("", _("As the signals tell: take earlier corrections back")),
        ]
        verdict.required = False
        for name in ("start", "end"):
            field: Any = self.fields[name]
            field.zone = zone

    def state_and_cause(self) -> tuple[State | None, Cause | None]:
        """None, None: as the signals tell."""
        state, _colon, cause = self.cleaned_data["verdict"].partition(":")
        return (State(state), Cause(cause)) if state else (None, None)

    def clean(self) -> dict[str, Any]:
        values: dict[str, Any] = super().clean() or {}
        if values.get("end") and values["end"] > timezone.now():
            self.add_error("end", _("Only what is over can be corrected."))
        return values
