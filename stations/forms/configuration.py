"""The form of a template of desired values."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from stations.domain import configuration_text
from stations.domain.configuration import Key
from stations.models import ConfigurationTemplate

_PROTOCOLS = [("", _("Any protocol")), ("ocpp1.6", "OCPP 1.6"), ("ocpp2.0.1", "OCPP 2.0.1"), ("ocpp2.1", "OCPP 2.1")]
_PLACEHOLDER = "HeartbeatInterval = 300\nOCPPCommCtrlr / HeartbeatInterval = 300"


class TemplateForm(forms.Form):
    """Whom a template is for, and its values as lines. `values()` is what the service takes."""

    organization: Any = forms.ModelChoiceField(queryset=None, empty_label=None, label=_("Organization"))
    name = forms.CharField(max_length=80, label=_("Name"))
    site: Any = forms.ModelChoiceField(queryset=None, required=False, empty_label=_("Any site"), label=_("Site"))
    vendor = forms.CharField(max_length=50, required=False, label=_("Vendor"), help_text=_("As the station tells it."))
    model = forms.CharField(max_length=50, required=False, label=_("Model"), help_text=_("As the station tells it."))
    protocol = forms.ChoiceField(choices=_PROTOCOLS, required=False, label=_("Protocol"))
    is_enforced = forms.BooleanField(required=False, label=_("Repair differences without asking"))
    entries = forms.CharField(
        required=False,
        max_length=100_000,
        strip=False,
        label=_("Values"),
        help_text=_("One a line: name = value, and for OCPP 2.x component / name = value. A masked secret stays."),
        widget=forms.Textarea(attrs={"rows": 12, "class": "mono", "spellcheck": "false", "placeholder": _PLACEHOLDER}),
    )

    def __init__(
        self, organizations: Any, sites: Any, template: ConfigurationTemplate | None, data: Any = None
    ) -> None:
        super().__init__(data, initial=_shown(template) if template else {}, auto_id="template-%s")
        organization: Any = self.fields["organization"]
        organization.queryset = organizations
        # A template stays with its organization, and most people work for one only.
        if template is not None or len(organizations) == 1:
            del self.fields["organization"]
        site: Any = self.fields["site"]
        site.queryset = sites

    def clean_entries(self) -> list[dict[str, Any]]:
        try:
            read = list(configuration_text.read(self.cleaned_data["entries"]))
        except configuration_text.Unreadable as problem:
            raise forms.ValidationError(
                _("Line %(line)s is no “name = value”."), params={"line": problem.line}
            ) from problem
        return [{**key._asdict(), "value": value} for key, value in read]

    def values(self) -> dict[str, Any]:
        return dict(self.cleaned_data)


def _shown(template: ConfigurationTemplate) -> dict[str, Any]:
    columns = ("name", "site", "vendor", "model", "protocol", "is_enforced")
    entries = [(Key(*(getattr(entry, name) for name in Key._fields)), entry.value) for entry in template.entries.all()]
    return {name: getattr(template, name) for name in columns} | {"entries": configuration_text.write(entries)}
