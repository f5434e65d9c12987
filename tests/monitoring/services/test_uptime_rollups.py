"""Sums by month: hour by hour they come out as if they were made at once."""

from datetime import UTC, date, datetime, timedelta

import pytest

from monitoring.domain.uptime import CONNECTION, Cause, connector
from monitoring.domain.uptime.signals import OFF, ON, Word
from monitoring.models import Exclusion, Port, PortMonth
from monitoring.selectors import uptime
from monitoring.services import ledger, uptime_rollups
from monitoring.services.ledger import Heard

BEGUN = datetime(2026, 1, 20, tzinfo=UTC)
HOUR = timedelta(hours=1)


def at(hours: float) -> datetime:
    return BEGUN + hours * HOUR


@pytest.fixture
def plug(station):
    return station.connectors.get()


@pytest.fixture
def tell(plug):
    def tell(channel, value, hours, *, now=None):
        evse_id = None if channel == CONNECTION else plug.evse_id
        ledger.hear(Heard(plug.station_id, channel, value, at(hours), evse_id=evse_id), now=at(now or hours))

    tell(CONNECTION, ON, 0)
    tell(connector(plug.pk), Word.WORKS, 0)
    return tell


@pytest.fixture
def port(tell, plug):
    return Port.objects.get(pk=plug.evse_id)


def rows():
    names = ("month", "through", "measured_s", "outage_s", "excluded_s", "reliable_s", "unreliable_s", "outages")
    return list(PortMonth.objects.order_by("month").values_list(*names, "by_cause", "excluded_by"))


def test_hour_by_hour_is_the_same_as_at_once(tell, port):
    ups = {30: Word.FAULTED, 34: Word.WORKS, 300: Word.FAULTED, 310: Word.WORKS}
    for hour in range(1, 400, 29):
        for when in [when for when in ups if hour - 29 < when <= hour]:
            tell(connector(port.evse.connectors.get().pk), ups[when], when)
        uptime_rollups.roll_up(now=at(hour))
    stepwise = rows()
    uptime_rollups.rebuild(now=at(hour))

    assert rows() == stepwise
    assert [row[0] for row in stepwise] == [date(2026, 1, 1), date(2026, 2, 1)]
    assert [row[3] for row in stepwise] == [4 * 3600, 10 * 3600]
    assert [row[7] for row in stepwise] == [1, 1]


def test_what_is_heard_late_is_taken_in(tell, port):
    uptime_rollups.roll_up(now=at(100))
    tell(CONNECTION, OFF, 50, now=100)
    tell(CONNECTION, ON, 60, now=100)
    assert PortMonth.objects.get().is_due
    uptime_rollups.roll_up(now=at(101))

    row = PortMonth.objects.get()
    assert (row.outage_s, row.by_cause["unknown:offline"]) == (36_000, 36_000)
    # Silence is no reliability, and no unreliability either.
    assert (row.reliable_s, row.unreliable_s) == (91 * 3600, 0)


def test_what_did_not_change_is_not_worked_out_again(tell, port):
    uptime_rollups.roll_up(now=at(100))
    assert uptime_rollups.roll_up(now=at(100)) == 0


def test_months_without_a_roll_up_are_made_up_for(tell, port):
    uptime_rollups.roll_up(now=at(24))
    uptime_rollups.roll_up(now=at(24 * 100))
    months = list(PortMonth.objects.values_list("month__month", "measured_s"))
    assert [month for month, _ in months] == [1, 2, 3, 4]
    assert months[1] == (2, 28 * 86_400)
    assert sum(seconds for _, seconds in months) == 100 * 86_400


def test_an_approved_exclusion_and_closed_hours_leave_the_outage(tell, port, site, operator, owner, viewer):
    site.opening_hours = {
        "twentyfourseven": False,
        "regular_hours": [{"weekday": day, "period_begin": "06:00", "period_end": "22:00"} for day in range(1, 8)],
    }
    site.save()
    tell(connector(port.evse.connectors.get().pk), Word.FAULTED, 20)
    tell(connector(port.evse.connectors.get().pk), Word.WORKS, 40)
    Exclusion.objects.create(
        site=site,
        starts_at=at(21),
        ends_at=at(24),
        reason="vandalism",
        evidence="Police report 7",
        state="approved",
        author=operator,
        reviewed_by=owner,
        reviewed_at=at(45),
        created_at=at(44),
    )
    uptime_rollups.roll_up(now=at(48))

    row = PortMonth.objects.get()
    # Out from 20:00 to 16:00; 21:00 to 24:00 is vandalism, 0:00 to 6:00 closed: none of it twice.
    assert row.outage_s == 20 * 3600
    assert row.excluded_by == {"vandalism": 3 * 3600, "closed": 6 * 3600}
    assert row.unreliable_s == 12 * 3600
    figures = uptime.port_figures(viewer, month=date(2026, 1, 1))[0]
    assert figures.nevi.uptime == pytest.approx((525_600 - 11 * 60) / 525_600 * 100)
    known = uptime.nevi_as_of(viewer, port=port, month=date(2026, 1, 1), as_of=at(48))
    assert known.excluded == {"vandalism": 180, "closed": 360}
    before = uptime.nevi_as_of(viewer, port=port, month=date(2026, 1, 1), as_of=at(44.5))
    assert before.excluded == {"closed": 480}


def test_figures_of_sites_and_the_network_add_up(tell, port, viewer, stranger, site):
    tell(connector(port.evse.connectors.get().pk), Word.FAULTED, 20)
    uptime_rollups.roll_up(now=at(20 + 300))

    month = date(2026, 2, 1)
    (group,) = uptime.site_figures(viewer, month=month)
    assert (group.site_id, group.ports, group.under_target) == (site.pk, 1, 1)
    assert uptime.network_figures(viewer, month=month).outage == group.outage == 300 * 60
    assert uptime.network_figures(stranger, month=month).ports == 0
    assert uptime.down_now(viewer).get().cause == Cause.FAULT


def test_a_budget_tells_when_it_will_be_used_up(tell, port):
    tell(connector(port.evse.connectors.get().pk), Word.FAULTED, 20)
    uptime_rollups.roll_up(now=at(20 + 100))
    budget = uptime.budgets([port], now=at(120))[port.pk]
    assert budget.allowed == pytest.approx(15_768)
    assert budget.left == pytest.approx(15_768 - 6_000)
    assert budget.breach_at is not None
    assert budget.burn_rate > 1


def test_a_port_that_turns_out_older_gets_its_earlier_months(tell, port):
    uptime_rollups.roll_up(now=at(24))
    tell(CONNECTION, ON, -24 * 40, now=25)
    tell(connector(port.evse.connectors.get().pk), Word.WORKS, -24 * 40, now=25)
    uptime_rollups.roll_up(now=at(26))
    months = list(PortMonth.objects.values_list("month__month", "measured_s"))
    assert [month for month, _ in months] == [12, 1]
    assert sum(seconds for _, seconds in months) == 40 * 86_400 + 26 * 3600
