"""A ticket with all that hangs on it, for walks over all addresses."""

from monitoring.models import CannedAnswer, RefundRequest, SupportPolicy, Ticket
from monitoring.services import refunds, support
from tests.monitoring.tickets import report

TEXTS = ("REPORT-OF-VOLTA", "REFUND-OF-VOLTA", "CANNED-OF-VOLTA")
OF_DRIVERS = TEXTS[:2]


def make(network, person):
    """`person` asks for the refund."""
    ticket = report(network, subject="REPORT-OF-VOLTA", session=network.session)
    refunds.request_refund(ticket=ticket, amount_minor=100, reason="REFUND-OF-VOLTA", by=person)
    organization = network.organization
    support.save_canned(answer=CannedAnswer(organization=organization, title="CANNED-OF-VOLTA", body="Hello"))


def owned(organization):
    """Its rows by whose they are."""
    return {
        Ticket: {"organization": organization},
        RefundRequest: {"ticket__organization": organization},
        CannedAnswer: {"organization": organization},
        SupportPolicy: {"organization": organization},
    }
