"""Rows for EV-ChART, each checked by the official definitions of its fields."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitoring.domain import evchart
from monitoring.domain.evchart import Costs, Port, Quarter, Told
from tests.monitoring.evchart_fields import fields, problems

PORT = Port("NEVI-1", "busbar_networks", "DE*VLT*E01*1")
START = datetime(2026, 7, 1, tzinfo=UTC)
TIMES = st.integers(0, 470_000_000).map(lambda seconds: datetime(2020, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds))


def told(**values):
    usual = {
        "session_id": "17",
        "charger_id": "DE*VLT*E01",
        "connector_id": "1",
        "start": START,
        "end": START + timedelta(minutes=30),
        "stop_reason": "EVDisconnected",
        "energy_wh": 21_345,
        "peak_w": 148_200.4,
        "token_type": "ISO14443",
    }
    return Told(**{**usual, **values})


@pytest.mark.parametrize("module", [2, 3, 4, 5])
def test_columns_are_the_official_fields_in_their_order(module):
    names = [field["field_name"] for field in fields(module)]
    assert list(evchart.COLUMNS[module]) == ["station_id", "network_provider", *names]


@given(
    start=TIMES,
    minutes=st.integers(-10, 10**6),
    energy_wh=st.integers(0, 10**12),
    peak_w=st.one_of(st.none(), st.floats(0, 1e12)),
    words=st.text(max_size=60),
)
def test_every_session_makes_a_row_that_is_accepted(start, minutes, energy_wh, peak_w, words):
    session = told(
        start=start,
        end=start + timedelta(minutes=minutes),
        energy_wh=energy_wh,
        peak_w=peak_w,
        stop_reason=words[:30],
        token_type=words,
        charger_id=words,
    )
    assert problems(2, [evchart.session_row(PORT, session)]) == []


def test_a_session_is_told_as_it_was():
    row = evchart.session_row(PORT, told())
    assert (row["energy_kwh"], row["power_kw"], row["session_start"]) == ("21.35", "148.20", "2026-07-01T00:00:00Z")
    assert (row["session_error"], row["payment_method"]) == ("None", "RFID card")


@pytest.mark.parametrize(
    ("values", "error"),
    [({"stop_reason": "PowerLoss"}, "PowerLoss"), ({"energy_wh": 99}, "No energy delivered"), ({}, "None")],
)
def test_an_error_is_what_no_driver_meant(values, error):
    assert evchart.session_row(PORT, told(**values))["session_error"] == error


def test_a_session_without_a_reading_of_power_tells_its_mean():
    assert evchart.session_row(PORT, told(peak_w=None, energy_wh=10_000))["power_kw"] == "20.00"


def test_a_port_without_sessions_has_one_row_with_nothing_but_its_ids():
    row = evchart.no_session_row(PORT)
    assert problems(2, [row]) == []
    assert {name for name, cell in row.items() if cell} == {"station_id", "network_provider", "port_id"}


@given(uptime=st.one_of(st.none(), st.floats(0, 100.2)), outage=st.floats(0, 525_600), excluded=st.floats(0, 525_600))
def test_every_month_makes_a_row_that_is_accepted(uptime, outage, excluded):
    row = evchart.uptime_row(PORT, Quarter(2026, 3).months[0], uptime, outage, excluded)
    assert problems(3, [row]) == []
    assert Decimal(row["total_outage_excl"]) <= Decimal(row["total_outage"])


def test_a_month_ends_with_its_last_second():
    row = evchart.uptime_row(PORT, Quarter(2026, 1).months[1], 99.5, 10, 0)
    assert row["uptime_reporting_end"] == "2026-02-28T23:59:59Z"


@given(st.lists(st.tuples(TIMES, st.floats(0, 10**7)), max_size=8))
def test_every_list_of_outages_makes_rows_that_are_accepted(outages):
    rows = evchart.outage_rows(PORT, [(start, start + timedelta(seconds=length)) for start, length in outages])
    assert rows
    assert problems(4, rows) == []


def test_an_outage_below_a_hundredth_of_a_minute_is_none():
    rows = evchart.outage_rows(PORT, [(START, START + timedelta(milliseconds=250))])
    assert [(row["outage_id"], row["outage_duration"]) for row in rows] == [("", "")]


@given(total=st.one_of(st.none(), st.decimals(0, 10**8, places=3)), share=st.decimals(0, 1, places=2), notes=st.text())
def test_every_year_of_costs_makes_a_row_that_is_accepted(total, share, notes):
    row = evchart.cost_row("NEVI-1", "busbar_networks", 2026, Costs(total, share, "P-1", False, notes))
    assert problems(5, [row]) == []


def test_a_quarter_is_due_on_the_last_day_of_the_following_month():
    due = [str(Quarter(2025, number).due) for number in (1, 2, 3, 4)]
    assert due == ["2025-04-30", "2025-07-31", "2025-10-31", "2026-01-31"]


def test_quarters_follow_each_other():
    quarter = Quarter(2026, 1)
    assert (quarter.previous.following, quarter.previous.end, str(quarter.previous)) == (
        quarter,
        quarter.start,
        "2025-Q4",
    )
    assert Quarter.of(quarter.end - timedelta(seconds=1)) == quarter


def test_a_port_whose_name_is_too_long_has_a_number():
    assert evchart.port_id("X" * 48, 1, 7) == "EVSE-7"
    assert evchart.port_id("DE*VLT*E01", 2, 7) == "DE*VLT*E01*2"
