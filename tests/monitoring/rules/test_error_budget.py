"""Ports that use up their error budget."""

from datetime import timedelta

import pytest
from django.utils import timezone

from monitoring.models import Severity
from monitoring.rules.base import Scope, defaults
from monitoring.rules.error_budget import ErrorBudget
from stations.models import Station
from tests.monitoring.ledger_rows import port_with_an_outage

pytestmark = pytest.mark.django_db


def found():
    rule = ErrorBudget()
    return list(rule.findings(Scope(Station.objects.all(), defaults(rule)), now=timezone.now()))


def test_a_port_with_a_short_outage_long_ago_is_well(station):
    port_with_an_outage(station, age=timedelta(days=300), began=timedelta(days=100), lasted=timedelta(hours=2))
    assert found() == []


def test_a_port_that_has_used_it_up_is_told_as_grave(station):
    port = port_with_an_outage(station, age=timedelta(days=60), began=timedelta(days=20), lasted=timedelta(days=15))
    (finding,) = found()
    assert (finding.subject, finding.severity) == (f"evse:{port.pk}", Severity.MAJOR)


def test_a_port_that_uses_it_up_too_fast_is_told_before(station):
    port_with_an_outage(station, age=timedelta(days=60), began=timedelta(days=8), lasted=timedelta(days=7))
    (finding,) = found()
    assert finding.severity is None
    assert finding.evidence["burn_rate"] > 2
