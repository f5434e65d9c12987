from decimal import Decimal

import pytest

from monitoring.domain.checklists import Unreadable, Verdict, judge, read_items

CHECK = {"key": "housing", "kind": "check", "text": "Housing undamaged?"}
NUMBER = {"key": "rcd", "kind": "number", "text": "RCD trip time", "unit": "ms", "maximum": "300"}
PHOTO = {"key": "plate", "kind": "photo", "text": "Nameplate"}


def verdict(item, value, photos=0):
    (result,) = judge(read_items([item]), {item["key"]: {"value": value}}, {item["key"]: photos})
    return result.verdict


def test_items_are_read_as_they_were_written():
    items = read_items([CHECK, NUMBER, PHOTO])
    assert read_items([item.to_json() for item in items]) == items
    assert items[1].maximum == Decimal(300)


@pytest.mark.parametrize(
    ("item", "value", "expected"),
    [
        (CHECK, "yes", Verdict.PASSED),
        (CHECK, "no", Verdict.FAILED),
        (CHECK, "na", Verdict.NOT_APPLICABLE),
        (NUMBER, "299,9", Verdict.PASSED),
        (NUMBER, "300.1", Verdict.FAILED),
    ],
)
def test_an_answer_is_judged_by_its_item(item, value, expected):
    assert verdict(item, value) is expected


def test_a_required_photo_has_to_be_there():
    assert verdict(PHOTO, "", photos=1) is Verdict.NOTED
    with pytest.raises(Unreadable):
        verdict(PHOTO, "")


@pytest.mark.parametrize("value", ["", "perhaps"])
def test_what_is_no_answer_is_refused(value):
    with pytest.raises(Unreadable):
        verdict(CHECK, value)


def test_limits_the_wrong_way_round_are_refused():
    with pytest.raises(Unreadable):
        read_items([{**NUMBER, "minimum": "400"}])
