"""What stations tell of payments at their terminals. Billing takes it from here by facts."""

from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

from stations.domain.vat import is_well_formed
from stations.models import Settlement, Station, VatCheck
from stations.services.work import Work

# Beyond it a number is no amount of money.
_MOST = 1e15


@dataclass(frozen=True, slots=True)
class Told:
    """A payment's end as a station tells it."""

    psp_ref: str
    status: str
    amount: float
    settled_at: datetime
    transaction_id: str = ""
    status_info: str = ""
    receipt_id: str = ""
    receipt_url: str = ""
    vat_number: str = ""
    company: dict[str, Any] = field(default_factory=dict)


def settlement_told(*, work: Work, station: Station, told: Told) -> Settlement:
    """Keep what became of a payment; told again it is one row still."""
    session = work.session(station, told.transaction_id) if told.transaction_id else None
    amount = told.amount if abs(told.amount) < _MOST else 0.0
    row, is_new = Settlement.objects.get_or_create(
        station=station,
        psp_ref=told.psp_ref,
        status=told.status,
        settled_at=told.settled_at,
        defaults={
            "session": session,
            "transaction_id": told.transaction_id,
            "status_info": told.status_info,
            "amount": Decimal(str(amount)).quantize(Decimal("0.0001")),
            "receipt_id": told.receipt_id,
            "receipt_url": told.receipt_url,
            "vat_number": told.vat_number,
            "company": told.company,
            "received_at": work.now,
        },
    )
    if is_new:
        data = {
            "station": station.pk,
            "session": session.pk if session else None,
            "psp_ref": told.psp_ref,
            "status": told.status,
            "amount": str(row.amount),
        }
        work.record("payment.settlement_told", subject=row, data=data)
        work.nudge_station(station)
    return row


def check_vat_number(*, work: Work, station: Station, number: str, evse_number: int | None) -> bool:
    """Whether a VAT number can be one, by its country's pattern; the question is kept.

    C18.FR.09 leaves open how it is found out. A register would have to be asked over the network, which a charger's
    message does not wait for.
    """
    accepted = is_well_formed(number)
    VatCheck.objects.create(
        station=station, evse_number=evse_number, vat_number=number, is_accepted=accepted, at=work.now
    )
    return accepted
