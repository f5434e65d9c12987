import pytest
from django.core.exceptions import ValidationError

from monitoring.models import RefundRequest
from monitoring.services import refunds
from stations.models import Fact, Session
from tests.monitoring.tickets import report

State = RefundRequest.State


@pytest.fixture
def ticket(network):
    Session.objects.filter(pk=network.session.pk).update(cost_minor=1250, currency="EUR")
    network.session.refresh_from_db()
    return report(network, session=network.session)


@pytest.fixture
def refund(ticket, operator):
    return refunds.request_refund(ticket=ticket, amount_minor=500, reason="It stopped.", by=operator)


def test_it_is_in_the_currency_of_the_session(refund, ticket):
    assert (refund.state, refund.currency, refund.session) == (State.REQUESTED, "EUR", ticket.session)


def test_no_more_than_the_session_cost_can_be_asked_for(ticket, operator):
    with pytest.raises(ValidationError, match="cost less"):
        refunds.request_refund(ticket=ticket, amount_minor=1251, reason="All of it", by=operator)


@pytest.mark.parametrize(("amount", "reason"), [(0, "x"), (-1, "x"), (100, " ")])
def test_an_amount_and_a_reason_are_needed(ticket, operator, amount, reason):
    with pytest.raises(ValidationError):
        refunds.request_refund(ticket=ticket, amount_minor=amount, reason=reason, by=operator)


def test_one_is_decided_before_the_next_is_asked_for(refund, ticket, operator):
    with pytest.raises(ValidationError, match="asked for already"):
        refunds.request_refund(ticket=ticket, amount_minor=100, reason="More", by=operator)


def test_nobody_decides_what_they_asked_for_themselves(refund, operator):
    with pytest.raises(ValidationError, match="Somebody else"):
        refunds.decide_refund(refund=refund, approved=True, by=operator)


def test_a_second_person_decides_once_and_the_fact_says_how_much(refund, owner):
    row = refunds.decide_refund(refund=refund, approved=True, by=owner, note="Fine")
    assert (row.state, row.decided_by, row.decision_note) == (State.APPROVED, owner, "Fine")
    fact = Fact.objects.get(kind="refund.approved")
    assert (fact.subject_id, fact.data["amount_minor"], fact.data["currency"]) == (refund.pk, 500, "EUR")
    with pytest.raises(ValidationError, match="decided before"):
        refunds.decide_refund(refund=refund, approved=False, by=owner)


def test_what_was_approved_is_paid_once_and_what_was_not_never(refund, owner):
    with pytest.raises(ValidationError, match="approved"):
        refunds.mark_paid(refund=refund)
    refunds.decide_refund(refund=refund, approved=True, by=owner)
    first, second = refunds.mark_paid(refund=refund), refunds.mark_paid(refund=refund)
    assert (first.state, first.paid_at) == (State.PAID, second.paid_at)
    assert Fact.objects.filter(kind="refund.paid").count() == 1
