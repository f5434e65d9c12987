"""Forms of the support desk."""

from decimal import Decimal
from typing import Any

from babel.numbers import get_currency_precision
from django import forms
from django.conf import settings
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from drivers.permissions import Viewer
from monitoring.domain.canned import PLACES, unknown_places
from monitoring.domain.sla import DEFAULT_TARGETS
from monitoring.forms.notifications import zones
from monitoring.models import CannedAnswer, Ticket
from stations.domain import opening_hours, opening_hours_text, public_codes
from stations.forms.filters import SiteChoiceFilter
from stations.models import Evse, Station
from stations.selectors import visible_stations

_LANGUAGES = [("", _("Not known")), *settings.LANGUAGES]


class TicketFilter(SiteChoiceFilter):
    further = ("category", "priority", "source", "refund")
    field_order = ("text", "state", "who", "site")

    state = forms.ChoiceField(
        required=False,
        label=_("State"),
        choices=[
            ("", _("Open and waiting")),
            ("open", _("Open")),
            ("waiting", _("Waiting for the driver")),
            ("overdue", _("Overdue")),
            ("resolved", _("Resolved")),
            ("closed", _("Closed")),
            ("all", _("Any state")),
        ],
    )
    who = forms.ChoiceField(
        required=False,
        label=_("Assigned to"),
        choices=[("", _("Anybody")), ("me", _("Me")), ("nobody", _("Nobody"))],
    )
    category = forms.ChoiceField(
        required=False, label=_("About"), choices=[("", _("Anything")), *Ticket.Category.choices]
    )
    priority = forms.ChoiceField(
        required=False, label=_("Priority"), choices=[("", _("Any priority")), *Ticket.Priority.choices]
    )
    source = forms.ChoiceField(required=False, label=_("Came by"), choices=[("", _("Any way")), *Ticket.Source.choices])
    refund = forms.BooleanField(required=False, label=_("A refund is to be decided"))


class SayForm(forms.Form):
    """What is written to the driver, or about the ticket."""

    text = forms.CharField(
        max_length=10_000, label=_("Your answer"), widget=forms.Textarea(attrs={"rows": 6, "maxlength": 10_000})
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{**kwargs, "auto_id": "say-%s"})


class _Contact(forms.Form):
    subject = forms.CharField(max_length=200, label=_("What it is about"))
    category = forms.ChoiceField(label=_("Kind"), choices=Ticket.Category.choices, initial=Ticket.Category.START)
    priority = forms.TypedChoiceField(
        label=_("Priority"), choices=Ticket.Priority.choices, coerce=int, initial=Ticket.Priority.NORMAL
    )
    contact_name = forms.CharField(required=False, max_length=120, label=_("Name"))
    contact_phone = forms.CharField(
        required=False, max_length=40, label=_("Phone"), widget=forms.TextInput(attrs={"type": "tel"})
    )
    contact_email = forms.EmailField(
        required=False, max_length=254, label=_("Email"), help_text=_("Answers go there; without one you call back.")
    )
    language = forms.ChoiceField(required=False, label=_("Language of letters"), choices=_LANGUAGES)


