"""Hours that change today leave the figures of before as they were."""

from datetime import UTC, datetime, timedelta

import pytest

from monitoring.models import SiteHours
from monitoring.selectors.excluded import Hours
from monitoring.services import site_hours
from tests import factories

MARCH = datetime(2026, 3, 1, tzinfo=UTC)
MAY = datetime(2026, 5, 1, tzinfo=UTC)
DAYTIME = {
    "twentyfourseven": False,
    "regular_hours": [{"weekday": day, "period_begin": "08:00", "period_end": "20:00"} for day in range(1, 8)],
    "special_days": [],
}


@pytest.fixture
def site(db):
    return factories.SiteFactory(timezone="UTC", opening_hours=None)


def open_hours(site, day):
    spans = Hours().of(site.pk, day, day + timedelta(days=1))
    return 24.0 if spans is None else sum((span.end - span.start) / timedelta(hours=1) for span in spans)


def test_hours_count_from_when_they_were_changed(site):
    site_hours.follow(now=MARCH)
    site.opening_hours = DAYTIME
    site.save()
    assert site_hours.follow(now=MAY) == 1
    assert site_hours.follow(now=MAY + timedelta(minutes=1)) == 0
    assert [open_hours(site, day) for day in (MARCH, MAY - timedelta(days=1), MAY)] == [24, 24, 12]
    # A stretch that reaches over the change has both.
    both = Hours().of(site.pk, MAY - timedelta(days=1), MAY + timedelta(days=1))
    assert sum((span.end - span.start) / timedelta(hours=1) for span in both) == 36


def test_the_first_hours_known_hold_for_all_the_past(site):
    site.opening_hours = DAYTIME
    site.save()
    assert open_hours(site, MARCH) == 12
    site_hours.follow(now=MAY)
    assert open_hours(site, MARCH) == 12
    assert SiteHours.objects.get().valid_from is None
