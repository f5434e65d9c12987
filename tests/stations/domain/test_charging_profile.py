"""What a central system must not send."""

from datetime import UTC, datetime

import pytest

from stations.domain.charging_profile import Criteria, Draft, Kind, Purpose, Unit, problems, purpose_of, schedule_of

NOON = datetime(2027, 1, 1, 12, tzinfo=UTC)
PERIOD = {"startPeriod": 0, "limit": 6}


def schedule(*periods, **members):
    start = {"startSchedule": "2027-01-01T12:00:00Z"}
    return start | {"chargingRateUnit": "A", "chargingSchedulePeriod": list(periods) or [PERIOD]} | members


def draft(purpose=Purpose.TX_DEFAULT, kind=Kind.ABSOLUTE, schedules=None, **fields):
    return Draft(purpose, kind, [schedule()] if schedules is None else schedules, **fields)


def relative(*periods, **members):
    found = schedule(*periods, **members)
    del found["startSchedule"]
    return found


def test_a_good_profile_has_no_problems():
    assert problems(draft()) == {}
    assert problems(draft(kind=Kind.RECURRING, recurrency="Daily")) == {}
    assert problems(draft(Purpose.TX, Kind.RELATIVE, [relative()])) == {}


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        (draft(Purpose.EXTERNAL), "purpose"),
        (draft(Purpose.STATION_MAX, Kind.RELATIVE, [relative()]), "kind"),
        (draft(kind=Kind.RECURRING), "recurrency"),
        (draft(recurrency="Daily"), "recurrency"),
        (draft(valid_from=NOON, valid_to=NOON), "valid_to"),
        (draft(schedules=[]), "schedules"),
        (draft(schedules=[schedule()] * 4), "schedules"),
        (draft(schedules=["nonsense"]), "schedules"),
        (draft(schedules=[{"chargingRateUnit": "A"}]), "schedules"),
        (draft(schedules=[schedule({"startPeriod": 5, "limit": 6})]), "schedules"),
        (draft(schedules=[schedule(PERIOD, PERIOD)]), "schedules"),
        (draft(schedules=[schedule({"startPeriod": 0, "limit": -1})]), "schedules"),
        (draft(schedules=[schedule(PERIOD | {"phaseToUse": 1, "numberPhases": 3})]), "schedules"),
        (draft(schedules=[relative()]), "schedules"),
        (draft(Purpose.TX, Kind.RELATIVE), "schedules"),
        (draft(kind=Kind.DYNAMIC, schedules=[relative(PERIOD, {"startPeriod": 9, "limit": 7})]), "schedules"),
        (draft(Purpose.PRIORITY, Kind.RELATIVE, [relative(duration=60)]), "schedules"),
        (draft(extras={"dynUpdateInterval": 60}), "extras"),
        (draft(extras={"anything": 1}), "extras"),
    ],
)
def test_a_field_at_fault_is_named(wrong, field):
    assert list(problems(wrong)) == [field]


def test_the_word_of_16_for_a_whole_station_is_understood():
    assert purpose_of("ChargePointMaxProfile") == Purpose.STATION_MAX
    assert purpose_of("TxProfile") == Purpose.TX


def test_a_schedule_is_read_whatever_the_version():
    found = schedule_of(schedule(duration=60.0, minChargingRate=4.5))
    assert (found.unit, found.start, found.duration_s, found.min_rate) == (Unit.AMPERE, NOON, 60, 4.5)


def test_idle_means_that_nothing_flows():
    idle = schedule_of(relative({"startPeriod": 0, "operationMode": "Idle"}))
    assert (idle.periods[0].limit, idle.periods[0].discharge_limit) == (0, 0)


def test_criteria_fit_where_all_that_is_given_fits():
    profile = {"wire_id": 4, "purpose": "TxProfile", "stack_level": 1, "evse": 2, "source": "CSO"}
    assert Criteria().fit(**profile)
    assert Criteria(ids=frozenset({4}), evse=2).fit(**profile)
    assert not Criteria(ids=frozenset({4}), evse=0).fit(**profile)
    assert not Criteria(sources=frozenset({"EMS"})).fit(**profile)
