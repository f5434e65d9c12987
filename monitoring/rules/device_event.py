"""Events of monitors and hardware inside stations (OCPP 2.x NotifyEvent)."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from decimal import Decimal
from typing import ClassVar

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from drivers.domain.phrases import Phrase
from monitoring.domain.faults import weight_of_device_event
from monitoring.models import Severity
from monitoring.rules.base import Finding, Rule, Scope, Threshold, station_subject
from stations.models import DeviceEvent, Evse

LONGEST = timedelta(days=7)
# 0 danger to 9 debug (OCPP 2.0.1 `SetMonitoringData.severity`); beyond 6 nobody is to be told.
LEAST_GRAVE = 6


class DeviceEventReported(Rule):
    name = "device_event"
    title = _("Station reports a hardware event")
    about = _(
        "A monitor inside a station (OCPP 2.x) reported something as grave as an error or worse, overcurrent among it,"
        " and has not said since that it is over. Events that are never taken back count for some hours. Look up its"
        " code in the maker's manual and at what the station reported before; with danger, have it switched off on"
        " site."
    )
    severity = Severity.MINOR
    thresholds: ClassVar[tuple[Threshold, ...]] = (
        Threshold("severity", _("Up to severity (0 danger, 4 error, 9 debug)"), Decimal(4)),
        Threshold("hours", _("Without being taken back, for"), Decimal(24), _("hours")),
    )
    facts = frozenset({"device.event"})
    every = timedelta(minutes=5)

    def findings(self, scope: Scope, *, now: datetime) -> Iterable[Finding]:
        events = DeviceEvent.objects.filter(
            Q(severity__lte=LEAST_GRAVE) | Q(cleared=True), station__in=scope.stations, received_at__gt=now - LONGEST
        )
        last: dict[tuple[object, ...], DeviceEvent] = {}
        for event in events.select_related("station__site").order_by("pk"):
            last[(event.station_id, event.component, event.evse_number, event.name)] = event
        standing = [event for event in last.values() if self._stands(event, scope, now)]
        evses = _evses(standing)
        for event in standing:
            yield _finding(event, evses.get((event.station_id, event.evse_number)))

    def _stands(self, event: DeviceEvent, scope: Scope, now: datetime) -> bool:
        site = event.station.site_id
        if event.cleared or event.severity is None or event.severity > scope.threshold("severity", site):
            return False
        return now - event.received_at <= timedelta(hours=float(scope.threshold("hours", site)))


def _finding(event: DeviceEvent, evse: int | None) -> Finding:
    place = {"station": event.station.identity, "component": event.component, "variable": event.name}
    return Finding(
        subject=f"{station_subject(event.station_id)}:{event.component}.{event.name}@{event.evse_number or 0}"[:80],
        organization_id=event.station.site.organization_id,
        site_id=event.station.site_id,
        station_id=event.station_id,
        evse_id=evse,
        began_at=event.received_at,
        said=Phrase("%(station)s reports an event of its %(component)s: %(variable)s", **place),
        evidence={
            "event": event.pk,
            "severity": event.severity,
            "value": event.actual_value[:200],
            "tech_code": event.tech_code,
            "tech_info": event.tech_info,
        },
        severity=Severity[weight_of_device_event(event.severity or 0).name],
    )


def _evses(events: Iterable[DeviceEvent]) -> dict[tuple[int, int | None], int]:
    stations = {event.station_id for event in events if event.evse_number}
    rows = Evse.objects.filter(station__in=stations).values_list("station", "number", "pk")
    return {(station, number): pk for station, number, pk in rows}
