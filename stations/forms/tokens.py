"""The form of an id token."""

from datetime import UTC
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from drivers.domain.tokens import TokenStatus, TokenType
from drivers.models import IdToken, Organization, User

_MOMENT = "%Y-%m-%dT%H:%M"


class TokenForm(forms.Form):
    """What people say of an id token. Times are UTC: a token is good at sites of many zones."""

    organization: Any = forms.ModelChoiceField(queryset=None, empty_label=None, label=_("Organization"))
    value = forms.CharField(
        max_length=255,
        label=_("Id token"),
        help_text=_("As the charger reads it: a card's number, a contract. Upper and lower case count as the same."),
        widget=forms.TextInput(attrs={"class": "mono", "autocomplete": "off", "spellcheck": "false"}),
    )
    label = forms.CharField(required=False, max_length=80, label=_("Label"), help_text=_("What people call it."))
    driver = forms.EmailField(
        required=False, label=_("Driver's email address"), help_text=_("Of somebody who has signed up here.")
    )
    status = forms.ChoiceField(
        label=_("Status"),
        choices=[(TokenStatus.ACCEPTED.value, _("Accepted")), (TokenStatus.BLOCKED.value, _("Blocked"))],
        initial=TokenStatus.ACCEPTED.value,
    )
    type = forms.ChoiceField(label=_("Type"), initial=TokenType.ISO14443.value)
    expires_at = forms.DateTimeField(
        required=False,
        label=_("Valid until (UTC)"),
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format=_MOMENT),
    )
    parent = forms.CharField(
        required=False,
        max_length=255,
        label=_("Group"),
        help_text=_("Tokens of one group may end each other's sessions."),
        widget=forms.TextInput(attrs={"class": "mono", "autocomplete": "off", "spellcheck": "false"}),
    )
    message = forms.CharField(
        required=False, max_length=512, label=_("Message"), help_text=_("Shown to the driver by stations that can.")
    )
    language = forms.CharField(
        required=False, max_length=8, label=_("Language"), help_text=_("Of the station's texts, such as de.")
    )
    charging_priority = forms.IntegerField(
        required=False,
        min_value=-9,
        max_value=9,
        label=_("Priority"),
        help_text=_("From -9 to 9; higher goes first where power is short."),
    )

    def __init__(self, token: IdToken, organizations: QuerySet[Organization], data: Any = None) -> None:
        super().__init__(data, auto_id="token-%s", initial=_shown(token))
        known = [kind.value for kind in TokenType]
        types: Any = self.fields["type"]
        types.choices = [(name, name) for name in (known if token.type in known else [token.type, *known])]
        owner: Any = self.fields["organization"]
        owner.queryset = organizations
        if token.pk or len(organizations) == 1:
            del self.fields["organization"]

    def of_people(self) -> list[forms.BoundField]:
        """What people go by."""
        return [field for field in self if field.name in ("organization", "value", "label", "driver", "status")]

    def of_stations(self) -> list[forms.BoundField]:
        """What stations go by."""
        return [field for field in self if field not in self.of_people()]

    def clean_driver(self) -> User | None:
        """The person of that address; raises ValidationError where there is none."""
        address = self.cleaned_data["driver"]
        if not address:
            return None
        found = User.objects.filter(email__iexact=address).first()
        if found is None:
            raise forms.ValidationError(_("Nobody has signed up with this address. Leave it empty until they have."))
        return found

    def clean_expires_at(self) -> Any:
        """By UTC, whatever the reader's clock."""
        moment = self.cleaned_data["expires_at"]
        return moment and timezone.make_naive(moment).replace(tzinfo=UTC)


def _shown(token: IdToken) -> dict[str, Any]:
    """What the form begins with."""
    names = ("value", "label", "status", "type", "parent", "message", "language", "charging_priority")
    found: dict[str, Any] = {name: getattr(token, name) for name in names}
    found["driver"] = token.driver.email if token.driver else ""
    found["expires_at"] = token.expires_at and token.expires_at.astimezone(UTC).strftime(_MOMENT)
    return found
