"""A quarter of the helpline in figures."""

from datetime import UTC, datetime, timedelta

from monitoring.domain.helpline import Contact, report

AT = datetime(2026, 4, 10, 12, tzinfo=UTC)


def contact(category="start", site="Leeds", minutes=4, waited_s=None, solved_after=None, month=4):
    return Contact(
        month=month,
        category=category,
        channel="phone",
        site=site,
        minutes=minutes,
        waited_s=waited_s,
        is_solved_at_once=solved_after == timedelta(minutes=minutes),
        at=AT,
        solved_at=AT + solved_after if solved_after else None,
    )


def test_a_quarter_counts_what_came_and_what_was_solved_at_once():
    helped = contact(minutes=4, solved_after=timedelta(minutes=4))
    later = contact(minutes=9, solved_after=timedelta(hours=5))
    never = contact(category="payment", minutes=2, month=6)
    found = report([helped, later, never], [4, 5, 6])
    assert (found.total, found.at_once, found.solved) == (3, 1, 2)
    assert found.months == [2, 0, 1]
    assert found.median_minutes == 4
    assert found.share_at_once == 1 / 3


def test_groups_stand_with_the_largest_first_and_their_own_median():
    found = report([contact("payment"), contact("start", minutes=2), contact("start", minutes=8)], [4, 5, 6])
    assert [(group.key, group.count, group.median_minutes) for group in found.categories] == [
        ("start", 2, 5),
        ("payment", 1, 4),
    ]


def test_waits_that_are_not_known_count_for_nothing():
    found = report([contact(waited_s=None), contact(waited_s=12), contact(waited_s=30)], [4, 5, 6])
    assert (found.median_waited_s, found.waits_known) == (21, 2)


def test_a_quarter_without_contacts_has_no_shares():
    found = report([], [1, 2, 3])
    assert (found.total, found.share_at_once, found.median_minutes, found.months) == (0, None, None, [0, 0, 0])
