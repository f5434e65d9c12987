"""What a charger is told of a session's limit."""

from hypothesis import given
from hypothesis import strategies as st

from stations.domain import limits

names = st.sampled_from(sorted(limits.MEMBERS.values()))
some_limit = st.dictionaries(names, st.integers(-5, 100))


def test_a_limit_is_told_once():
    assert limits.to_tell({"maxEnergy": 5000}, is_told=False, reported=None) == {"maxEnergy": 5000}
    assert limits.to_tell({"maxEnergy": 5000}, is_told=True, reported=None) == {}


def test_a_charger_with_a_stricter_limit_of_its_own_is_told_nothing():
    assert limits.to_tell({"maxEnergy": 5000}, is_told=False, reported={"maxEnergy": 4000}) == {}


def test_a_charger_that_raises_the_limit_is_told_again():
    assert limits.to_tell({"maxEnergy": 5000, "maxTime": 60}, is_told=True, reported={"maxEnergy": 6000}) == {
        "maxEnergy": 5000
    }


def test_a_command_without_limits_asks_for_none():
    assert limits.of_parameters({"id_token": "A", "max_soc": None}) == {}
    assert limits.of_parameters({"max_soc": 80, "max_cost": 12.5}) == {"maxSoC": 80, "maxCost": 12.5}


@given(some_limit, some_limit, st.booleans())
def test_after_the_answer_the_charger_has_no_limit_above_ours(wanted, reported, is_told):
    known = wanted if is_told else {}
    told = limits.to_tell(wanted, is_told=is_told, reported=reported)
    in_force = known | reported | told
    assert all(in_force[name] <= value for name, value in wanted.items())
    assert told.items() <= wanted.items()
