"""The demo network's past is a ledger like any other: its figures are computed."""

import threading

import pytest

from drivers.models import User
from monitoring.domain.uptime import month_of
from monitoring.models import LedgerEntry, Port, PortMonth, UptimeSignal
from monitoring.selectors import uptime
from monitoring.services import ledger
from monitoring.services.demo import past
from stations.services.demo.seed import seed


@pytest.fixture
def organization(db):
    return seed()


def test_ports_have_ninety_days_of_ledger_and_figures(organization):
    past.begin(organization=organization, stop=threading.Event())

    assert Port.objects.filter(commissioned_at__isnull=True).count() == 0
    assert set(LedgerEntry.objects.values_list("cause", flat=True)) == {
        "working",
        "fault",
        "offline",
        "operator",
    }
    person = User.objects.get(email="operator@demo.example")
    figures = uptime.port_figures(person, month=month_of(organization.created_at))
    under = {str(figure.port) for figure in figures if not figure.nevi.meets_target}
    assert "HAM-04 / 1" in under
    assert len(under) < len(figures) / 3
    assert PortMonth.objects.filter(is_due=True).count() == 0


def test_it_is_written_once_and_agrees_with_a_rebuild(organization):
    past.begin(organization=organization, stop=threading.Event())
    signals = UptimeSignal.objects.count()
    assert past.begin(organization=organization, stop=threading.Event()) == 0
    assert UptimeSignal.objects.count() == signals
    assert ledger.rebuild() == 0
