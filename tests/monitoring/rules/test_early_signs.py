"""Stations that grow worse, and the work order that is made of it."""

from datetime import UTC, datetime, timedelta

import pytest

from monitoring.models import Alert, LinkDay, Severity, TemperatureDay, WorkOrder
from monitoring.rules.base import Scope, defaults, rules
from monitoring.services import work_orders
from monitoring.views.sign_drawings import drawn
from stations.models import Station
from tests import factories

NOW = datetime.now(UTC)


def findings():
    rule = rules()["early_signs"]
    return list(rule.findings(Scope(Station.objects.all(), defaults(rule)), now=NOW))


def told(station, before, recent, model=TemperatureDay, field="celsius"):
    """Thirty-five days, of which the last seven are others."""
    model.objects.bulk_create(
        model(station=station, day=NOW.date() - timedelta(days=n), **{field: recent if n <= 7 else before})
        for n in range(1, 36)
    )


@pytest.fixture
def hot(station):
    told(station, 41, 64)
    return station


def test_a_charger_that_becomes_hot_is_told_with_its_figures(hot):
    (finding,) = findings()
    assert finding.evidence["said"] == ["Highest temperature of a day: 64 °C, before 41 °C."]
    assert finding.evidence["signs"][0]["peers"] == 0


def test_a_heat_wave_over_all_is_told_of_none(hot, site):
    for number in range(5):
        told(factories.StationFactory(site=site, identity=f"CP-{number}"), 30, 55)
    assert findings() == []


@pytest.mark.parametrize("field", ["queued", "errors", "timeouts"])
def test_rising_retries_and_errors_are_told(station, field):
    told(station, 1, 30, LinkDay, field)
    assert len(findings()) == 1


def test_one_work_order_is_made_and_its_evidence_is_drawn(hot, technician):
    (finding,) = findings()

    def raised():
        alert = Alert.objects.create(
            organization_id=finding.organization_id,
            site_id=finding.site_id,
            station_id=finding.station_id,
            rule="early_signs",
            subject=finding.subject,
            severity=Severity.MINOR,
            said=finding.said.english,
            evidence=finding.evidence,
            began_at=finding.began_at,
            noticed_at=NOW,
        )
        order = work_orders.order_of_signs(alert=alert, by=technician)
        # It goes and comes again while the work waits.
        Alert.objects.update(resolved_at=NOW)
        return order

    order, again = raised(), raised()
    assert (order, WorkOrder.objects.count()) == (again, 1)
    (sign,) = drawn(order.evidence)
    assert len(sign.columns) == 35
    assert [column.value for column in sign.columns if column.is_recent] == ["64"] * 7
    assert (sign.columns[0].value, sign.columns[-1].bar.height) == ("41", "100.00%")


def test_evidence_without_days_is_told_in_words(hot, technician):
    (finding,) = findings()
    order = work_orders.open_work_order(site=hot.site, title="Old", evidence=dict(finding.evidence), by=technician)
    assert drawn(order.evidence)[0].columns == []
