"""The score of a link."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitoring.domain.link_score import Figures, network_score, score

amounts = st.one_of(st.none(), st.floats(0, 1e6, allow_nan=False))
figures = st.builds(
    Figures,
    connected=st.floats(0, 1),
    drops_per_day=st.floats(0, 1e4),
    rtt_ms=amounts,
    lost=st.floats(0, 1),
    delay_ms=amounts,
)


@given(figures)
def test_it_lies_between_nothing_and_a_hundred(figures):
    assert 0 <= score(figures) <= 100


@given(figures, st.floats(0, 1e4), st.sampled_from(["connected", "drops_per_day", "rtt_ms", "lost", "delay_ms"]))
def test_no_figure_that_gets_worse_makes_it_better(figures, more, name):
    value = getattr(figures, name) or 0
    worse = max(0.0, value - more) if name == "connected" else value + more
    assert score(replace(figures, **{name: worse})) <= score(figures)


@pytest.mark.parametrize(
    ("wanted", "figures"),
    [
        (100, Figures(connected=1.0)),
        (100, Figures(connected=1.0, rtt_ms=150, delay_ms=2000)),
        (99, Figures(connected=0.9999)),
        (60, Figures(connected=0.9)),
        (70, Figures(connected=1.0, drops_per_day=10)),
        (85, Figures(connected=1.0, rtt_ms=3000)),
        (0, Figures(connected=0.0, drops_per_day=99, rtt_ms=9999, lost=1, delay_ms=99999)),
    ],
)
def test_what_costs_how_much(wanted, figures):
    assert score(figures) == wanted


def test_a_charger_that_never_came_has_none():
    assert score(Figures(connected=None)) is None


def test_a_network_is_the_mean_of_those_that_have_one():
    assert network_score([100, 50, None]) == 75
    assert network_score([None]) is None
