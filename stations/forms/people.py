"""Forms about members, invitations and the organization itself."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.contrib.auth.password_validation import validate_password
from django.db.models import Q
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from drivers.domain.currencies import CODES
from drivers.domain.roles import Role
from drivers.models import Organization, User
from drivers.models.organization import ROLES
from stations.forms.filters import Filter
from stations.models import Site

SITES_OFFERED = 20


class RoleForm(forms.Form):
    """A role and where it holds. `sites()` are those it is limited to; none: all of the organization."""

    role = forms.ChoiceField(label=_("Role"), widget=forms.RadioSelect)
    reach = forms.ChoiceField(
        choices=[("all", _("All sites, also those to come")), ("some", _("Only the sites chosen here"))],
        initial="all",
        label=_("Where"),
        widget=forms.RadioSelect,
    )
    limits: Any = forms.ModelMultipleChoiceField(queryset=None, required=False, label=_("Sites"))

    def __init__(self, organization: Organization, *args: Any, meanings: Mapping[Role, Any], **kwargs: Any) -> None:
        super().__init__(*args, **{**kwargs, "auto_id": "member-%s"})
        role: Any = self.fields["role"]
        role.choices = [
            (value, format_html('<strong>{}</strong><span class="under">{}</span>', name, meanings[Role(value)]))
            for value, name in ROLES
        ]
        limits: Any = self.fields["limits"]
        limits.queryset = Site.objects.filter(organization=organization)

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        if values.get("reach") == "some" and not values.get("limits"):
            self.add_error("limits", _("Choose at least one site, or all of them above."))
        return values

    def sites(self) -> list[Site]:
        """Of a valid form."""
        return list(self.cleaned_data["limits"]) if self.cleaned_data["reach"] == "some" else []

    def offered(self, text: str = "") -> list[tuple[Site, bool]]:
        """The sites that are ticked, and then some others with `text` in their name or city: a network may have
        thousands."""
        limits: Any = self.fields["limits"]
        ids = [str(getattr(value, "pk", value)) for value in self["limits"].value() or []]
        ticked = limits.queryset.filter(pk__in=[int(pk) for pk in ids if pk.isascii() and pk.isdigit()])
        others = limits.queryset.exclude(pk__in=ticked)
        if text:
            others = others.filter(Q(name__icontains=text) | Q(city__icontains=text))
        return [*((site, True) for site in ticked), *((site, False) for site in others[:SITES_OFFERED])]


class InviteForm(RoleForm):
    email = forms.EmailField(label=_("Email address"), widget=forms.EmailInput(attrs={"autocomplete": "off"}))
    field_order = ("email", "role", "reach", "limits")


class JoinForm(forms.Form):
    """An account for somebody who was invited: the address is known."""

    name = forms.CharField(max_length=150, label=_("Your name"), widget=forms.TextInput(attrs={"autocomplete": "name"}))
    password = forms.CharField(
        label=_("Password"), strip=False, widget=forms.PasswordInput(attrs={"autocomplete": "new-password"})
    )

    def __init__(self, email: str, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.email = email

    def clean_password(self) -> str:
        password: str = self.cleaned_data["password"]
        validate_password(password, User(email=self.email, name=self.cleaned_data.get("name", "")))
        return password


class OrganizationForm(forms.ModelForm):  # type: ignore[type-arg]  # generic to the checker only
    class Meta:
        model = Organization
        fields = ("name", "currency", "two_factor_required")
        labels = {
            "name": _("Name"),
            "currency": _("Currency"),
            "two_factor_required": _("Two-factor sign-in for everybody"),
        }
        help_texts = {
            "currency": _("The three letters of ISO 4217, such as EUR or USD."),
            "two_factor_required": _(
                "Members without an authenticator app or passkey are led to set one up, and see nothing of the network"
                " before. API keys go on working."
            ),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.auto_id = f"organization-{self.instance.pk}-%s"

    def clean_currency(self) -> str:
        code: str = self.cleaned_data["currency"].upper()
        if code not in CODES:
            raise forms.ValidationError(_("This is no currency of ISO 4217, such as EUR or USD."))
        return code


class MemberFilter(Filter):
    role = forms.ChoiceField(
        choices=[("", _("Any role")), *ROLES],
        required=False,
        label=_("Role"),
    )
