"""Roll-ups: what the sweep keeps is what a rebuild makes."""

import random
from datetime import timedelta

import orjson
import pytest
from django.core.management import call_command
from django.utils import timezone

from stations import tasks
from stations.domain.metering import Reading
from stations.domain.rollup import DAY, QUARTER, start_of
from stations.models import EvseRollup, MeterSample, RollupDue, Session, SiteRollup
from stations.services import metering, network, rollups
from stations.services.work import Work
from tests import factories

pytestmark = pytest.mark.django_db

MIDNIGHT = start_of(timezone.now(), DAY) - 2 * DAY
NINE = MIDNIGHT + timedelta(hours=9)


def begin(connector, at=NINE, **more):
    return factories.SessionFactory(
        station=connector.evse.station,
        evse=connector.evse,
        connector=connector,
        started_at=at,
        received_at=at,
        meter_start_wh=0,
        meter_stop_wh=0,
        meter_stop_at=at,
        **more,
    )


def meter(session, *readings):
    """`readings`: (minutes since the session's start, Wh). Stored as a lane does."""
    with Work.transaction({session.station_id}, timezone.now()) as work:
        station = work.stations[session.station_id]
        found = next(s for s in work.open_sessions[station.pk] if s.pk == session.pk)
        told = [
            Reading(at=session.started_at + timedelta(minutes=minutes), energy_wh=float(wh), power_w=4_000.0)
            for minutes, wh in readings
        ]
        metering.store(
            work=work, station=station, readings=told, received_at=session.received_at, evse=found.evse, session=found
        )


def rows(model):
    """Everything of a table but the ids."""
    names = [field.attname for field in model._meta.concrete_fields if not field.primary_key]
    return sorted(map(repr, model.objects.values_list(*names)))


def tables():
    return rows(EvseRollup), rows(SiteRollup)


@pytest.fixture
def connector():
    return factories.ConnectorFactory()


def test_a_session_is_found_in_quarters_and_days_of_evse_and_site(connector):
    session = begin(connector)
    meter(session, (15, 1_000), (30, 3_000))
    rollups.sweep()
    quarters = EvseRollup.objects.filter(evse=connector.evse, interval="15m").order_by("start")
    assert [(q.start, q.energy_wh) for q in quarters][:2] == [(NINE, 1_000), (NINE + QUARTER, 2_000)]
    day = EvseRollup.objects.get(evse=connector.evse, interval="day")
    assert (day.start, day.energy_wh, day.sessions, day.samples) == (MIDNIGHT, 3_000, 1, 2)
    site_day = SiteRollup.objects.get(interval="day")
    assert (site_day.energy_wh, site_day.peak_power_w) == (3_000, 8_000)


def test_a_sites_quarter_is_the_sum_of_its_evses(connector):
    other = factories.ConnectorFactory(evse__station__site=connector.evse.station.site)
    for plug in (connector, other):
        meter(begin(plug), (15, 1_000))
    rollups.sweep()
    assert SiteRollup.objects.get(interval="15m", start=NINE).energy_wh == 2_000


def test_what_was_taken_in_is_not_taken_in_again(connector):
    meter(begin(connector), (15, 1_000))
    assert rollups.sweep() > 0
    assert not RollupDue.objects.exists()
    assert rollups.sweep() == 0


def test_a_sweep_that_broke_off_loses_nothing(connector, monkeypatch):
    session = begin(connector)
    meter(session, (15, 1_000))

    def breaks(*args):
        raise RuntimeError

    with monkeypatch.context() as patch:
        patch.setattr(rollups, "recompute", breaks)
        with pytest.raises(RuntimeError):
            rollups.sweep()
    rollups.sweep()
    assert EvseRollup.objects.get(interval="day").energy_wh == 1_000


def test_a_late_reading_touches_only_its_quarters(connector):
    session = begin(connector)
    meter(session, (15, 1_000), (30, 2_000), (45, 3_000), (60, 4_000))
    rollups.sweep()
    before = {row.pk: row.samples for row in EvseRollup.objects.filter(interval="15m")}
    meter(session, (35, 2_333))
    rollups.sweep()
    after = {row.pk: row.samples for row in EvseRollup.objects.filter(interval="15m")}
    changed = EvseRollup.objects.filter(pk__in=[pk for pk in after if after[pk] != before[pk]])
    assert after.keys() == before.keys()
    assert [row.start for row in changed] == [NINE + 2 * QUARTER]


def test_a_corrected_session_leaves_no_rows_behind(connector):
    session = begin(connector)
    meter(session, (15, 1_000))
    rollups.sweep()
    with Work.transaction({session.station_id}, timezone.now()) as work:
        found = work.open_sessions[session.station_id][0]
        found.started_at_said, found.started_at = NINE, NINE + timedelta(minutes=14)
        work.changed(found, "started_at", "started_at_said")
    rollups.sweep()
    kept = tables()
    assert rollups.rebuild() == 0
    assert tables() == kept


