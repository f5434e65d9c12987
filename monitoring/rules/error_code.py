"""Connectors that work, and report an error all the same."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from drivers.domain.phrases import Phrase
from monitoring.domain.faults import DANGEROUS, NOTHING, PASSING
from monitoring.models import Severity
from monitoring.rules.base import Finding, Rule, Scope, evse_subject
from stations.domain.status import ConnectorStatus
from stations.models import Connector, Fact


class ErrorCode(Rule):
    name = "error_code"
    title = _("Station reports an error")
    about = _(
        "A connector goes on working but reports an error code for some minutes, such as a card reader or a meter that"
        " fails. Drivers may still be able to charge; have somebody look before it becomes a fault."
    )
    severity = Severity.MINOR
    raise_after = timedelta(minutes=5)
    clear_after = timedelta(minutes=5)
    facts = frozenset({"connector.status"})

    def concerns(self, fact: Fact) -> bool:
        return bool(fact.data.get("from_error_code") or fact.data.get("error_code"))

    def findings(self, scope: Scope, *, now: datetime) -> Iterable[Finding]:
        quiet = Q(error_code__in=NOTHING | PASSING) | Q(status=ConnectorStatus.FAULTED)
        connectors = Connector.objects.filter(station__in=scope.stations).exclude(quiet)
        seen: set[int] = set()
        for connector in connectors.select_related("evse", "station__site").order_by("evse", "number"):
            if connector.evse_id in seen:
                continue
            seen.add(connector.evse_id)
            yield Finding(
                subject=evse_subject(connector.evse_id),
                organization_id=connector.station.site.organization_id,
                site_id=connector.station.site_id,
                station_id=connector.station_id,
                evse_id=connector.evse_id,
                began_at=connector.status_received_at or now,
                said=Phrase(
                    "EVSE %(evse)s of %(station)s works, but reports the error %(code)s",
                    evse=connector.evse.number,
                    station=connector.station.identity,
                    code=connector.error_code,
                ),
                evidence={"vendor_error_code": connector.vendor_error_code, "info": connector.info},
                severity=Severity.MAJOR if connector.error_code in DANGEROUS else None,
            )
