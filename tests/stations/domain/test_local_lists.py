"""The messages that bring a station's list from what it holds to what it should hold."""

import string

from hypothesis import given
from hypothesis import strategies as st

from stations.domain.local_lists import WIRES, Entry, Limits, Update, applied, next_update

ENTRIES = st.builds(
    Entry,
    id_token=st.text(string.ascii_letters, min_size=1, max_size=3),
    status=st.sampled_from(["Accepted", "Blocked"]),
    group=st.sampled_from(["", "FLEET"]),
)
LISTS = st.lists(ENTRIES, max_size=30).map(lambda entries: {entry.key: entry for entry in entries})
LIMITS = st.builds(Limits, items=st.none() | st.integers(1, 7), length_bytes=st.none() | st.integers(100, 2000))


@given(LISTS, LISTS, st.booleans(), LIMITS)
def test_the_messages_lead_from_any_list_to_any_other(held, wanted, whole, limits):
    for _ in range(len(held) + len(wanted) + 2):
        update = next_update(held, wanted, whole=whole, limits=limits)
        if update is None:
            break
        held, whole = applied(held, update), False
    assert held == wanted


@given(LISTS, LISTS, st.booleans(), LIMITS)
def test_no_message_is_longer_than_the_station_takes(held, wanted, whole, limits):
    update = next_update(held, wanted, whole=whole, limits=limits)
    if update is not None and limits.items is not None:
        assert len(update.entries) + len(update.gone) <= limits.items


@given(LISTS)
def test_a_station_that_has_it_all_is_sent_nothing(entries):
    assert next_update(entries, entries, whole=False, limits=Limits()) is None


def test_a_list_that_should_be_empty_is_emptied_as_a_whole():
    assert next_update({}, {}, whole=True, limits=Limits()) == Update(is_full=True)


def test_removals_go_first():
    held = {"old": Entry("old")}
    update = next_update(held, {"new": Entry("new")}, whole=False, limits=Limits(items=1))
    assert update == Update(is_full=False, gone=(Entry("old"),))


def test_a_version_is_told_only_what_it_can_say():
    entries = [Entry("SHORT", "ISO14443", language="de", priority=3), Entry("x" * 30, "eMAID"), Entry("VIN1", "VIN")]
    said = {name: [entry.id_token for entry in wire.fit(entries)] for name, wire in WIRES.items()}
    assert said == {
        "ocpp1.6": ["SHORT", "VIN1"],
        "ocpp2.0.1": ["SHORT", "x" * 30],
        "ocpp2.1": ["SHORT", "x" * 30, "VIN1"],
    }
    assert WIRES["ocpp1.6"].fit(entries)[0] == Entry("SHORT")
