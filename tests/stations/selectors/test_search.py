"""Text in several columns at once."""

import pytest

from stations.models import Station
from stations.selectors.search import containing
from tests import factories

FIELDS = ("identity", "name", "site__name", "vendor")


@pytest.fixture
def north(db):
    return factories.StationFactory(identity="DE*N1", name="By the gate", vendor="Voltara", site__name="Northgate")


@pytest.mark.parametrize("text", ["de*n", "BY THE", "northg", "tara", "%", "_"])
def test_text_is_found_in_any_column_and_related_row(north, text):
    factories.StationFactory(identity="OTHER", site__name="Elsewhere")
    found = Station.objects.filter(containing(Station, FIELDS, text))
    assert list(found) == ([] if text in "%_" else [north])


def test_nothing_is_found_across_two_columns(north):
    assert not Station.objects.filter(containing(Station, FIELDS, "N1By")).exists()
    assert not Station.objects.filter(containing(Station, FIELDS, "N1 By")).exists()


def test_every_word_of_a_rest_search_has_to_be_there(north, api):
    owner = factories.MembershipFactory(organization=north.site.organization, role="owner").user
    client = api(owner)

    def found(text):
        return len(client.get("/api/v1/stations/", {"search": text}).json()["results"])

    assert found("voltara northgate") == 1
    assert found("voltara southgate") == 0
