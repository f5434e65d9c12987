"""What people say of a station."""

from typing import Any

from django import forms
from django.db.models import QuerySet, Value
from django.db.models.functions import Concat
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from stations.models import Site, Station
from stations.models.station import IDENTITY

# Named as one types; nobody reads a list of thousands.
SITES_OFFERED = 100

PROFILE_CHOICES = [
    (
        Station.SecurityProfile.TLS_BASIC.value,
        gettext_lazy(
            "2: TLS and password. The charger's address begins with wss://, and it sends a password. The usual one."
        ),
    ),
    (
        Station.SecurityProfile.TLS_CLIENT.value,
        gettext_lazy(
            "3: TLS and client certificate. The charger shows a certificate that was signed here; no password."
        ),
    ),
    (
        Station.SecurityProfile.BASIC.value,
        gettext_lazy("1: password without TLS. Whoever listens on the way can read it: for a closed network only."),
    ),
    (
        Station.SecurityProfile.NONE.value,
        gettext_lazy(
            "0: none. Anybody who knows the identity can pose as this charger: for chargers that can do no better."
        ),
    ),
]


def full_name(site: Site) -> str:
    """The name by which a site is told from those of other organizations too."""
    return f"{site.name} ({site.organization.name})"


class SiteNameField(forms.CharField):
    """A site of `sites`, by its name, and its organization where that is needed: typed, with suggestions. Its value is
    the Site."""

    sites: QuerySet[Site] = Site.objects.none()

    def offered(self) -> list[str]:
        """Suggestions."""
        return list(self.sites.order_by("name").values_list("name", flat=True)[:SITES_OFFERED])

    def prepare_value(self, value: Any) -> Any:
        return value.name if isinstance(value, Site) else value

    def clean(self, value: Any) -> Any:
        name = super().clean(value)
        if not name:
            return None
        found = list(self.sites.filter(name__iexact=name).select_related("organization")[:2])
        if not found:
            named = Concat("name", Value(" ("), "organization__name", Value(")"))
            found = list(self.sites.annotate(full_name=named).filter(full_name__iexact=name)[:2])
        if not found:
            raise forms.ValidationError(_("There is no site “%(name)s” where you may put stations.") % {"name": name})
        if len(found) > 1:
            text = _("Several sites have this name. Say whose it is: “%(name)s”.")
            raise forms.ValidationError(text % {"name": full_name(found[0])})
        return found[0]


def _site_field() -> SiteNameField:
    return SiteNameField(
        max_length=250,
        label=gettext_lazy("Site"),
        widget=forms.TextInput(attrs={"list": "sites-offered", "autocomplete": "off"}),
    )


class SiteChoiceForm(forms.Form):
    """Where a new station stands."""

    site = _site_field()

    def __init__(self, sites: QuerySet[Site], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{**kwargs, "auto_id": "station-%s"})
        field: Any = self.fields["site"]
        field.sites = sites


class StationForm(forms.Form):
    """A new station; its password is made here."""

    identity = forms.RegexField(
        rf"^{IDENTITY}\Z",
        max_length=48,
        label=gettext_lazy("Identity"),
        help_text=gettext_lazy("As entered in the charger, often its serial number. Capital and small letters differ."),
        error_messages={"invalid": gettext_lazy("Up to 48 letters, digits and * - _ = : + | @ . are allowed.")},
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    name = forms.CharField(
        max_length=80,
        required=False,
        label=gettext_lazy("Name"),
        help_text=gettext_lazy("What it says on the charger."),
    )
    vendor = forms.ChoiceField(
        required=False, label=gettext_lazy("Vendor"), help_text=gettext_lazy("For where to enter what follows.")
    )
    security_profile = forms.TypedChoiceField(
        choices=PROFILE_CHOICES,
        coerce=int,
        initial=Station.SecurityProfile.TLS_BASIC.value,
        label=gettext_lazy("Security profile"),
        widget=forms.RadioSelect,
    )

    def __init__(self, vendors: Any, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{**kwargs, "auto_id": "station-%s"})
        field: Any = self.fields["vendor"]
        field.choices = vendors

    def clean_identity(self) -> str:
        identity = str(self.cleaned_data["identity"])
        if Station.objects.filter(identity=identity).exists():
            raise forms.ValidationError(_("A station with this identity exists already: identities are unique."))
        return identity


class StationEditForm(forms.Form):
    """What people say of a station they have."""

    name = forms.CharField(max_length=80, required=False, label=gettext_lazy("Name"))
    site = _site_field()
    security_profile = forms.TypedChoiceField(
        choices=PROFILE_CHOICES, coerce=int, label=gettext_lazy("Security profile"), widget=forms.RadioSelect
    )
    registration = forms.ChoiceField(
        choices=Station.Registration.choices,
        label=gettext_lazy("Registration"),
        help_text=gettext_lazy("What it is told when it boots. Only an accepted station charges."),
    )

    def __init__(self, station: Station, sites: QuerySet[Site], data: Any = None) -> None:
        names = ("name", "site", "security_profile", "registration")
        initial = {name: getattr(station, name) for name in names}
        super().__init__(data, initial=initial, auto_id="station-%s")
        field: Any = self.fields["site"]
        field.sites = sites
