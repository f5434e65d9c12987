"""Letters of a status page: asked for twice, told once, ended with one click, and lost by no crash."""

from datetime import UTC, datetime, timedelta

import pytest
from django.core import mail
from django.utils import timezone

from monitoring.models import MaintenanceWindow, StatusLetter, StatusSubscriber
from monitoring.services import publication, status_letters, subscriptions, windows
from monitoring.services.publication import State, Word
from tests import factories
from tests.monitoring import status_rows as rows

pytestmark = pytest.mark.django_db
LETTER = StatusLetter.State


@pytest.fixture(autouse=True)
def page(organization, time_machine):
    time_machine.move_to(datetime(2026, 5, 4, 12, tzinfo=UTC))
    return rows.publish_page(organization)


@pytest.fixture
def told(organization, site, operator):
    """A reader, and an incident that was published since."""
    reader = rows.subscriber(organization)
    rows.published(organization, site, operator)
    return reader


def test_an_address_is_written_to_only_once_it_is_confirmed(organization, site, operator):
    row = rows.subscribe(organization, "Reader@Example.com")
    rows.published(organization, site, operator)
    assert status_letters.tell() == 0
    status_letters.deliver()
    [asking] = mail.outbox
    assert asking.to == ["reader@example.com"]
    assert "List-Unsubscribe" not in asking.extra_headers
    [path] = rows.paths_in(asking.body)
    assert subscriptions.confirm(path.split("/")[3]) == row
    publication.add_update(
        published_id=organization.public_incidents.get().pk, word=Word(State.MONITORING), by=operator
    )
    assert status_letters.tell() == 1


def test_asking_again_sends_no_second_letter_within_the_hour(organization):
    rows.subscribe(organization)
    rows.subscribe(organization)
    assert rows.letters().count() == 1


def test_an_address_is_not_flooded_by_who_asks_for_many_sites(organization):
    for _ in range(subscriptions.MOST_A_DAY + 3):
        rows.subscribe(organization, site=factories.SiteFactory(organization=organization))
    assert rows.letters().count() == subscriptions.MOST_A_DAY


def test_who_is_subscribed_already_gets_the_same_letter_as_others(organization, time_machine):
    rows.subscriber(organization)
    rows.subscribe(organization)
    rows.subscribe(organization, "new@example.com")
    status_letters.deliver()
    first, second = mail.outbox
    assert first.subject == second.subject
    assert StatusSubscriber.objects.get(email="reader@example.com").confirmed_at is not None


def test_what_was_never_confirmed_is_forgotten(organization):
    row = rows.subscribe(organization)
    assert subscriptions.prune() == 0
    later = timezone.now() + subscriptions.CONFIRMABLE + timedelta(minutes=1)
    assert subscriptions.prune(now=later) == 1
    assert subscriptions.confirm(subscriptions.confirm_token(row)) is None


def test_a_link_confirms_for_three_days(organization, time_machine):
    row = rows.subscribe(organization)
    token = subscriptions.confirm_token(row)
    time_machine.shift(subscriptions.CONFIRMABLE + timedelta(minutes=1))
    assert subscriptions.confirm(token) is None


def test_a_link_that_ends_letters_confirms_nothing(organization):
    row = rows.subscribe(organization)
    assert subscriptions.confirm(subscriptions.end_token(row)) is None
    assert not subscriptions.end(subscriptions.confirm_token(row))
    assert subscriptions.end(subscriptions.end_token(row))
    assert not StatusSubscriber.objects.exists()


def test_each_update_is_told_once(told):
    assert status_letters.tell() == 1
    assert status_letters.tell() == 0
    assert status_letters.deliver() == 1
    assert status_letters.deliver() == 0
    [letter] = mail.outbox
    assert letter.subject == "Volta: Identified: Disruption: Volta depot"
    assert "A transformer has failed." in letter.body


def test_letters_end_with_one_click(told):
    status_letters.tell()
    status_letters.deliver()
    headers = mail.outbox[0].extra_headers
    assert headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    [path] = rows.paths_in(headers["List-Unsubscribe"])
    assert subscriptions.end(path.split("/")[3])


