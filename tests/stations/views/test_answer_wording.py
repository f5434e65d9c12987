"""Every word a charger may answer with is said in plain ones."""

import pytest

from stations.domain.bulk import Obstacle
from stations.domain.commands import CommandState
from stations.domain.session_effects import Effect
from stations.models import Command
from stations.ocpp.protocols import SPOKEN
from stations.ocpp.rpc import Error
from stations.views import answer_wording, effect_wording
from stations.views.answer_wording import plain_words


def _statuses(schema):
    """All that the `status` or `attributeStatus` of an answer, or of its items, may be."""
    definitions = schema.get("definitions", {})

    def whole(part):
        return definitions[part["$ref"].rsplit("/", 1)[-1]] if "$ref" in part else part

    def of(members):
        return {word for name in ("status", "attributeStatus") for word in whole(members.get(name, {})).get("enum", [])}

    members = {name: whole(part) for name, part in schema.get("properties", {}).items()}
    items = [whole(part.get("items", {})) for part in members.values()]
    return of(members).union(*(of(item.get("properties", {})) for item in items))


CASES = [(protocol, action) for protocol in SPOKEN for action in sorted(protocol.requests - protocol.schemas.sends)]


@pytest.mark.parametrize(("protocol", "action"), CASES, ids=lambda case: getattr(case, "name", case))
def test_every_status_of_every_answer_has_words(protocol, action):
    known = answer_wording.STATUSES.keys() | answer_wording.ANSWERS.get(action, {}).keys()
    assert _statuses(protocol.schemas.document(f"{action}Response")) - known == set()


def test_words_stand_only_for_statuses_that_there_are():
    actions = {action for _protocol, action in CASES}
    assert answer_wording.ANSWERS.keys() - actions == set()
    for action, words in answer_wording.ANSWERS.items():
        said = [_statuses(p.schemas.document(f"{action}Response")) for p, name in CASES if name == action]
        assert words.keys() - set().union(*said) == set(), action


@pytest.mark.parametrize("protocol", SPOKEN, ids=lambda protocol: protocol.name)
def test_every_error_code_has_words(protocol):
    assert {protocol.error_name(code) for code in Error} - answer_wording.ERRORS.keys() == set()


def test_every_state_effect_and_obstacle_has_words():
    assert set(answer_wording.STATES) == set(CommandState)
    assert set(effect_wording.EFFECTS) == set(effect_wording.EFFECT_MEANING) == set(Effect)
    assert set(effect_wording.OBSTACLES) == set(Obstacle)


@pytest.mark.parametrize(
    ("columns", "expected"),
    [
        ({"action": "Reset", "state": "rejected", "result": '{"status":"Rejected"}'}, "try a hard one"),
        ({"state": "timeout"}, "Many do not when they restart"),
        ({"state": "failed", "error_code": "NotImplemented", "error": "?"}, "does not know this message"),
        ({"state": "failed", "error": "OCPP 1.6 knows no such reset."}, "OCPP 1.6 knows no such reset."),
        ({"state": "withdrawn", "error_code": "no_words"}, "Its version has no message"),
        (
            {
                "action": "Reset",
                "state": "rejected",
                "result": '{"status":"Rejected","statusInfo":{"reasonCode":"Busy"}}',
            },
            "The station says: Busy.",
        ),
    ],
)
def test_what_became_of_a_reset(columns, expected):
    (words,) = plain_words(Command(kind="reset", **columns))
    assert expected in words
