import pytest
from django.core.exceptions import ValidationError

from monitoring.models import WorkOrder
from monitoring.services import work_orders

State = WorkOrder.State


@pytest.fixture
def order(station, operator):
    return work_orders.open_work_order(site=station.site, station=station, title="Replace the cable", by=operator)


def test_one_that_is_opened_says_so_in_its_timeline(order, operator):
    assert order.state == State.OPEN
    assert [(entry.kind, entry.by) for entry in order.entries.all()] == [("opened", operator)]


def test_one_by_the_network_itself_needs_no_person(site):
    order = work_orders.open_work_order(site=site, title="Look at it", origin=WorkOrder.Origin.SIGNS)
    assert order.created_by is None
    assert order.organization_id == site.organization_id


def test_a_station_of_another_site_is_refused(site, elsewhere):
    with pytest.raises(ValidationError):
        work_orders.open_work_order(site=site, station=elsewhere.station, title="Look at it")


def test_it_is_given_only_to_who_may_work_there(order, operator, technician, stranger, viewer):
    assert work_orders.assign(order=order, to=technician, by=operator).state == State.ASSIGNED
    for person in (stranger, viewer):
        with pytest.raises(ValidationError):
            work_orders.assign(order=order, to=person, by=operator)


def test_whom_it_is_given_to_is_owed_a_letter_but_who_takes_it_is_not(order, operator, technician):
    assert work_orders.assign(order=order, to=technician, by=operator).letter_due_at is not None
    assert work_orders.assign(order=order, to=operator, by=operator).letter_due_at is None


def test_who_starts_one_that_is_nobodys_has_it(order, technician):
    row = work_orders.start(order=order, by=technician)
    assert (row.state, row.assigned_to) == (State.IN_PROGRESS, technician)
    assert work_orders.start(order=order, by=technician).started_at == row.started_at


def test_what_is_done_keeps_what_was_found_and_what_it_cost(order, technician):
    work_orders.start(order=order, by=technician)
    row = work_orders.finish(
        order=order, by=technician, found="connector", cured="replaced", cost_minor=12_50, spent_minutes=45
    )
    assert (row.state, row.found, row.cost_minor, row.currency) == (State.DONE, "connector", 1250, "EUR")
    assert [entry.kind for entry in order.entries.all()] == ["opened", "started", "done"]


def test_done_twice_is_done_once(order, technician):
    work_orders.finish(order=order, by=technician)
    work_orders.finish(order=order, by=technician)
    assert order.entries.filter(kind="done").count() == 1


def test_what_is_done_is_not_cancelled_but_can_be_taken_up_again(order, technician):
    work_orders.finish(order=order, by=technician)
    with pytest.raises(ValidationError):
        work_orders.cancel(order=order, by=technician)
    assert work_orders.reopen(order=order, by=technician).state == State.ASSIGNED


def test_parts_stand_in_the_timeline(order, technician):
    part = work_orders.use_part(order=order, by=technician, name="CCS cable", quantity=2)
    work_orders.put_back_part(part=part, by=technician)
    assert order.parts.count() == 0
    assert [entry.text for entry in order.entries.filter(kind="part")] == ["2 × CCS cable", "Not used: 2 × CCS cable"]
