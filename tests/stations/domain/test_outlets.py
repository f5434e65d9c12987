"""EVSEs and plugs as a line of text."""

from hypothesis import given
from hypothesis import strategies as st

from stations.domain.outlets import Outlet, Plug, merged, read, write

types = st.sampled_from(["", "sType2", "cCCS2", "cG105", "sCEE-7-7"])


@st.composite
def some(draw):
    ids = iter(draw(st.permutations(range(1, 20))))
    return tuple(
        Outlet(
            number,
            draw(st.none() | st.integers(0, 400_000)),
            tuple(
                Plug(draw(types), next(ids) if draw(st.booleans()) else None) for _ in range(draw(st.integers(0, 3)))
            ),
        )
        for number in range(1, draw(st.integers(0, 4)) + 1)
    )


@given(some())
def test_as_text_they_stay_the_same(outlets):
    assert read(write(outlets)) == outlets


@given(some())
def test_what_is_known_already_changes_nothing(outlets):
    assert merged(outlets, outlets) == outlets
    assert merged(outlets, ()) == outlets
    assert merged((), outlets) == outlets


def test_the_text_is_as_people_write_it():
    told = read("2:cCCS2#2 ,cG105 # 3; 1(22000W): ?")
    assert write(told) == "1 (22000 W): ?; 2: cCCS2 #2, cG105 #3"


def test_a_plug_is_known_by_its_id_else_by_its_turn():
    known = read("1: ? #1, ? #2")
    assert write(merged(known, read("1: cCCS2 #2"))) == "1: ? #1, cCCS2 #2"
    assert write(merged(known, read("1: sType2, cCCS2"))) == "1: sType2 #1, cCCS2 #2"
    assert write(merged(known, read("1: sType2 #7"))) == "1: ? #1, ? #2, sType2 #7"
