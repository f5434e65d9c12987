"""What is written down of a contact with the helpline, while it lasts."""

from typing import Any

from django import forms
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from drivers.models import Organization
from monitoring.models import HelplineContact, Ticket
from monitoring.models.helpline import LONGEST_MINUTES
from stations.domain.public_codes import typed
from stations.forms.filters import DaysFilter, SiteChoiceFilter
from stations.models import Site, Station


class ContactFilter(SiteChoiceFilter, DaysFilter):
    category = forms.ChoiceField(
        choices=[("", _("About anything")), *Ticket.Category.choices], required=False, label=_("About")
    )
    outcome = forms.ChoiceField(
        choices=[("", _("Any outcome")), *HelplineContact.Outcome.choices], required=False, label=_("Outcome")
    )
    channel = forms.ChoiceField(
        choices=[("", _("Any way")), *HelplineContact.Channel.choices], required=False, label=_("Way")
    )
    further = ("channel", "since", "until")
    field_order = ("text", "category", "outcome", "site")


class ContactForm(forms.Form):
    """What matters first, as buttons; the rest has sensible values. `sites`: where the viewer may answer drivers."""

    category = forms.ChoiceField(choices=Ticket.Category.choices, label=_("What about?"), widget=forms.RadioSelect)
    where = forms.CharField(
        required=False,
        max_length=120,
        label=_("Where?"),
        help_text=_("The code on the charger's label, a station's identity or the name of a site."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    note = forms.CharField(required=False, max_length=2000, label=_("Note"), widget=forms.Textarea(attrs={"rows": 3}))
    outcome = forms.ChoiceField(
        choices=HelplineContact.Outcome.choices, label=_("What became of it?"), widget=forms.RadioSelect
    )
    contact_phone = forms.CharField(
        required=False, max_length=40, label=_("Call back at"), widget=forms.TextInput(attrs={"type": "tel"})
    )
    contact_email = forms.EmailField(required=False, label=_("Write to"))
    channel = forms.ChoiceField(
        choices=HelplineContact.Channel.choices, initial=HelplineContact.Channel.PHONE, label=_("Way")
    )
    minutes = forms.IntegerField(
        required=False,
        min_value=0,
        max_value=LONGEST_MINUTES,
        label=_("Minutes"),
        help_text=_("Left empty: since this form was opened."),
    )
    waited_s = forms.IntegerField(
        required=False,
        min_value=0,
        max_value=24 * 3600,
        label=_("Waited"),
        help_text=_("Seconds until the driver was answered, where the telephone tells."),
    )
    organization: Any = forms.ModelChoiceField(queryset=None, label=_("Organization"), empty_label=None)
    at = forms.DateTimeField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, sites: QuerySet[Site], organizations: QuerySet[Organization], **kwargs: Any) -> None:
        super().__init__(*args, **{**kwargs, "auto_id": "contact-%s"})
        self.sites = sites
        field: Any = self.fields["organization"]
        field.queryset = organizations
        if len(organizations) == 1:
            field.initial, field.widget = organizations[0].pk, forms.HiddenInput()
        if not self.is_bound:
            self.initial.setdefault("at", timezone.now().isoformat())

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        values["site"], values["station"] = self._place(values.pop("where", "").strip())
        if values["site"] is not None:
            values["organization"] = values["site"].organization
            self.errors.pop("organization", None)
        if values.get("minutes") is None and values.get("at"):
            passed = (timezone.now() - values["at"]).total_seconds()
            values["minutes"] = min(max(round(passed / 60), 1), LONGEST_MINUTES)
        return values

    def _place(self, text: str) -> tuple[Site | None, Station | None]:
        if not text:
            return None, None
        stations = Station.objects.filter(site__in=self.sites).select_related("site__organization")
        code = typed(text)
        named = stations.filter(Q(identity=text) | Q(evses__public_code=code)) if code else stations.none()
        if (station := named.distinct().first()) is not None:
            return station.site, station
        found = list(self.sites.filter(name__icontains=text).select_related("organization")[:2])
        exact = [site for site in found if site.name.casefold() == text.casefold()]
        if len(found) == 1 or exact:
            return (exact or found)[0], None
        self.add_error(
            "where",
            _("Several sites are called like this: say more of the name.")
            if found
            else _("No charger or site of yours is called like this. Leave it empty if it is not known."),
        )
        return None, None
