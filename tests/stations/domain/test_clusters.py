"""Points on a map that would cover each other."""

import pytest

from stations.domain.clusters import WORLD, Box, Place, box_of, clustered

BERLIN = Place(1, 13.40, 52.52, free=1, busy=2, total=4)
POTSDAM = Place(2, 13.06, 52.40, free=0, busy=1, total=1)
TOKYO = Place(3, 139.69, 35.68, free=2, busy=0, total=2)


def test_what_is_near_is_one_cluster_from_afar_and_apart_from_near():
    alone, (cluster,) = clustered([BERLIN, POTSDAM, TOKYO], WORLD, 3)
    assert alone == [TOKYO]
    assert cluster.places == [BERLIN, POTSDAM]
    assert (cluster.longitude, cluster.latitude) == pytest.approx((13.23, 52.46))
    assert clustered([BERLIN, POTSDAM], WORLD, 12) == ([BERLIN, POTSDAM], [])


def test_streets_have_no_clusters():
    assert clustered([BERLIN, BERLIN._replace(id=4)], WORLD, 17)[1] == []


def test_only_what_is_in_the_box_counts():
    assert clustered([BERLIN, TOKYO], Box(5, 45, 16, 56), 3) == ([BERLIN], [])
    assert clustered([BERLIN, TOKYO], Box(120, -10, -170, 60), 3) == ([TOKYO], [])


@pytest.mark.parametrize("text", ["", "1,2,3", "1,2,3,x", "1,9,3,2", "nan,0,1,1", "500,0,-500,1"])
def test_nonsense_is_no_box(text):
    assert box_of(text) is None


def test_a_box_that_was_moved_around_the_world_comes_back():
    assert box_of("350,40,370,50") == pytest.approx((-10, 40, 10, 50))
    assert box_of("-400,-80,400,80") == (-180, -80, 180, 80)
