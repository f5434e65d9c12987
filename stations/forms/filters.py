"""Filter bars of lists, kept in the URL."""

from datetime import UTC, datetime, time
from typing import Any, ClassVar

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from drivers.domain.tokens import TokenStatus, TokenType
from stations.domain.bulk import KINDS
from stations.domain.commands import CommandKind, CommandState
from stations.domain.status import Availability
from stations.models import RefusedAttempt, Station
from stations.selectors.glance import WORST_FIRST

SITES_OFFERED = 100
_ANY_STATUS = [("", _("Any status"))]
_PROTOCOL_CHOICES = [
    ("", _("Any protocol")),
    ("ocpp1.6", "OCPP 1.6"),
    ("ocpp2.0.1", "OCPP 2.0.1"),
    ("ocpp2.1", "OCPP 2.1"),
]


_DAY = forms.DateInput(attrs={"type": "date"})


def _yes_or_no(label: Any, either: Any, yes: Any, no: Any) -> forms.TypedChoiceField:
    return forms.TypedChoiceField(
        choices=[("", either), ("true", yes), ("false", no)],
        coerce=lambda value: value == "true",
        empty_value=None,
        required=False,
        label=label,
    )


def _beginning(label: Any) -> forms.CharField:
    widget = forms.TextInput(attrs={"placeholder": _("Begins with")})
    return forms.CharField(required=False, max_length=50, label=label, widget=widget)


class Filter(forms.Form):
    """A filter bar: nonsense in the URL counts as not given. `values()` are the selector's arguments."""

    # What is wanted seldom stands in a menu of its own.
    further: ClassVar[tuple[str, ...]] = ()

    text = forms.CharField(required=False, max_length=80, label=_("Search"))
    text.widget = forms.TextInput(attrs={"type": "search", "placeholder": _("Search"), "autocomplete": "off"})

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs |= {"use_required_attribute": False, "auto_id": "filter-%s"}
        super().__init__(*args, **kwargs)

    def values(self) -> dict[str, Any]:
        """What was given and makes sense."""
        self.full_clean()
        given = {name: value for name, value in self.cleaned_data.items() if value not in ("", None)}
        return {name: value for name, value in given.items() if value or name not in self._boxes()}

    def _boxes(self) -> list[str]:
        """Fields of which only a tick says something."""
        return [name for name, field in self.fields.items() if type(field) is forms.BooleanField]

    def at_hand(self) -> list[forms.BoundField]:
        """What stands in the bar beside the search."""
        return [field for field in self if field.name != "text" and field.name not in self.further]

    def in_menu(self) -> list[forms.BoundField]:
        return [self[name] for name in self.further]


class DaysFilter(Filter):
    """A filter with a first and a last day; the last one is included."""

    since = forms.DateField(required=False, label=_("From"), widget=_DAY)
    until = forms.DateField(required=False, label=_("To"), widget=_DAY)

    def values(self) -> dict[str, Any]:
        """Days are those of the chosen site; else of UTC."""
        found = super().values()
        zone = found["site"].zone if "site" in found else UTC
        if "since" in found:
            found["since"] = timezone.make_aware(datetime.combine(found["since"], time.min), zone)
        if "until" in found:
            found["until"] = timezone.make_aware(datetime.combine(found["until"], time.max), zone)
        return found


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


def _words(words: dict[Availability, Any]) -> list[tuple[str, Any]]:
    return [*_ANY_STATUS, *((word.value, words[word]) for word in WORST_FIRST)]