def test_letters_are_in_the_language_of_who_reads_them(organization, site, operator):
    rows.subscriber(organization, language="de")
    rows.published(organization, site, operator)
    status_letters.tell()
    status_letters.deliver()
    assert "Ein Transformator ist ausgefallen." in mail.outbox[0].body


def test_sentences_nobody_wrote_are_in_that_language_too(organization, site, operator):
    rows.subscriber(organization, language="de")
    found = rows.published(organization, site, operator)
    publication.add_update(published_id=found.pk, word=Word(State.INVESTIGATING), by=None)
    status_letters.tell()
    status_letters.deliver()
    assert "Wir gehen der Sache nach." in mail.outbox[1].body


def test_who_asked_for_a_site_hears_of_no_other(organization, operator, site):
    other = factories.SiteFactory(organization=organization)
    rows.subscriber(organization, site=other)
    rows.published(organization, site, operator)
    assert status_letters.tell() == 0


def test_who_asked_for_network_and_site_is_told_once(organization, operator, site):
    rows.subscriber(organization)
    rows.subscriber(organization, site=site)
    rows.published(organization, site, operator)
    window = _window(site)
    assert status_letters.tell() == 2
    assert status_letters.tell() == 0
    assert rows.letters().filter(window=window).count() == 1


def test_strangers_hear_nothing(elsewhere, organization, site, operator):
    rows.subscriber(elsewhere.organization)
    rows.published(organization, site, operator)
    _window(site)
    assert status_letters.tell() == 0


def test_sites_that_are_not_shown_make_no_letters(organization, site, operator):
    rows.subscriber(organization)
    rows.published(organization, site, operator)
    site.is_public = False
    site.save()
    _window(site)
    assert status_letters.tell() == 0


def _window(site):
    now = timezone.now()
    return MaintenanceWindow.objects.create(
        organization=site.organization,
        site=site,
        title="New cables",
        note="FOR-STAFF",
        starts_at=now + timedelta(days=1),
        ends_at=now + timedelta(days=1, hours=2),
        created_at=now,
    )


def test_planned_work_is_told_once_without_what_is_for_staff(organization, site):
    rows.subscriber(organization)
    _window(site)
    assert status_letters.tell() == 1
    assert status_letters.tell() == 0
    status_letters.deliver()
    [letter] = mail.outbox
    assert "New cables" in letter.body
    assert "FOR-STAFF" not in letter.body


def test_who_comes_after_work_was_announced_has_read_of_it(organization, site, time_machine):
    _window(site)
    time_machine.shift(timedelta(minutes=5))
    rows.subscriber(organization)
    assert status_letters.tell() == 0
    _window(site)
    assert status_letters.tell() == 1


def test_work_planned_long_ago_is_news_a_fortnight_before(organization, site, time_machine):
    window = _window(site)
    MaintenanceWindow.objects.update(
        starts_at=window.starts_at + timedelta(days=30), ends_at=window.ends_at + timedelta(days=30)
    )
    time_machine.shift(timedelta(days=1))
    rows.subscriber(organization)
    assert status_letters.tell() == 0
    time_machine.shift(timedelta(days=17))
    assert status_letters.tell() == 1


def test_who_was_told_of_work_is_told_once_that_it_is_called_off(organization, site, time_machine):
    rows.subscriber(organization)
    window = _window(site)
    status_letters.tell()
    status_letters.deliver()
    rows.subscriber(organization, email="late@example.com")
    windows.end(window=window)
    assert status_letters.tell() == 1
    assert status_letters.tell() == 0
    status_letters.deliver()
    assert [letter.to for letter in mail.outbox] == [["reader@example.com"]] * 2
    assert mail.outbox[1].subject == f"Volta: Planned maintenance at {site.name} is called off"
    assert "New cables" in mail.outbox[1].body


def _move(window, hours):
    by = timedelta(hours=hours)
    return windows.change(
        window=window,
        title=window.title,
        note=window.note,
        starts_at=window.starts_at + by,
        ends_at=window.ends_at + by,
    )


