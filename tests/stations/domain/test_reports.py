"""Reports in parts are whole when all parts came, in whatever order, however often."""

from hypothesis import given
from hypothesis import strategies as st

from stations.domain.portions import divide
from stations.domain.reports import MAX_PARTS, Parts


def after(numbers, last):
    parts = Parts()
    for number in numbers:
        parts = parts.with_part(number, more_follow=number < last)
    return parts


@given(st.integers(0, 20).flatmap(lambda last: st.tuples(st.just(last), st.permutations(range(last + 1)))))
def test_all_parts_in_any_order_are_the_whole(case):
    last, order = case
    assert after(order, last).are_all
    assert after([*order, *order], last).are_all


@given(st.integers(1, 20).flatmap(lambda last: st.tuples(st.just(last), st.integers(0, last))))
def test_with_one_missing_it_is_not(case):
    last, missing = case
    assert not after([number for number in range(last + 1) if number != missing], last).are_all


def test_a_number_beyond_all_reason_counts_for_nothing():
    assert Parts().with_part(MAX_PARTS, more_follow=False) == Parts()
    assert Parts().with_part(-1, more_follow=False) == Parts()


@given(
    st.lists(st.integers(1, 50), max_size=40),
    st.one_of(st.none(), st.integers(1, 10)),
    st.one_of(st.none(), st.integers(1, 100)),
)
def test_portions_keep_the_order_and_the_limits(sizes, max_items, max_bytes):
    portions = list(divide(sizes, sizes, max_items=max_items, max_bytes=max_bytes))
    assert [size for portion in portions for size in portion] == sizes
    assert all(max_items is None or len(portion) <= max_items for portion in portions)
    assert all(max_bytes is None or sum(portion) <= max_bytes or len(portion) == 1 for portion in portions)
