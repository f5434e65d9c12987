"""A site that is closed down accepts nobody."""

import pytest
from django.utils import timezone

from drivers.domain.tokens import Verdict
from stations.services.authorization import authorize

pytestmark = pytest.mark.django_db


def test_a_site_that_is_closed_down_accepts_nobody(station, site, id_token):
    now = timezone.now()
    assert authorize(station=station, id_token=id_token.value, at=now).verdict is Verdict.ACCEPTED
    site.is_active = False
    site.save()
    station.refresh_from_db()
    for token in (id_token.value, "UNKNOWN"):
        assert authorize(station=station, id_token=token, at=now).verdict is Verdict.INVALID