def test_who_was_told_of_work_is_told_once_of_each_new_time(organization, site, time_machine):
    rows.subscriber(organization)
    window = _window(site)
    status_letters.tell()
    status_letters.deliver()
    time_machine.shift(timedelta(minutes=5))
    rows.subscriber(organization, email="late@example.com")
    for moves in (1, 2):
        time_machine.shift(timedelta(minutes=5))
        window = _move(window, hours=3)
        assert status_letters.tell() == 1
        assert status_letters.tell() == 0
        status_letters.deliver()
        assert [letter.to for letter in mail.outbox] == [["reader@example.com"]] * (1 + moves)
    assert mail.outbox[2].subject == f"Volta: Planned maintenance at {site.name}: new time"
    assert "18:00 UTC" in mail.outbox[2].body


def test_a_letter_that_waits_says_the_new_time_and_is_the_only_one(organization, site, time_machine):
    rows.subscriber(organization)
    window = _window(site)
    status_letters.tell()
    time_machine.shift(timedelta(minutes=5))
    _move(window, hours=3)
    assert status_letters.tell() == 0
    status_letters.deliver()
    assert status_letters.tell() == 0
    [letter] = mail.outbox
    assert "15:00 UTC" in letter.body


def test_who_waits_for_the_new_time_of_work_that_is_called_off_hears_only_that(organization, site, time_machine):
    rows.subscriber(organization)
    window = _window(site)
    status_letters.tell()
    status_letters.deliver()
    time_machine.shift(timedelta(minutes=5))
    window = _move(window, hours=3)
    status_letters.tell()
    windows.end(window=window)
    status_letters.tell()
    status_letters.deliver()
    assert ["called off" in letter.subject for letter in mail.outbox] == [False, True]


def test_other_words_about_work_are_no_new_time(organization, site):
    rows.subscriber(organization)
    window = _window(site)
    status_letters.tell()
    status_letters.deliver()
    _move(window, hours=0)
    assert status_letters.tell() == 0


def test_work_that_is_called_off_before_anybody_was_told_makes_no_letters(organization, site):
    rows.subscriber(organization)
    window = _window(site)
    status_letters.tell()
    windows.end(window=window)
    status_letters.deliver()
    assert status_letters.tell() == 0
    assert mail.outbox == []


def test_a_letter_in_somebodys_hands_is_waited_for_when_its_work_is_called_off(organization, site, time_machine):
    rows.subscriber(organization)
    window = _window(site)
    status_letters.tell()
    status_letters._claim(rows.letters().get().pk)
    windows.end(window=window)
    assert status_letters.tell() == 0
    # Whoever held it is dead, and may have sent it.
    time_machine.shift(status_letters.CLAIM + timedelta(minutes=1))
    status_letters.deliver()
    assert mail.outbox == []
    assert status_letters.tell() == 1
    status_letters.deliver()
    assert ["called off" in letter.subject for letter in mail.outbox] == [True]


def test_what_nobody_told_in_time_is_no_news(told, time_machine):
    time_machine.shift(status_letters.STALE + timedelta(hours=1))
    assert status_letters.tell() == 0
    assert rows.letters().count() == 0


def test_a_sender_that_died_is_followed_by_another_with_the_same_letter(told, time_machine):
    status_letters.tell()
    assert status_letters._claim(rows.letters().get().pk)
    assert status_letters.deliver() == 0
    time_machine.shift(status_letters.CLAIM + timedelta(seconds=1))
    assert status_letters.deliver() == 1
    row = rows.letters().get()
    assert (row.state, row.attempts) == (LETTER.SENT, 2)


def test_a_mail_server_that_is_busy_is_tried_again_with_patience(told, mail, time_machine):
    status_letters.tell()
    mail.refuses = 451
    status_letters.deliver()
    assert rows.letters().get().state == LETTER.WAITING
    assert status_letters.deliver() == 0
    mail.refuses = 0
    time_machine.shift(status_letters.FIRST_PAUSE + timedelta(seconds=1))
    status_letters.deliver()
    assert rows.letters().get().state == LETTER.SENT
    assert mail.letters[0]["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"


def test_an_address_that_is_refused_for_good_is_given_up(told, mail):
    status_letters.tell()
    mail.refuses = 550
    status_letters.deliver()
    assert rows.letters().get().state == LETTER.FAILED
