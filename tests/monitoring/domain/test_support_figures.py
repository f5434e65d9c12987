from dataclasses import replace

import pytest

from monitoring.domain.canned import filled, unknown_places
from monitoring.domain.references import found_in, new_reference
from monitoring.domain.support_figures import Measured, figures, percentile

TICKET = Measured(600, 3600, False, 7200, 86400, False)


def test_ten_tickets_have_the_median_and_the_ninth_as_p90():
    found = figures([replace(TICKET, first_answer_s=minutes * 60) for minutes in range(1, 11)]).first_answer
    assert (found.median_s, found.p90_s, found.done) == (330, 540, 10)


def test_the_share_counts_what_is_late_and_not_what_still_has_time():
    in_time, too_late = TICKET, replace(TICKET, first_answer_s=4000)
    overdue = replace(TICKET, first_answer_s=None, first_answer_is_late=True)
    waiting = replace(TICKET, first_answer_s=None)
    found = figures([in_time, too_late, overdue, waiting]).first_answer
    assert (found.within, found.judged) == (1, 3)
    assert found.share == pytest.approx(1 / 3)


def test_phone_calls_say_nothing_of_how_fast_letters_are_answered():
    found = figures([replace(TICKET, first_answer_s=0, was_called=True)])
    assert (found.first_answer.done, found.resolution.done, found.opened) == (0, 1, 1)


def test_of_nothing_there_is_no_figure():
    found = figures([])
    assert (found.first_answer.median_s, found.first_answer.share) == (None, None)
    assert percentile([], 0.9) is None


def test_a_reference_is_found_in_a_subject_however_it_is_written():
    reference = new_reference()
    assert found_in(f"Re: [{reference.lower()}] It does not start") == reference
    assert found_in("Re: T-shirt") == ""


def test_places_are_filled_and_what_is_not_known_stays():
    assert filled("Hello {name}, at {site}{odd}.", {"name": "Ada", "site": ""}) == "Hello Ada, at {site}{odd}."
    assert unknown_places("{name} {odd}") == ["odd"]