def test_the_energy_of_all_days_is_that_of_all_sessions(connector):
    _a_busy_week(connector, 1)
    energy = sum(Session.objects.values_list("energy_wh", flat=True))
    assert sum(SiteRollup.objects.filter(interval="day").values_list("energy_wh", flat=True)) == energy
    assert sum(EvseRollup.objects.filter(interval="15m").values_list("energy_wh", flat=True)) == energy


@pytest.mark.parametrize("seed", range(2))
def test_a_rebuild_from_nothing_makes_the_same_rows(connector, seed):
    _a_busy_week(connector, seed)
    kept = tables()
    assert rollups.rebuild() == 0
    EvseRollup.objects.all().delete()
    SiteRollup.objects.all().delete()
    call_command("rebuild_rollups")
    assert tables() == kept


def test_a_rebuild_puts_right_what_somebody_changed(connector):
    meter(begin(connector), (15, 1_000))
    rollups.sweep()
    kept = tables()
    EvseRollup.objects.update(energy_wh=7)
    EvseRollup.objects.create(
        evse=connector.evse, site=connector.evse.station.site, interval="15m", start=NINE - 4 * QUARTER, energy_wh=9
    )
    rollups.rebuild(since=MIDNIGHT, until=MIDNIGHT + DAY)
    assert tables() == kept


def test_a_day_whose_samples_are_gone_stays(connector, settings):
    begin_old = timezone.now() - timedelta(days=settings.SAMPLE_DAYS + 5)
    session = begin(connector, at=begin_old)
    EvseRollup.objects.create(
        evse=connector.evse,
        site=connector.evse.station.site,
        interval="day",
        start=start_of(begin_old, DAY),
        energy_wh=5_000,
    )
    kept = tables()
    rollups.refresh([session.pk])
    rollups.rebuild()
    assert tables() == kept


def test_quarters_go_by_retention_and_days_stay(connector, settings):
    old = start_of(timezone.now() - timedelta(days=settings.QUARTER_DAYS + 2), DAY)
    site = connector.evse.station.site
    for interval in ("15m", "day"):
        EvseRollup.objects.create(evse=connector.evse, site=site, interval=interval, start=old)
        SiteRollup.objects.create(site=site, interval=interval, start=old)
    tasks.keep_time_series()
    assert set(EvseRollup.objects.values_list("interval", flat=True)) == {"day"}
    assert set(SiteRollup.objects.values_list("interval", flat=True)) == {"day"}


def test_a_station_that_moves_takes_nothing_of_its_past_along(connector):
    station, old = connector.evse.station, connector.evse.station.site
    meter(begin(connector), (15, 1_000))
    rollups.sweep()
    new = factories.SiteFactory(organization=old.organization)
    network.update_station(station=station, site=new)
    assert rollups.rebuild() == 0
    assert SiteRollup.objects.get(interval="day").site == old


def test_an_evse_that_is_deleted_leaves_its_sites_figures(connector):
    session = begin(connector)
    meter(session, (15, 1_000))
    Session.objects.filter(pk=session.pk).update(ended_at=NINE + QUARTER)
    rollups.sweep()
    network.delete_evse(evse=connector.evse)
    rollups.rebuild()
    assert SiteRollup.objects.get(interval="day").energy_wh == 1_000


def test_a_session_that_is_gone_does_no_harm():
    RollupDue.objects.create(sessions=orjson.dumps([10**9]).decode())
    assert rollups.sweep() == 0


def _a_busy_week(connector, seed):
    """Sessions one after the other on two EVSEs, metered in disorder, swept now and then."""
    rng = random.Random(seed)  # noqa: S311
    other = factories.ConnectorFactory(evse__station__site=connector.evse.station.site)
    for plug in (connector, other):
        moment = MIDNIGHT - 5 * DAY + timedelta(minutes=rng.randrange(600))
        for _ in range(3):
            session = begin(plug, at=moment)
            readings = [(minutes, minutes * rng.randrange(60, 70)) for minutes in range(5, rng.randrange(20, 200), 7)]
            rng.shuffle(readings)
            for reading in readings:
                meter(session, reading)
                if rng.random() < 0.2:
                    rollups.sweep()
            moment += timedelta(minutes=rng.randrange(205, 900))
            with Work.transaction({session.station_id}, timezone.now()) as work:
                found = work.open_sessions[session.station_id][0]
                found.ended_at = session.started_at + timedelta(minutes=201)
                work.changed(found, "ended_at")
    rollups.sweep()
    assert MeterSample.objects.count() > 20
