"""Filter bars of lists, kept in the URL."""

from datetime import datetime, time
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from stations.domain.commands import CommandKind, CommandState
from stations.domain.status import Availability
from stations.models import RefusedAttempt
from stations.selectors.glance import WORST_FIRST

SITES_OFFERED = 100
_ANY_STATUS = [("", _("Any status"))]
_PROTOCOL_CHOICES = [
    ("", _("Any protocol")),
    ("ocpp1.6", "OCPP 1.6"),
    ("ocpp2.0.1", "OCPP 2.0.1"),
    ("ocpp2.1", "OCPP 2.1"),
]


class Filter(forms.Form):
    """A filter bar: nonsense in the URL counts as not given. `values()` are the selector's arguments."""

    text = forms.CharField(required=False, max_length=80, label=_("Search"))
    text.widget = forms.TextInput(attrs={"type": "search", "placeholder": _("Search"), "autocomplete": "off"})

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs |= {"use_required_attribute": False, "auto_id": "filter-%s"}
        super().__init__(*args, **kwargs)

    def values(self) -> dict[str, Any]:
        """What was given and makes sense."""
        self.full_clean()
        return {name: value for name, value in self.cleaned_data.items() if value not in ("", None)}

    @property
    def is_active(self) -> bool:
        return bool(self.values())


class SiteChoiceFilter(Filter):
    """A filter with a choice among the viewer's sites; the view sets their queryset."""

    site: Any = forms.ModelChoiceField(queryset=None, required=False, empty_label=_("Any site"), label=_("Site"))

    def __init__(self, *args: Any, sites: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["site"]
        field.queryset = sites
        # A list of thousands is none to choose from, and takes longer than the page: the search finds their names.
        chosen = self.data.get("site", "")
        offered = list(sites[:SITES_OFFERED])
        if chosen.isascii() and chosen.isdigit() and int(chosen) not in {site.pk for site in offered}:
            offered += sites.filter(pk=int(chosen[:18]))
        field.choices = [("", field.empty_label), *((site.pk, str(site)) for site in offered)]


class StationFilter(SiteChoiceFilter):
    glance = forms.ChoiceField(required=False, label=_("Status"))
    protocol = forms.ChoiceField(choices=_PROTOCOL_CHOICES, required=False, label=_("Protocol"))
    connected = forms.TypedChoiceField(
        choices=[("", _("Connected or not")), ("true", _("Connected")), ("false", _("Not connected"))],
        coerce=lambda value: value == "true",
        empty_value=None,
        required=False,
        label=_("Connection"),
    )
    worst_first = forms.BooleanField(required=False, label=_("Worst first"))

    def __init__(self, *args: Any, words: dict[Availability, Any], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["glance"]
        field.choices = [*_ANY_STATUS, *((word.value, words[word]) for word in WORST_FIRST)]


class SessionFilter(SiteChoiceFilter):
    is_open = forms.TypedChoiceField(
        choices=[("", _("Running or ended")), ("true", _("Running")), ("false", _("Ended"))],
        coerce=lambda value: value == "true",
        empty_value=None,
        required=False,
        label=_("State"),
    )
    since = forms.DateField(required=False, label=_("From"), widget=forms.DateInput(attrs={"type": "date"}))
    until = forms.DateField(required=False, label=_("To"), widget=forms.DateInput(attrs={"type": "date"}))
    only_odd = forms.BooleanField(required=False, label=_("Odd ones"))

    def values(self) -> dict[str, Any]:
        """Days are days of UTC; the last one is included."""
        found = super().values()
        if "since" in found:
            found["since"] = timezone.make_aware(datetime.combine(found["since"], time.min))
        if "until" in found:
            found["until"] = timezone.make_aware(datetime.combine(found["until"], time.max))
        return found


class CommandFilter(Filter):
    kind = forms.ChoiceField(required=False, label=_("Command"))
    state = forms.ChoiceField(required=False, label=_("Outcome"))

    def __init__(
        self, *args: Any, kinds: dict[CommandKind, Any], states: dict[CommandState, Any], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        for name, empty, words in (("kind", _("Any command"), kinds), ("state", _("Any outcome"), states)):
            field: Any = self.fields[name]
            field.choices = [("", empty), *((key.value, word.label) for key, word in words.items())]


class RefusedFilter(Filter):
    reason = forms.ChoiceField(
        choices=[("", _("Any reason")), *RefusedAttempt.Reason.choices], required=False, label=_("Reason")
    )


class SecurityEventFilter(Filter):
    only_critical = forms.BooleanField(required=False, label=_("Critical only"))


class SiteFilter(Filter):
    pass
