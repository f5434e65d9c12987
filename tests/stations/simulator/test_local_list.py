"""The local list of a virtual charger."""

from stations.simulator.local_list import MOST, TokenList


def test_a_full_update_replaces_and_a_differential_one_changes():
    tokens = TokenList()
    assert tokens.update(version=1, is_full=True, entries={"A": "Accepted", "B": "Accepted"}) == "Accepted"
    assert tokens.update(version=2, is_full=False, entries={"a": None, "C": "Blocked"}) == "Accepted"
    assert (tokens.version, tokens.tokens) == (2, {"b": "Accepted", "c": "Blocked"})
    assert [tokens.accepts(token) for token in "ABC"] == [False, True, False]


def test_a_difference_needs_a_higher_version():
    tokens = TokenList(version=5)
    assert tokens.update(version=5, is_full=False, entries={}) == "VersionMismatch"
    assert tokens.update(version=5, is_full=True, entries={}) == "Accepted"


def test_what_does_not_fit_leaves_the_list_as_it_was():
    tokens = TokenList(version=1, tokens={"a": "Accepted"})
    entries = {str(number): "Accepted" for number in range(MOST + 1)}
    assert tokens.update(version=2, is_full=True, entries=entries) == "Failed"
    assert (tokens.version, tokens.tokens) == (1, {"a": "Accepted"})


async def test_a_charger_that_is_offline_asks_its_list(make_charger, csms):
    async with make_charger(protocol="ocpp1.6") as charger:
        await charger.boot()
        listed = [{"idTag": "LISTED", "idTagInfo": {"status": "Accepted"}}]
        update = {"listVersion": 1, "updateType": "Full", "localAuthorizationList": listed}
        assert (await csms.call("SendLocalList", update))[2] == {"status": "Accepted"}
        assert (await csms.call("GetLocalListVersion", {}))[2] == {"listVersion": 1}
        charger.settings.offline_unknown_ids = False
        charger.go_offline()
        assert [await charger.authorize(token) for token in ("listed", "NOBODY")] == ["Accepted", "Invalid"]
