"""Which connectors share an EVSE."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from stations.models import Connector, Station
from stations.services.provisioning import MAX_CONNECTORS


class GroupingForm(forms.Form):
    """An EVSE number for each connector of a station."""

    def __init__(self, station: Station, data: Any = None) -> None:
        super().__init__(data, auto_id="grouping-%s")
        connectors = station.connectors.select_related("evse").order_by("evse__number", "number")
        self.connectors = {f"connector-{connector.pk}": connector for connector in connectors}
        for name, connector in self.connectors.items():
            self.fields[name] = forms.IntegerField(
                min_value=1,
                max_value=MAX_CONNECTORS,
                initial=connector.evse.number,
                label=self._label(connector),
            )

    @staticmethod
    def _label(connector: Connector) -> str:
        """OCPP 1.6 numbers connectors through the station, 2.x within each EVSE."""
        if connector.ocpp16_id:
            return _("EVSE of connector %(number)s") % {"number": connector.ocpp16_id}
        told = {"number": connector.number, "evse": connector.evse.number}
        return _("EVSE of connector %(number)s, now of EVSE %(evse)s") % told

    def evse_numbers(self) -> dict[int, int]:
        """Connector (primary key) → EVSE number, of those that are to move."""
        chosen = {self.connectors[name]: number for name, number in self.cleaned_data.items()}
        return {connector.pk: number for connector, number in chosen.items() if connector.evse.number != number}
