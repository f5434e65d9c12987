"""Points on a map that would cover each other."""

from typing import NamedTuple

import pytest

from stations.domain.clusters import WORLD, Box, box_of, clustered


class Place(NamedTuple):
    name: str
    longitude: float
    latitude: float


BERLIN = Place("Berlin", 13.40, 52.52)
POTSDAM = Place("Potsdam", 13.06, 52.40)
TOKYO = Place("Tokyo", 139.69, 35.68)


def test_what_is_near_is_one_cluster_from_afar_and_apart_from_near():
    alone, (cluster,) = clustered([BERLIN, POTSDAM, TOKYO], WORLD, 3)
    assert alone == [TOKYO]
    assert cluster.places == [BERLIN, POTSDAM]
    assert (cluster.longitude, cluster.latitude) == pytest.approx((13.23, 52.46))
    assert clustered([BERLIN, POTSDAM], WORLD, 12) == ([BERLIN, POTSDAM], [])


def test_streets_have_no_clusters():
    assert clustered([BERLIN, BERLIN._replace(name="Beside")], WORLD, 17)[1] == []


def test_only_what_is_in_the_box_counts():
    assert clustered([BERLIN, TOKYO], Box(5, 45, 16, 56), 3) == ([BERLIN], [])
    assert clustered([BERLIN, TOKYO], Box(120, -10, -170, 60), 3) == ([TOKYO], [])


@pytest.mark.parametrize("text", ["", "1,2,3", "1,2,3,x", "1,9,3,2", "nan,0,1,1", "500,0,-500,1"])
def test_nonsense_is_no_box(text):
    assert box_of(text) is None


def test_a_box_that_was_moved_around_the_world_comes_back():
    assert box_of("350,40,370,50") == pytest.approx((-10, 40, 10, 50))
    assert box_of("-400,-80,400,80") == (-180, -80, 180, 80)
