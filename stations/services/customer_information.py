"""What stations store of customers, told and cleared (OCPP 2.x N09, N10). Kept here for a short time only."""

from dataclasses import asdict, dataclass
from datetime import datetime

from django.db import transaction

from stations.domain.reports import MAX_PARTS
from stations.models import CustomerInformation, Report, Station
from stations.services import local_lists
from stations.services.work import Work


@dataclass(frozen=True, slots=True)
class Asked:
    """Whom it is about, and what is to be done."""

    id_token: str
    id_token_type: str
    customer_identifier: str
    certificate_serial_number: str
    wants_report: bool
    wants_clearing: bool


def asked(*, work: Work, station: Station, report: Report, asked: Asked) -> None:
    """A station answered whether it will tell of a customer, or forget them."""
    CustomerInformation.objects.create(report=report, station=station, **asdict(asked))
    if asked.wants_clearing and report.status == "Accepted":
        data = {"station": station.pk, "id_token": asked.id_token}
        work.record("customer.cleared", subject=report, data=data)
        local_lists.forget(work=work, station=station, id_token=asked.id_token)
    work.nudge_station(station)


def told(*, station: Station, report: Report, number: int, text: str) -> None:
    """Store one part of what a station tells."""
    row, _ = CustomerInformation.objects.get_or_create(report=report, defaults={"station": station})
    if len(row.texts) < MAX_PARTS:
        row.texts[str(number)] = text
        row.save(update_fields=["texts"])


def prune(*, older_than: datetime, chunk: int = 1000) -> int:
    """Delete reports on customers from before an instant, in chunks; returns how many."""
    rows = Report.objects.filter(kind=Report.Kind.CUSTOMER, asked_at__lt=older_than)
    removed = 0
    while ids := list(rows.values_list("pk", flat=True)[:chunk]):
        with transaction.atomic():
            Report.objects.filter(pk__in=ids).delete()
        removed += len(ids)
    return removed
