"""Connectors and stations that report a fault."""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from typing import Any

from django.utils.translation import gettext_lazy as _

from drivers.domain.phrases import Phrase
from monitoring.domain.faults import NOTHING, weight_of_fault
from monitoring.models import Severity
from monitoring.rules.base import Finding, Rule, Scope, evse_subject, station_subject
from stations.domain.status import ConnectorStatus
from stations.models import Connector, Evse, Fact


def severity_of(error_code: str) -> Severity:
    return Severity[weight_of_fault(error_code).name]


def code_of(row: Any) -> str:
    """What to call the fault: the station's code, else its maker's own."""
    if row.error_code in NOTHING | {"OtherError", "InternalError"}:
        return getattr(row, "vendor_error_code", "") or row.error_code.replace("NoError", "")
    return str(row.error_code)


class Faulted(Rule):
    name = "faulted"
    title = _("Station reports a fault")
    about = _(
        "A connector, or the station as a whole, says that it is out of order. Ground failure, overcurrent, overvoltage"
        " and high temperature are critical: they may hurt somebody. Take the station out of service then, and send"
        " somebody before anybody charges there; after any other fault, restart it once nobody charges, and send"
        " somebody if the fault is back."
    )
    severity = Severity.MAJOR
    clear_after = timedelta(minutes=1)
    facts = frozenset({"connector.status", "station.status"})

    def concerns(self, fact: Fact) -> bool:
        return ConnectorStatus.FAULTED in (fact.data.get("from"), fact.data.get("to"))

    def findings(self, scope: Scope, *, now: datetime) -> Iterable[Finding]:
        yield from self._of_stations(scope, now)
        connectors = Connector.objects.filter(status=ConnectorStatus.FAULTED, station__in=scope.stations)
        of_evse: dict[Evse, list[Connector]] = {}
        for connector in connectors.select_related("evse", "station__site").order_by("evse", "number"):
            of_evse.setdefault(connector.evse, []).append(connector)
        for evse, faulted in of_evse.items():
            yield finding_of(evse, faulted, now)

    def _of_stations(self, scope: Scope, now: datetime) -> Iterator[Finding]:
        for station in scope.stations.filter(status=ConnectorStatus.FAULTED).select_related("site"):
            code = code_of(station)
            yield Finding(
                subject=station_subject(station.pk),
                organization_id=station.site.organization_id,
                site_id=station.site_id,
                station_id=station.pk,
                evse_id=None,
                began_at=station.status_at or now,
                said=Phrase("%(station)s as a whole reports a fault: %(code)s", station=station.identity, code=code)
                if code
                else Phrase("%(station)s as a whole reports a fault.", station=station.identity),
                evidence={"error_code": station.error_code},
                severity=severity_of(station.error_code),
            )


def finding_of(evse: Evse, faulted: list[Connector], now: datetime) -> Finding:
    """An EVSE of which these connectors (with their station and site) report a fault."""
    first = min(faulted, key=lambda connector: severity_of(connector.error_code))
    place = {"station": first.station.identity, "evse": evse.number}
    code = code_of(first)
    return Finding(
        subject=evse_subject(evse.pk),
        organization_id=first.station.site.organization_id,
        site_id=first.station.site_id,
        station_id=first.station_id,
        evse_id=evse.pk,
        began_at=min(connector.status_received_at or now for connector in faulted),
        said=Phrase("EVSE %(evse)s of %(station)s reports a fault: %(code)s", **place, code=code)
        if code
        else Phrase("EVSE %(evse)s of %(station)s reports a fault.", **place),
        evidence={
            "connectors": [
                {
                    "number": connector.number,
                    "error_code": connector.error_code,
                    "vendor_error_code": connector.vendor_error_code,
                    "info": connector.info,
                }
                for connector in faulted
            ]
        },
        severity=severity_of(first.error_code),
    )
