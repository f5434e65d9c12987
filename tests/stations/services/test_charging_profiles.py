"""What is known of profiles on stations, where messages are missing, late or strange."""

from datetime import timedelta

import pytest
from django.utils import timezone

from stations.domain.charging_profile import Criteria
from stations.models import AppliedProfile, ChargingLimit, ChargingNeeds, ChargingProfile, Command
from stations.selectors.power import expected_schedule
from stations.services import charging_needs, charging_profiles, sessions
from stations.services.charging_profiles import Placed, Report
from stations.services.work import Work
from tests import factories, power_rows


@pytest.fixture
def station(session):
    """Connected by 2.0.1, with a session that runs on its EVSE."""
    factories.connect(session.station, "ocpp2.0.1")
    return session.station


@pytest.fixture
def work(station):
    with Work.transaction({station.pk}, timezone.now()) as work:
        yield work


def wire(wire_id=1, purpose="TxDefaultProfile", *, limit=16, level=0, **members):
    schedule = {"id": 1, "chargingRateUnit": "A", "chargingSchedulePeriod": [{"startPeriod": 0, "limit": limit}]}
    return {
        "id": wire_id,
        "stackLevel": level,
        "chargingProfilePurpose": purpose,
        "chargingProfileKind": "Relative",
        "chargingSchedule": [schedule],
    } | members


def accept(work, station, placed):
    row = work.stations[station.pk]
    return charging_profiles.answered(work=work, station=row, placed=placed, accepted=True, at=work.now)


def states():
    return dict(AppliedProfile.objects.values_list("wire_id", "state"))


def test_without_an_answer_nobody_knows_whether_a_profile_is_in_force(work, station):
    command = factories.CommandFactory(station=station, kind="set_charging_profile")
    charging_profiles.sent(work=work, station=work.stations[station.pk], placed=Placed(wire(), 1), command=command)
    assert states() == {1: "sent"}
    charging_profiles.command_failed(command=command, now=work.now)
    assert states() == {1: "rejected"}


def test_another_profile_of_the_same_place_takes_it(work, station):
    for wire_id in (1, 2):
        accept(work, station, Placed(wire(wire_id), 1))
    accept(work, station, Placed(wire(3, level=1), 1))
    assert states() == {1: "replaced", 2: "accepted", 3: "accepted"}


def test_a_profile_that_moves_to_another_evse_leaves_the_first(work, station):
    for evse in (1, 2):
        accept(work, station, Placed(wire(), evse))
    rows = AppliedProfile.objects.order_by("id").values_list("evse_number", "state")
    assert list(rows) == [(1, "replaced"), (2, "accepted")]


def test_a_tx_profile_without_an_id_is_the_running_sessions(work, station, session):
    row = accept(work, station, Placed(wire(purpose="TxProfile"), session.evse.number))
    assert row.transaction_id == session.transaction_id


def test_a_report_nobody_asked_for_takes_nothing_away(work, station):
    accept(work, station, Placed(wire(1), 1))
    report = Report(request_id=99, source="CSO", evse_number=1, profiles=[wire(2, level=1)])
    charging_profiles.reported(work=work, station=work.stations[station.pk], report=report, at=work.now)
    assert states() == {1: "accepted", 2: "accepted"}


def test_a_report_knows_better_than_we(work, station):
    accept(work, station, Placed(wire(1, limit=16), 1))
    report = Report(request_id=5, source="CSO", evse_number=2, profiles=[wire(1, limit=8)])
    charging_profiles.reported(work=work, station=work.stations[station.pk], report=report, at=work.now)
    row = AppliedProfile.objects.get()
    assert (row.evse_number, row.report_id, '"limit":8' in row.schedules) == (2, 5, True)


def test_what_others_impose_is_never_cleared_by_us(work, station):
    external = wire(-3, "ChargingStationExternalConstraints")
    report = Report(request_id=5, source="EMS", evse_number=0, profiles=[external])
    row = work.stations[station.pk]
    charging_profiles.reported(work=work, station=row, report=report, at=work.now)
    charging_profiles.cleared(work=work, station=row, criteria=Criteria(), at=work.now)
    assert states() == {-3: "accepted"}
    charging_needs.limit_released(work=work, station=row, source="EMS", evse_number=None, at=work.now)
    assert states() == {-3: "cleared"}


def test_a_profile_that_came_with_a_remote_start_is_its_sessions(work, station, session):
    command = factories.CommandFactory(station=station, kind="remote_start", session=session)
    placed = Placed(wire(purpose="TxProfile", limit=7), None, starts_session=True)
    row = work.stations[station.pk]
    charging_profiles.sent(work=work, station=row, placed=placed, command=command)
    charging_profiles.answered(work=work, station=row, placed=placed, accepted=True, at=work.now)
    [slot] = expected_schedule(station, session.evse.number, at=work.now, duration_s=60, unit="A")
    assert slot.limit == 7
    charging_profiles.session_over(session=session, at=work.now)
    assert states() == {1: "ended"}


def test_a_limit_released_on_one_evse_stays_on_the_other(work, station):
    row = work.stations[station.pk]
    for evse in (1, 2):
        imposed = charging_needs.Imposed("EMS", evse, False, False, [])
        charging_needs.limit_imposed(work=work, station=row, imposed=imposed, at=work.now)
    charging_needs.limit_released(work=work, station=row, source="EMS", evse_number=1, at=work.now)
    assert list(ChargingLimit.objects.filter(released_at=None).values_list("evse_number", flat=True)) == [2]


def test_a_vehicle_that_is_never_content_gets_three_more_schedules(work, station, session):
    needs = ChargingNeeds.objects.create(
        station=station,
        session=session,
        evse_number=session.evse.number,
        received_at=work.now,
        transfer="DC",
        payload='{"requestedEnergyTransfer":"DC"}',
        answer="Accepted",
    )
    accept(work, station, Placed(wire(purpose="TxProfile"), session.evse.number))
    greedy = wire(limit=99)["chargingSchedule"][0]
    told = charging_needs.ToldSchedule(session.evse.number, work.now, greedy, None)
    row = work.stations[station.pk]
    for _ in range(5):
        assert not charging_needs.schedule_told(work=work, station=row, told=told, at=work.now)
    needs.refresh_from_db()
    assert needs.renegotiations == 3
    assert Command.objects.filter(kind="set_charging_profile").count() == 3
    assert ChargingProfile.objects.filter(session=session).count() == 1


def test_a_session_that_is_closed_takes_its_profile_along(work, station, session, operator):
    accept(work, station, Placed(wire(purpose="TxProfile"), session.evse.number))
    sessions.close_administratively(session=session, by=operator)
    assert states() == {1: "ended"}


def test_a_site_with_a_time_zone_that_is_none_counts_in_utc(station, session):
    power_rows.add(session)
    session.station.site.timezone = "Nowhere/Land"
    session.station.site.save()
    slots = expected_schedule(station, 1, at=timezone.now() + timedelta(days=1), duration_s=60, unit="A")
    assert slots[0].limit == 16
