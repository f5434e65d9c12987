"""Whether a vehicle's contract certificate is good, and what the station is told."""

from datetime import UTC, datetime, timedelta

import pytest

from stations.domain.contracts import ContractStatus, combine, judge_chain
from tests.pki import Authority

NOW = datetime.now(UTC)


@pytest.fixture(scope="module")
def root():
    return Authority("MO root")


@pytest.fixture(scope="module")
def sub(root):
    return Authority("MO sub CA", parent=root)


def judge(chain, *roots, now=NOW):
    return judge_chain(chain, [root.certificate for root in roots], now)[0]


def test_a_chain_that_leads_to_a_known_root_is_good_with_or_without_it(root, sub):
    chain = [sub.issue("EMAID"), sub.certificate]
    assert judge(chain, root) is ContractStatus.ACCEPTED
    assert judge([*chain, root.certificate], Authority("Other"), root) is ContractStatus.ACCEPTED


def test_without_a_root_there_is_nothing_to_check_it_with(root, sub):
    assert judge([sub.issue("EMAID"), sub.certificate], Authority("Other")) is ContractStatus.NO_CERTIFICATE


def test_a_root_of_the_same_name_is_another(root, sub):
    chain = [sub.issue("EMAID"), sub.certificate]
    assert judge(chain, Authority("MO root")) is ContractStatus.SIGNATURE_ERROR


def test_a_chain_with_a_gap_is_none(root, sub):
    other = Authority("Other sub CA", parent=root)
    assert judge([sub.issue("EMAID"), other.certificate], root) is ContractStatus.CHAIN_ERROR
    assert judge([], root) is ContractStatus.CHAIN_ERROR


def test_a_vehicles_own_certificate_vouches_for_no_other(root):
    """Whoever has a contract must not make contracts."""
    holder = Authority("EMAID-1", parent=root)
    holder.certificate = root.issue("EMAID-1")
    assert judge([holder.issue("EMAID-2"), holder.certificate], root) is ContractStatus.CHAIN_ERROR


def test_time_has_its_say(root, sub):
    chain = [sub.issue("EMAID", days=10), sub.certificate]
    assert judge(chain, root, now=NOW + timedelta(days=11)) is ContractStatus.EXPIRED


@pytest.mark.parametrize(
    ("token", "certificate", "told"),
    [
        ("Accepted", "Accepted", ("Accepted", "Accepted")),
        ("ConcurrentTx", "Accepted", ("ConcurrentTx", "Accepted")),
        ("Blocked", "Accepted", ("Blocked", "ContractCancelled")),
        ("Invalid", "Accepted", ("Invalid", "ContractCancelled")),
        ("Accepted", "CertificateRevoked", ("Invalid", "CertificateRevoked")),
        ("Accepted", "CertificateExpired", ("Expired", "CertificateExpired")),
        ("Accepted", "CertChainError", ("Invalid", "CertChainError")),
    ],
)
def test_token_and_certificate_are_told_together(token, certificate, told):
    assert combine(token, ContractStatus(certificate)) == told
