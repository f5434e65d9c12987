"""Router, provider, charger, or us."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitoring.domain.attribution import Culprit, Group, Loss, Verdict, attribute, key_of, said
from stations.domain.partings import OURS, Parting

ALONE = Group()
LOSS = Loss(parting=Parting.SILENT, line=ALONE, site=ALONE, provider=None, everybody=ALONE)


def whose(**facts):
    return attribute(replace(LOSS, **facts)).culprit


def test_three_of_three_behind_one_address_is_the_router():
    three = Group(lost=3)
    assert whose(line=three, site=three, everybody=Group(lost=3, stood=9)) is Culprit.ROUTER


def test_one_of_three_is_the_charger():
    assert whose(line=Group(lost=1, stood=2), site=Group(lost=1, stood=2)) is Culprit.CHARGER


def test_two_of_three_is_not_yet_the_router():
    assert whose(line=Group(lost=2, stood=1), site=Group(lost=2, stood=1)) is Culprit.CHARGER


def test_several_sites_of_one_provider_is_the_provider():
    two_sites = Group(lost=4, stood=1, sites=2)
    facts = {"line": Group(lost=2), "site": Group(lost=2), "everybody": Group(lost=4, stood=20, sites=2)}
    assert whose(provider=two_sites, **facts) is Culprit.PROVIDER
    assert whose(provider=replace(two_sites, stood=40), **facts) is Culprit.ROUTER


def test_all_providers_at_once_is_us():
    everybody = Group(lost=9, stood=1, sites=4)
    assert whose(everybody=everybody, providers_lost=2, provider=Group(lost=5, sites=3)) is Culprit.US


def test_all_of_a_site_that_come_back_from_a_power_cut_had_no_current():
    site = Group(lost=3, powered_up=2)
    assert whose(line=Group(lost=3, powered_up=2), site=site) is Culprit.POWER


def test_whom_we_told_to_restart_did_nothing_wrong():
    assert whose(was_asked=True) is Culprit.ASKED
    assert whose(boot_reason="RemoteReset") is Culprit.ASKED


def test_a_watchdog_is_the_chargers_own():
    assert whose(boot_reason="Watchdog") is Culprit.CHARGER


def test_a_lone_charger_with_no_neighbour_tells_nothing():
    assert whose() is Culprit.UNCLEAR
    assert whose(parting=Parting.CHARGER) is Culprit.CHARGER


@st.composite
def groups(draw):
    lost = draw(st.integers(1, 20))
    return Group(lost, draw(st.integers(0, 20)), draw(st.integers(1, lost)), draw(st.integers(0, lost)))


losses = st.builds(
    Loss,
    parting=st.sampled_from([*Parting, "something old"]),
    line=groups(),
    site=groups(),
    provider=st.one_of(st.none(), groups()),
    everybody=groups(),
    providers_lost=st.integers(1, 5),
    boot_reason=st.sampled_from(["", "PowerUp", "Watchdog", "RemoteReset", "Unknown"]),
    was_asked=st.booleans(),
)


@given(losses, st.sampled_from(sorted(OURS)))
def test_what_we_closed_is_never_theirs(loss, parting):
    assert attribute(replace(loss, parting=parting)).culprit is Culprit.US


@given(losses)
def test_who_stands_on_the_line_clears_its_router(loss):
    crowd = replace(loss, line=replace(loss.line, stood=10 * loss.line.lost))
    assert attribute(crowd).culprit is not Culprit.ROUTER


@given(losses)
def test_every_verdict_has_its_grounds_in_words(loss):
    assert said(attribute(loss)).english


@pytest.mark.parametrize("culprit", Culprit)
def test_only_shared_causes_have_a_key(culprit):
    key = key_of(culprit, site_id=1, line="203.0.113.7", provider="Fibre", process="ab")
    assert bool(key) == (culprit not in (Culprit.CHARGER, Culprit.ASKED, Culprit.UNCLEAR))


def test_a_charger_that_went_by_itself_is_not_said_to_have_neighbours():
    assert "0 of" not in said(Verdict(Culprit.CHARGER)).english
