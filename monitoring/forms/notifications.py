"""Forms of channels and of what a person wants to be told of."""

from typing import Any
from zoneinfo import available_timezones

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from monitoring.models import Channel, Notification, NotificationPreference
from stations.forms.filters import DaysFilter
from stations.models import Site

# A list of thousands is none to choose from.
SITES_OFFERED = 100
_TIME = {"type": "time"}


def zones() -> list[str]:
    """Names of time zones as people know them: a continent and a city."""
    return ["UTC", *sorted(name for name in available_timezones() if "/" in name and not name.startswith("Etc/"))]


class SitesField(forms.ModelMultipleChoiceField):  # type: ignore[type-arg]
    """Some sites; none chosen stands for all."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            Site.objects.none(), required=False, label=_("Sites"), help_text=_("None chosen: all of them."), **kwargs
        )
        self.widget = forms.CheckboxSelectMultiple()

    def offer(self, sites: QuerySet[Site]) -> None:
        self.queryset = sites
        self.widget.choices = self.choices = [(site.pk, str(site)) for site in sites[:SITES_OFFERED]]


class PreferenceForm(forms.ModelForm):  # type: ignore[type-arg]
    sites = SitesField()

    class Meta:
        model = NotificationPreference
        fields = (
            *("wants", "least_severity", "by_email", "timezone", "quiet_from", "quiet_until", "critical_wakes"),
            *("on_call_wakes", "sites"),
        )
        labels = {
            "wants": _("Tell me of"),
            "least_severity": _("If it is at least"),
            "by_email": _("By email"),
            "timezone": _("My time zone"),
            "quiet_from": _("Quiet from"),
            "quiet_until": _("Quiet until"),
            "critical_wakes": _("Critical incidents may wake me"),
            "on_call_wakes": _("When it is my turn, quiet hours do not count"),
        }
        help_texts = {
            "least_severity": _("Holds for “All incidents”. What your turn on call brings is always told."),
            "quiet_until": _("What comes in between is told in one message when the quiet hours end."),
        }
        widgets = {
            "wants": forms.RadioSelect,
            "quiet_from": forms.TimeInput(_TIME, format="%H:%M"),
            "quiet_until": forms.TimeInput(_TIME, format="%H:%M"),
        }

    def __init__(self, sites: QuerySet[Site], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{**kwargs, "auto_id": "preference-%s"})
        chosen: Any = self.fields["sites"]
        chosen.offer(sites)
        self.fields["timezone"] = forms.ChoiceField(
            choices=[(name, name) for name in zones()], label=_("My time zone"), initial="UTC"
        )
        self.order_fields([*self.Meta.fields])

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        if (values.get("quiet_from") is None) != (values.get("quiet_until") is None):
            self.add_error("quiet_until", _("Say both, from when and until when, or neither."))
        return values

    def values(self) -> dict[str, Any]:
        """Of a valid form, what is stored in the row itself."""
        return {name: value for name, value in self.cleaned_data.items() if name != "sites"}


class ChannelForm(forms.ModelForm):  # type: ignore[type-arg]
    """A channel of one kind. `is_shared`: of an organization."""

    url = forms.CharField(max_length=2000, label=_("Address"), widget=forms.TextInput({"autocomplete": "off"}))
    sites = SitesField()

    class Meta:
        model = Channel
        fields = ("name", "addresses", "url", "least_severity", "is_subscribed", "most", "is_active", "sites")
        labels = {
            "name": _("Name"),
            "addresses": _("Email addresses"),
            "least_severity": _("If it is at least"),
            "is_subscribed": _("Told of every incident"),
            "most": _("Messages in ten minutes at most"),
            "is_active": _("In use"),
        }
        help_texts = {
            "addresses": _("One in a line."),
            "is_subscribed": _("Else only where an escalation policy names it."),
            "most": _("What is more comes as one digest."),
            "least_severity": "",
        }
        widgets = {"addresses": forms.Textarea({"rows": 3})}

    def __init__(self, sites: QuerySet[Site], kind: str, *args: Any, is_shared: bool, **kwargs: Any) -> None:
        super().__init__(*args, **{**kwargs, "auto_id": "channel-%s"})
        chosen: Any = self.fields["sites"]
        chosen.offer(sites)
        self.fields["most"].widget.attrs |= {"min": 1, "max": 1000}
        dropped = ["url"] if kind == Channel.Kind.EMAIL else ["addresses"]
        dropped += [] if is_shared else ["sites", "is_subscribed"]
        for name in dropped:
            del self.fields[name]
        if "addresses" in self.fields:
            self.fields["addresses"].required = True
        if "url" in self.fields:
            self._explain_url(kind)

    def _explain_url(self, kind: str) -> None:
        field = self.fields["url"]
        field.required = self.instance.pk is None
        field.help_text = (
            _("Begins with https://. JSON is posted to it, signed.")
            if kind == Channel.Kind.WEBHOOK
            else _("As apprise writes it, such as slack://…, tgram://…, pagerduty://… or twilio://….")
        )
        if self.instance.pk is not None:
            field.label = _("New address")
            field.help_text = _("Empty: it stays as it is, %(hint)s.") % {"hint": self.instance.hint}

    def values(self) -> dict[str, Any]:
        """Of a valid form, what is stored in the row itself."""
        return {name: value for name, value in self.cleaned_data.items() if name not in ("sites", "url")}


class LogFilter(DaysFilter):
    """The delivery log."""

    state = forms.ChoiceField(
        choices=[("", _("Any outcome")), *Notification.State.choices], required=False, label=_("Outcome")
    )
    change = forms.ChoiceField(
        choices=[("", _("Any change")), *Notification.Change.choices], required=False, label=_("What happened")
    )
