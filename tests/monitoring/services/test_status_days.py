"""Days of a status page follow from the ledger, and go on following when it changes."""

from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone

from monitoring.domain.uptime import CONNECTION, connector
from monitoring.domain.uptime.signals import ON, Word
from monitoring.models import StatusDay
from monitoring.selectors import status_page as selectors
from monitoring.services import ledger, status_days
from monitoring.services.ledger import Heard
from tests.monitoring import status_rows as rows

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 5, 4, 12, tzinfo=UTC)


@pytest.fixture(autouse=True)
def page(organization, time_machine):
    time_machine.move_to(NOON)
    return rows.publish_page(organization)


def tell(station, word, at):
    plug = station.connectors.first()
    heard = Heard(station.pk, connector(plug.pk), word, at, evse_id=plug.evse_id)
    ledger.hear(heard, now=max(at, timezone.now()))


@pytest.fixture
def told(station):
    """It works since three days ago, and was out for six hours of yesterday."""
    begun = NOON - timedelta(days=3)
    ledger.hear(Heard(station.pk, CONNECTION, ON, begun), now=begun)
    tell(station, Word.WORKS, begun)
    tell(station, Word.FAULTED, NOON - timedelta(hours=30))
    tell(station, Word.WORKS, NOON - timedelta(hours=24))
    return station


def day(site, ago):
    return StatusDay.objects.get(site=site, day=(NOON - timedelta(days=ago)).date())


def test_a_day_has_its_share_and_today_is_partial(site, told):
    status_days.roll_up()
    assert (day(site, 1).measured_s, day(site, 1).up_s) == (86_400, 64_800)
    assert (day(site, 0).measured_s, day(site, 0).is_due) == (43_200, True)
    assert not day(site, 1).is_due


def test_there_are_ninety_days_and_those_before_have_no_data(organization, site, told):
    status_days.roll_up()
    found = selectors.site_status(selectors.page_of(organization.slug), site, now=NOON)
    assert len(found.days) == 90
    assert [d.shares for d in found.days[:86]] == [None] * 86
    assert found.availability == pytest.approx(100 * (72 - 6) / 72, abs=0.01)


def test_what_turns_out_later_changes_its_day(site, told):
    status_days.roll_up()
    tell(told, Word.FAULTED, NOON - timedelta(hours=50))
    tell(told, Word.WORKS, NOON - timedelta(hours=49))
    assert day(site, 2).is_due
    status_days.roll_up()
    assert day(site, 2).up_s == 86_400 - 3600
    assert not day(site, 2).is_due


def test_yesterday_is_finished_the_day_after(site, told, time_machine):
    status_days.roll_up()
    time_machine.shift(timedelta(days=1))
    status_days.roll_up()
    assert (day(site, 0).measured_s, day(site, 0).is_due) == (86_400, False)
    assert StatusDay.objects.filter(site=site).count() == 90


def test_nothing_is_added_up_for_who_has_no_page(site, told, page):
    page.is_published = False
    page.save()
    assert status_days.roll_up() == 0
