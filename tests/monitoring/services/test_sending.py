"""Messages leave once, whatever dies or fails meanwhile."""

from datetime import UTC, datetime, timedelta

import pytest
from django.core import mail
from django.db import OperationalError
from django.utils import timezone

from monitoring.models import Channel, Notification
from monitoring.services import sending
from tests.monitoring.alert_rows import IncidentFactory

State = Notification.State
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def clock(time_machine):
    time_machine.move_to(datetime(2026, 5, 4, 12, tzinfo=UTC))


@pytest.fixture
def waiting(site, owner):
    """`waiting()`: a message to the owner that waits to be sent; with a channel, one that goes there."""
    incident = IncidentFactory(site=site)

    def make(channel=None):
        return Notification.objects.create(
            organization=site.organization,
            incident=incident,
            key=f"waiting.{channel}",
            change=Notification.Change.OPENED,
            person=None if channel else owner,
            channel=channel,
            created_at=timezone.now(),
            due_at=timezone.now(),
        )

    return make


def test_a_message_left_in_dead_hands_is_taken_up_again(waiting, time_machine):
    assert sending._claim(waiting().pk) is not None
    sending.deliver()
    assert mail.outbox == []
    time_machine.shift(sending.CLAIM + timedelta(seconds=1))
    sending.deliver()
    assert len(mail.outbox) == 1


def test_what_left_later_is_none_of_too_many_before(waiting, organization):
    channel = Channel.objects.create(organization=organization, kind=Channel.Kind.EMAIL, addresses="a@b.de", most=1)
    later = waiting(channel)
    later.key, later.state, later.sent_at = "later", State.SENT, timezone.now() + timedelta(days=1)
    later.save()
    row = waiting(channel)
    sending.deliver()
    row.refresh_from_db()
    assert row.state == State.SENT


def test_what_kills_whoever_sends_it_is_given_up(waiting, time_machine):
    row = waiting()
    for _ in range(sending.MAX_ATTEMPTS):
        assert sending._claim(row.pk) is not None
        time_machine.shift(sending.CLAIM + timedelta(seconds=1))
    sending.deliver()
    row.refresh_from_db()
    assert (row.state, mail.outbox) == (State.FAILED, [])


def test_an_address_that_cannot_be_read_any_more_keeps_no_other_message(waiting, organization):
    channel = Channel.objects.create(
        organization=organization, kind=Channel.Kind.WEBHOOK, name="Hook", sealed_url=b"sealed with another key"
    )
    unreadable, other = waiting(channel), waiting()
    sending.deliver()
    assert {row.pk: row.state for row in Notification.objects.all()} == {
        unreadable.pk: State.FAILED,
        other.pk: State.SENT,
    }


def test_a_database_that_is_away_for_a_moment_makes_no_message_come_twice(waiting, monkeypatch, time_machine):
    waiting()
    settle, troubles = sending._settle, iter([OperationalError("away")])

    def hindered(*arguments):
        if trouble := next(troubles, None):
            raise trouble
        return settle(*arguments)

    monkeypatch.setattr(sending, "_settle", hindered)
    monkeypatch.setattr(sending, "PAUSES_S", (0,))
    monkeypatch.setattr(sending.connection, "close", lambda: None)
    sending.deliver()
    time_machine.shift(sending.CLAIM + timedelta(seconds=1))
    sending.deliver()
    assert len(mail.outbox) == 1
