"""The form of a maintenance window, and the filter of their list."""

from datetime import datetime
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from monitoring.forms.work_orders import offer_sites
from monitoring.models import MaintenanceWindow
from stations.forms.filters import SiteChoiceFilter
from stations.models import Site, Station

_LOCAL = "%Y-%m-%dT%H:%M"


class WindowFilter(SiteChoiceFilter):
    field_order = ("text", "when", "site")

    when = forms.ChoiceField(
        choices=[("", _("Now and to come")), ("past", _("Over")), ("all", _("All"))], required=False, label=_("When")
    )


class WindowForm(forms.Form):
    """When, where, and what drivers are told. Times are those of the site."""

    site: Any = forms.ModelChoiceField(queryset=None, label=_("Site"))
    title = forms.CharField(
        max_length=120, label=_("What drivers are told"), help_text=_("Such as: Cables are replaced")
    )
    starts_at = forms.DateTimeField(
        label=_("Begins"),
        input_formats=[_LOCAL],
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format=_LOCAL),
        help_text=_("On the clock of the site."),
    )
    ends_at = forms.DateTimeField(
        label=_("Ends"),
        input_formats=[_LOCAL],
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format=_LOCAL),
    )
    stations = forms.CharField(
        required=False,
        max_length=5000,
        label=_("Stations"),
        help_text=_("Their identities, one on each line; none: the whole site."),
        widget=forms.Textarea(attrs={"rows": 3, "spellcheck": "false"}),
    )
    takes_out_of_service = forms.BooleanField(
        required=False, initial=True, label=_("Take the stations out of service once they are idle")
    )
    note = forms.CharField(
        required=False, max_length=2000, label=_("Note for staff"), widget=forms.Textarea(attrs={"rows": 2})
    )

    def __init__(self, *args: Any, sites: Any, window: MaintenanceWindow | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **{**kwargs, "auto_id": "window-%s"})
        self.window = window
        fields: dict[str, Any] = self.fields
        if window is not None:
            for name in ("site", "stations", "takes_out_of_service"):
                del self.fields[name]
            return
        fields["site"].queryset = sites
        offer_sites(fields["site"], sites, self.data.get("site") or self.initial.get("site"))

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        site: Site | None = self.window.site if self.window else values.get("site")
        if site is None:
            return values
        for name in ("starts_at", "ends_at"):
            if values.get(name):
                # Read as of the server's zone: what was typed is the site's.
                values[name] = timezone.make_aware(timezone.make_naive(values[name]), site.zone)
        if "stations" in self.fields:
            values["stations"] = self._stations(site, values.get("stations", ""))
        return values

    def _stations(self, site: Site, text: str) -> list[Station]:
        wanted = text.split()
        found = list(Station.objects.filter(site=site, identity__in=wanted))
        missing = sorted(set(wanted) - {station.identity for station in found})
        if missing:
            self.add_error("stations", _("Not at this site: %(names)s") % {"names": ", ".join(missing[:5])})
        return found

    @staticmethod
    def shown(window: MaintenanceWindow) -> dict[str, Any]:
        def local(at: datetime) -> str:
            return timezone.localtime(at, window.site.zone).strftime(_LOCAL)

        return {
            "title": window.title,
            "note": window.note,
            "starts_at": local(window.starts_at),
            "ends_at": local(window.ends_at),
        }