class NewTicketForm(_Contact):
    """A call, or what staff has noticed itself."""

    field_order = ("source", "charger", "subject", "body", "category", "priority")

    source = forms.ChoiceField(
        label=_("Came by"),
        choices=[(s.value, s.label) for s in (Ticket.Source.PHONE, Ticket.Source.CONSOLE)],
        widget=forms.RadioSelect,
        initial=Ticket.Source.PHONE,
    )
    charger = forms.CharField(
        required=False, max_length=48, label=_("Charger"), help_text=_("Its identity, or the code on its label.")
    )
    body = forms.CharField(max_length=10_000, label=_("What the driver says"), widget=forms.Textarea(attrs={"rows": 5}))

    def __init__(self, *args: Any, viewer: Viewer, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._viewer = viewer
        self.station: Station | None = None
        self.evse: Evse | None = None

    def clean_charger(self) -> str:
        """Finds `station` and, by the code of a label, `evse`."""
        text: str = self.cleaned_data["charger"].strip()
        if not text:
            return text
        stations = visible_stations(self._viewer).select_related("site__organization")
        self.station = stations.filter(identity__iexact=text).first()
        if self.station is None:
            self.evse = Evse.objects.filter(public_code=public_codes.typed(text), station__in=stations).first()
            self.station = stations.filter(pk=self.evse.station_id).first() if self.evse else None
        if self.station is None:
            raise forms.ValidationError(gettext("No charger of yours has this identity or code."))
        return text

    def details(self) -> dict[str, Any]:
        """What a ticket takes as it is."""
        return {name: self.cleaned_data[name] for name in _Contact.base_fields if name != "subject"}


class ChangeForm(_Contact):
    """What a ticket is about, and whom it is from."""


class RefundForm(forms.Form):
    amount = forms.DecimalField(min_value=Decimal("0.001"), max_digits=12, decimal_places=3, label=_("Amount"))
    reason = forms.CharField(max_length=1000, label=_("Why"), widget=forms.Textarea(attrs={"rows": 2}))

    def __init__(self, *args: Any, currency: str, **kwargs: Any) -> None:
        super().__init__(*args, **{**kwargs, "auto_id": "refund-%s"})
        self.currency = currency
        self.fields["amount"].label = gettext("Amount in %(currency)s") % {"currency": currency}

    def amount_minor(self) -> int:
        """In the currency's minor units, rounded."""
        return int(self.cleaned_data["amount"].scaleb(get_currency_precision(self.currency)).to_integral_value())


class DecisionForm(forms.Form):
    note = forms.CharField(required=False, max_length=300, label=_("A word on it"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{**kwargs, "auto_id": "decision-%s"})


class CannedAnswerForm(forms.ModelForm):  # type: ignore[type-arg]
    class Meta:
        model = CannedAnswer
        fields = ("title", "body", "category", "language")
        labels = {"title": _("Title"), "body": _("Text"), "category": _("Only for"), "language": _("Language")}
        widgets = {
            "body": forms.Textarea(attrs={"rows": 10}),
            "language": forms.Select(choices=[("", _("Any language")), *settings.LANGUAGES]),
            "category": forms.Select(choices=[("", _("Anything")), *Ticket.Category.choices]),
        }
        help_texts = {
            "title": _("By which you find it."),
            "body": _("{name}, {reference}, {site}, {station} and {support} are filled in."),
            "category": _("Blank: offered in all tickets."),
            "language": _("Offered to drivers who read it."),
        }

    def clean_body(self) -> str:
        body: str = self.cleaned_data["body"]
        if odd := unknown_places(body):
            text = gettext("Nothing is known that could be filled in for {%(place)s}. There are %(places)s.")
            places = ", ".join(f"{{{place}}}" for place in PLACES)
            raise forms.ValidationError(text % {"place": odd[0], "places": places})
        return body


class PolicyForm(forms.Form):
    """Support hours, and minutes for each priority."""

    timezone = forms.ChoiceField(choices=[(name, name) for name in zones()], label=_("Time zone"))
    hours = forms.CharField(
        required=False,
        max_length=2000,
        label=_("Support hours"),
        help_text=_("Such as Mo-Fr 08:00-18:00. Empty: around the clock. Clocks stand outside of them."),
    )
    helpline = forms.CharField(
        required=False,
        max_length=40,
        label=_("Helpline"),
        help_text=_("The phone number that drivers are told; a site's own public contact goes before it."),
        widget=forms.TextInput(attrs={"type": "tel"}),
    )
    address = forms.EmailField(
        required=False,
        label=_("Email address"),
        help_text=_("Where drivers write to. What comes there becomes tickets, once the installation fetches it."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for priority, target in DEFAULT_TARGETS.items():
            label = Ticket.Priority(priority).label
            for name, text, minutes in (
                ("first", gettext("%(priority)s: first answer within (minutes)"), target.first_answer),
                ("solved", gettext("%(priority)s: solved within (minutes)"), target.resolution),
            ):
                self.fields[f"{name}_{priority}"] = forms.IntegerField(
                    min_value=1, max_value=600_000, label=text % {"priority": label}, initial=minutes
                )

    def clean_hours(self) -> dict[str, Any] | None:
        """As a policy keeps them; None: around the clock."""
        if not self.cleaned_data["hours"].strip():
            return None
        try:
            hours = opening_hours_text.read(self.cleaned_data["hours"])
        except opening_hours.Unreadable as error:
            text = gettext("These are no hours: “%(part)s”. Write them as Mo-Fr 08:00-18:00; Sa 10:00-14:00.")
            raise forms.ValidationError(text % {"part": error.part}) from error
        return opening_hours.to_json(hours)

    def targets(self) -> dict[str, list[int]]:
        """Minutes by priority."""
        return {
            str(priority): [self.cleaned_data[f"first_{priority}"], self.cleaned_data[f"solved_{priority}"]]
            for priority in DEFAULT_TARGETS
        }
