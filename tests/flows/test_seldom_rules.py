"""Rules that seldom find something: from what chargers and workers do to the letter, and back."""

from datetime import timedelta

import pytest
from django.core import mail
from django.core.cache import cache
from django.utils import timezone

from drivers.domain.roles import Role
from monitoring.models import Alert, Incident
from monitoring.tasks.alerting import sweep_alerts
from monitoring.tasks.notifications import tell_people
from stations.domain.certificates import Purpose
from stations.models import StationCertificate
from stations.simulator.charger import VirtualCharger
from stations.simulator.profile import Profile
from stations.tasks import roll_up
from tests import factories, tls
from tests.flows.looking import look

DAY = 24 * 60


@pytest.fixture
def owner(depot):
    """Is told of incidents where nobody has said who is."""
    return factories.MembershipFactory(organization=depot.organization, role=Role.OWNER).user


def raised(rule):
    return list(Alert.objects.filter(rule=rule, raised_at__isnull=False).values_list("station__identity", flat=True))


def standing(rule):
    return Incident.objects.filter(alerts__rule=rule, resolved_at=None).count()


def letters_to(person):
    return [letter.subject for letter in mail.outbox if letter.to == [person.email]]


@pytest.mark.parametrize(
    ("protocol", "event"),
    [
        ("ocpp1.6", {"type": "InvalidChargePointCertificate", "timestamp": "2026-05-01T12:00:00Z"}),
        ("ocpp2.0.1", {"type": "TamperDetectionActivated", "timestamp": "2026-05-01T12:00:00Z", "techInfo": "door"}),
    ],
)
async def test_a_security_event_is_a_letter_and_over_after_a_day(connect, protocol, event, owner, database):
    async with connect(protocol) as charger:
        await charger.boot()
        await charger.call("SecurityEventNotification", event)
        await charger.call("SecurityEventNotification", {**event, "type": "SettingSystemTime"})
        await database(look)
    assert await database(lambda: raised("security_event")) == ["CP-1"]
    (subject,) = letters_to(owner)
    assert event["type"] in subject
    await database(lambda: look(DAY + 1))
    await database(lambda: look(DAY + 3))
    assert await database(lambda: standing("security_event")) == 0


async def test_a_station_that_an_update_missed_is_a_letter_until_it_is_updated(server, make_station, owner, database):
    async def boot(number, version):
        profile = Profile(identity=f"CP-{number}", model="One", firmware_version=version, reboot_s=0.1)
        async with VirtualCharger(profile, url=server.ocpp) as charger:
            await charger.boot()

    for number in range(7):
        await database(lambda number=number: make_station(f"CP-{number}"))
        await boot(number, "1.9" if number == 3 else "1.10")
    await database(look)
    assert letters_to(owner) == []
    await database(lambda: look(6 * 60 + 1))
    assert await database(lambda: raised("firmware_behind")) == ["CP-3"]
    assert ["1.9" in subject and "1.10" in subject for subject in letters_to(owner) if "firmware" in subject] == [True]
    await boot(3, "1.10")
    await database(lambda: look(8 * 60))
    await database(lambda: look(8 * 60 + 2))
    assert await database(lambda: standing("firmware_behind")) == 0


async def test_a_certificate_near_its_end_is_a_letter_until_a_new_one_is_in_use(
    make_protected, secure_connect, owner, desk, database
):
    station, pair = make_protected(3), tls.of_ours("CP-1", ends=timedelta(days=2))
    await database(lambda: tls.register(station, pair))
    async with secure_connect("ocpp2.0.1", pair=pair) as charger:
        await charger.boot()
        await database(look)
        (subject,) = letters_to(owner)
        assert f"{timezone.now() + timedelta(days=2):%Y-%m-%d}" in subject
        # One that is made is none that the station has taken.
        made = tls.of_ours("CP-1", ends=timedelta(days=400))
        await database(lambda: tls.register(station, made, status="sent"))
        await database(lambda: look(61))
        await database(lambda: look(63))
        assert await database(lambda: standing("certificate_expiring")) == 1
        await database(lambda: StationCertificate.objects.filter(status="sent").delete())
        await desk.command("renew_certificate")
        active = StationCertificate.objects.filter(status="active", purpose=Purpose.STATION)
        await database.until(lambda: active.count() == 2, "the station has taken a new one")
        await database(lambda: look(64))
        await database(lambda: look(66))
    assert await database(lambda: standing("certificate_expiring")) == 0


@pytest.fixture
def _clean_cache():
    cache.clear()
    yield
    cache.clear()


@pytest.fixture
def work_on(time_machine):
    """`work_on(minutes, *tasks)`: the worker goes on; of the tasks it has these and what alerts need."""
    time_machine.move_to(timezone.now())

    def go_on(minutes, *tasks):
        for _ in range(2 * minutes):
            time_machine.shift(timedelta(seconds=30))
            for task in (*tasks, sweep_alerts, tell_people):
                task.apply()

    return go_on


@pytest.mark.usefixtures("_clean_cache")
def test_a_task_that_is_not_run_any_more_is_a_letter_until_it_is(owner, work_on):
    work_on(1, roll_up)
    work_on(3)
    assert letters_to(owner) == []
    work_on(4)
    assert [roll_up.name in subject for subject in letters_to(owner)] == [True]
    work_on(3, roll_up)
    assert standing("storage_or_task_lag") == 0


@pytest.mark.usefixtures("_clean_cache")
def test_a_task_that_has_failed_since_the_installation_began_is_a_letter_too(owner, work_on, monkeypatch):
    monkeypatch.setattr("stations.services.rollups.sweep", lambda: 1 / 0)
    work_on(8, roll_up)
    assert [roll_up.name in subject for subject in letters_to(owner)] == [True]
