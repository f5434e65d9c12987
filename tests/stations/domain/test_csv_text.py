"""CSV cells: what a spreadsheet would run is defused, and comes back as it was."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stations.domain.csv_text import defused, restored


@pytest.mark.parametrize("text", ["=1+1", "+49 30 1", "-1", "@home", "\tx", "'=1"])
def test_what_a_spreadsheet_would_run_begins_with_an_apostrophe(text):
    assert defused(text) == f"'{text}"


@pytest.mark.parametrize("text", ["", "A1", "'s-Hertogenbosch", "1 - 2"])
def test_other_text_stays_as_it_is(text):
    assert defused(text) == restored(text) == text


@given(st.text(alphabet="'=+-@\tab 1", max_size=6))
def test_it_comes_back_as_it_was(text):
    assert restored(defused(text)) == text
