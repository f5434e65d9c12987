"""A network test asks real chargers of each version, and leaves them as they were."""

import pytest
from django.utils import timezone

from monitoring.models import NetworkTestResult
from monitoring.services import network_tests
from stations.models import Station
from tests import factories

pytestmark = pytest.mark.django_db(transaction=True)


def begun():
    organization = Station.objects.select_related("site__organization").get().site.organization
    person = factories.MembershipFactory(organization=organization).user
    network_tests.start(organization=organization, name="Test", selection={}, by=person, now=timezone.now())


def swept():
    network_tests.sweep(now=timezone.now())
    return NetworkTestResult.objects.filter(ended_at__isnull=False).exists()


async def test_a_charger_answers_a_trigger_and_takes_two_kilobytes(charger, database):
    async with charger:
        await charger.boot()
        await database(begun)
        await database.until(swept, "the test is over")
    result = await database(lambda: NetworkTestResult.objects.select_related("download").get())
    assert (result.state, result.problems) == ("passed", [])
    assert result.answer_bytes > 0
    assert result.download_bytes_per_s > 0
    [call] = [call for call in charger.received if call.action == "DataTransfer"]
    assert len(call.payload["data"]) == network_tests.DOWNLOAD_BYTES