class StationFilter(SiteChoiceFilter):
    further = ("protocol", "connected", "vendor", "model", "firmware", "registration")
    field_order = ("text", "glance", "site")

    glance = forms.ChoiceField(required=False, label=_("Status"))
    protocol = forms.ChoiceField(choices=_PROTOCOL_CHOICES, required=False, label=_("Protocol"))
    connected = _yes_or_no(_("Connection"), _("Connected or not"), _("Connected"), _("Not connected"))
    vendor = _beginning(_("Vendor"))
    model = _beginning(_("Model"))
    firmware = _beginning(_("Firmware"))
    registration = forms.ChoiceField(
        choices=[("", _("Any")), *Station.Registration.choices], required=False, label=_("Registration")
    )
    worst_first = forms.BooleanField(required=False, label=_("Worst first"))

    def __init__(self, *args: Any, words: dict[Availability, Any], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["glance"]
        field.choices = _words(words)


class EvseFilter(SiteChoiceFilter):
    field_order = ("text", "glance", "site")

    glance = forms.ChoiceField(required=False, label=_("Status"))
    connector_type = forms.ChoiceField(required=False, label=_("Connector type"))
    min_power_kw = forms.IntegerField(required=False, min_value=1, max_value=10_000, label=_("From kW"))

    def __init__(
        self, *args: Any, words: dict[Availability, Any], connector_types: dict[str, Any], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        glance: Any = self.fields["glance"]
        glance.choices = _words(words)
        types: Any = self.fields["connector_type"]
        types.choices = [("", _("Any connector")), *connector_types.items()]


class SessionFilter(DaysFilter, SiteChoiceFilter):
    further = ("only_odd", "id_token", "min_energy_kwh")
    field_order = ("text", "is_open", "site", "since", "until")

    is_open = _yes_or_no(_("State"), _("Running or ended"), _("Running"), _("Ended"))
    only_odd = forms.BooleanField(required=False, label=_("Odd ones"))
    id_token = forms.CharField(required=False, max_length=255, label=_("Id token"), help_text=_("As a whole."))
    min_energy_kwh = forms.FloatField(required=False, min_value=0, max_value=1e6, label=_("Energy from (kWh)"))


class DriverFilter(Filter):
    pass


class TokenFilter(Filter):
    status = forms.ChoiceField(
        choices=[
            ("", _("Any status")),
            (TokenStatus.ACCEPTED.value, _("Accepted")),
            (TokenStatus.BLOCKED.value, _("Blocked")),
        ],
        required=False,
        label=_("Status"),
    )
    type = forms.ChoiceField(
        choices=[("", _("Any type")), *((kind.value, kind.value) for kind in TokenType)],
        required=False,
        label=_("Type"),
    )
    is_expired = _yes_or_no(_("Validity"), _("Expired or not"), _("Expired"), _("Not expired"))
    has_driver = _yes_or_no(_("Driver"), _("With or without driver"), _("With a driver"), _("Without a driver"))


class CommandFilter(DaysFilter):
    further = ("station", "who")
    field_order = ("text", "kind", "state", "since", "until")

    kind = forms.ChoiceField(required=False, label=_("Command"))
    state = forms.ChoiceField(required=False, label=_("Outcome"))
    station = forms.CharField(required=False, max_length=48, label=_("Station"), help_text=_("Its whole identity."))
    who = forms.CharField(required=False, max_length=80, label=_("Asked by"), help_text=_("A part of a name or email."))

    def __init__(
        self, *args: Any, kinds: dict[CommandKind, Any], states: dict[CommandState, Any], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        for name, empty, words in (("kind", _("Any command"), kinds), ("state", _("Any outcome"), states)):
            field: Any = self.fields[name]
            field.choices = [("", empty), *((key.value, word.label) for key, word in words.items())]


class BulkFilter(Filter):
    kind = forms.ChoiceField(required=False, label=_("Command"))

    def __init__(self, *args: Any, kinds: dict[CommandKind, Any], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["kind"]
        field.choices = [("", _("Any command")), *((kind.value, kinds[kind].label) for kind in KINDS)]


class RefusedFilter(Filter):
    reason = forms.ChoiceField(
        choices=[("", _("Any reason")), *RefusedAttempt.Reason.choices], required=False, label=_("Reason")
    )


class SecurityEventFilter(Filter):
    only_critical = forms.BooleanField(required=False, label=_("Critical only"))


class SiteFilter(Filter):
    pass
