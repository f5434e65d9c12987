from datetime import UTC, datetime, timedelta

from monitoring.models import WorkOrder
from monitoring.selectors.maintenance import costs, under_maintenance, windows_between
from tests import factories
from tests.monitoring.maintenance_rows import WindowFactory, WorkOrderFactory

NOON = datetime(2026, 11, 2, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)


def test_a_window_of_a_site_holds_all_its_stations_from_its_start_to_before_its_end(site, station, elsewhere):
    WindowFactory(site=site, starts_at=NOON, ends_at=NOON + HOUR)
    ids = [station.pk, elsewhere.station.pk]
    assert under_maintenance(ids, NOON - timedelta(seconds=1)) == set()
    assert under_maintenance(ids, NOON) == {station.pk}
    assert under_maintenance(ids, NOON + HOUR) == set()


def test_a_window_of_some_stations_holds_no_others(site, station):
    other = factories.StationFactory(site=site)
    WindowFactory(site=site, starts_at=NOON).stations.set([other])
    assert under_maintenance([station.pk, other.pk], NOON) == {other.pk}


def test_one_that_was_called_off_never_was(site, station):
    WindowFactory(site=site, starts_at=NOON, cancelled_at=NOON - HOUR)
    assert under_maintenance([station.pk], NOON) == set()


def test_one_that_was_ended_early_was_only_so_long(site, station):
    WindowFactory(site=site, starts_at=NOON, ends_at=NOON + 2 * HOUR, ended_at=NOON + HOUR)
    (span,) = windows_between([station.pk], NOON, NOON + 3 * HOUR)
    assert (span.start, span.end) == (NOON, NOON + HOUR)
    assert windows_between([station.pk], NOON + HOUR, NOON + 3 * HOUR) == []


def test_what_finished_work_cost_is_read_by_when_it_was_finished(site):
    done = {"site": site, "state": WorkOrder.State.DONE, "currency": "EUR"}
    first = WorkOrderFactory(**done, finished_at=NOON, cost_minor=100)
    WorkOrderFactory(**done, finished_at=NOON + HOUR, cost_minor=200)
    WorkOrderFactory(**done, finished_at=NOON)
    assert [cost.work_order_id for cost in costs([site.pk], NOON, NOON + HOUR)] == [first.pk]
