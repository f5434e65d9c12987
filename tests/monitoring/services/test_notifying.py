"""The right person is woken, once."""

from datetime import UTC, datetime, time, timedelta

import pytest
from django.core import mail
from django.utils import timezone

from drivers.domain.roles import Role
from monitoring.models import (
    Channel,
    Escalation,
    EscalationPolicy,
    EscalationStep,
    Incident,
    IncidentEntry,
    Notification,
    NotificationPreference,
    Severity,
)
from monitoring.services import channels, escalation, fanout, incidents, notifying, sending
from tests import factories
from tests.monitoring import on_call
from tests.monitoring.sinks import WebServer, running


@pytest.fixture(autouse=True)
def clock(time_machine):
    """A day at noon, so that `shift` has something to shift."""
    time_machine.move_to(datetime(2026, 5, 4, 12, tzinfo=UTC))


State, Change = Notification.State, Notification.Change
pytestmark = pytest.mark.django_db


def opened(site, severity=Severity.MAJOR, title="CP-1 is faulted."):
    incident = Incident.objects.create(
        organization=site.organization,
        site=site,
        title=title,
        cause=f"site:{site.pk}:{title}",
        severity=severity,
        opened_at=timezone.now(),
    )
    happened(incident, "opened")
    return incident


def happened(incident, kind, **more):
    return IncidentEntry.objects.create(incident=incident, kind=kind, at=timezone.now(), **more)


def resolved(incident):
    incident.resolved_at = timezone.now()
    incident.save()
    happened(incident, "resolved")


def wants_all(person, **more):
    return NotificationPreference.objects.create(person=person, wants=NotificationPreference.Wants.ALL, **more)


@pytest.fixture
def technician_on_call(site, technician, operator):
    """The technician has the turn, the operator is told after ten minutes."""
    rota = on_call.rota(site.organization, technician)
    policy = EscalationPolicy.objects.create(organization=site.organization, name="Days", repeats=0)
    EscalationStep.objects.create(policy=policy, order=0, rota=rota)
    EscalationStep.objects.create(policy=policy, order=1, person=operator, after_minutes=10)
    return policy


def letters():
    return [(letter.to[0].partition("@")[0], letter.subject.partition(":")[0]) for letter in mail.outbox]


def test_who_is_on_call_is_told_and_nobody_else(site, technician_on_call):
    opened(site)
    notifying.tell()
    assert letters() == [("technician", "Major incident")]


def test_told_once_however_often_and_by_however_many_ways_it_is_looked_at(site, technician, technician_on_call):
    wants_all(technician)
    opened(site)
    for _ in range(3):
        notifying.tell()
    assert letters() == [("technician", "Major incident")]


def test_the_next_one_is_told_while_nobody_acknowledges(site, technician_on_call, time_machine):
    opened(site)
    notifying.tell()
    time_machine.shift(timedelta(minutes=10, seconds=1))
    notifying.tell()
    assert letters()[1:] == [("operator", "Major incident that nobody has acknowledged")]


def test_nobody_further_is_told_once_somebody_acknowledges(site, technician, technician_on_call, time_machine):
    incident = opened(site)
    notifying.tell()
    incidents.acknowledge(incident_id=incident.pk, by=technician)
    time_machine.shift(timedelta(hours=1))
    notifying.tell()
    assert len(letters()) == 1


def test_a_snoozed_incident_escalates_when_the_snooze_ends(site, technician, technician_on_call, time_machine):
    incident = opened(site)
    notifying.tell()
    incidents.snooze(incident_id=incident.pk, until=timezone.now() + timedelta(hours=1), by=technician)
    time_machine.shift(timedelta(minutes=30))
    notifying.tell()
    assert len(letters()) == 1
    time_machine.shift(timedelta(minutes=31))
    notifying.tell()
    assert len(letters()) == 2


def test_a_gap_in_the_rota_does_not_stop_an_escalation(site, technician, operator):
    rota = on_call.rota(site.organization)
    policy = EscalationPolicy.objects.create(organization=site.organization, name="Days", repeats=0)
    EscalationStep.objects.create(policy=policy, order=0, rota=rota)
    EscalationStep.objects.create(policy=policy, order=1, person=operator, after_minutes=30)
    incident = opened(site)
    notifying.tell()
    assert letters() == [("operator", "Major incident that nobody has acknowledged")]
    assert incident.entries.filter(kind="notified", text__contains="nobody to tell").exists()


def test_who_left_the_organization_is_told_nothing(site, technician, operator, technician_on_call):
    technician.memberships.all().delete()
    opened(site)
    notifying.tell()
    assert [who for who, _ in letters()] == ["operator"]


def test_a_storm_of_alerts_of_one_incident_is_one_message(site, technician_on_call):
    incident = opened(site)
    for _ in range(50):
        happened(incident, "alert")
    notifying.tell()
    assert len(letters()) == 1


def test_whoever_was_told_of_the_opening_is_told_that_it_is_over(site, technician_on_call):
    incident = opened(site)
    notifying.tell()
    resolved(incident)
    notifying.tell()
    assert letters() == [("technician", "Major incident"), ("technician", "Resolved")]


def test_what_is_over_before_it_is_told_wakes_nobody(site, technician_on_call):
    incident = opened(site)
    resolved(incident)
    notifying.tell()
    assert letters() == []


def test_one_who_wants_graver_incidents_only_is_told_when_it_gets_graver(site, owner):
    wants_all(owner, least_severity=Severity.CRITICAL)
    wants_all(factories.MembershipFactory(organization=site.organization, user__email="b@volta.example").user)
    incident = opened(site)
    notifying.tell()
    assert [who for who, _ in letters()] == ["b"]
    incident.severity = Severity.CRITICAL
    incident.save()
    happened(incident, "severity")
    notifying.tell()
    assert sorted(letters()[1:]) == [("b", "Now a Critical incident"), ("owner", "Now a Critical incident")]


def test_somebody_of_another_site_is_not_told(site, stranger):
    wants_all(stranger)
    opened(site)
    notifying.tell()
    assert letters() == []


def test_where_nobody_set_anything_up_those_who_could_have_are_told(site, owner, technician):
    opened(site)
    notifying.tell()
    assert [who for who, _ in letters()] == ["owner"]


@pytest.fixture
def night(time_machine):
    time_machine.move_to(datetime(2026, 5, 4, 23, tzinfo=UTC))
    return {"quiet_from": time(22), "quiet_until": time(7)}


def test_at_night_only_what_is_critical_wakes_and_the_rest_comes_in_the_morning(site, owner, night, time_machine):
    wants_all(owner, **night)
    opened(site)
    opened(site, title="CP-2 is faulted.")
    opened(site, severity=Severity.CRITICAL, title="The site is dark.")
    notifying.tell()
    assert letters() == [("owner", "Critical incident")]
    time_machine.shift(timedelta(hours=8, minutes=1))
    notifying.tell()
    assert len(mail.outbox) == 2
    assert mail.outbox[1].subject == "Busbar: 2 messages about incidents"
    assert "CP-2 is faulted." in mail.outbox[1].body


def test_whose_turn_it_is_is_woken_at_night_unless_they_say_otherwise(site, technician, technician_on_call, night):
    preference = NotificationPreference.objects.create(person=technician, **night)
    opened(site)
    notifying.tell()
    assert len(letters()) == 1
    preference.on_call_wakes = False
    preference.save()
    opened(site, title="Another one.")
    notifying.tell()
    assert len(letters()) == 1


def test_what_is_over_in_the_morning_is_not_told_any_more(site, owner, night, time_machine):
    wants_all(owner, **night)
    resolved_one, lasting = opened(site), opened(site, title="CP-2 is faulted.")
    notifying.tell()
    resolved(resolved_one)
    time_machine.shift(timedelta(hours=8, minutes=1))
    notifying.tell()
    assert [letter.subject.partition(": ")[2] for letter in mail.outbox] == [f"CP-2 is faulted. ({lasting.site})"]


def test_a_storm_of_incidents_is_a_few_messages_and_a_digest(site, owner, time_machine):
    wants_all(owner)
    for number in range(40):
        opened(site, title=f"CP-{number} is faulted.")
    notifying.tell()
    assert len(mail.outbox) == sending.MOST_BY_EMAIL
    time_machine.shift(sending.RATE_HOLD + timedelta(seconds=1))
    notifying.tell()
    assert len(mail.outbox) == sending.MOST_BY_EMAIL + 1
    assert mail.outbox[-1].subject == "Busbar: 30 messages about incidents"


def test_a_letter_is_in_the_language_of_whom_it_goes_to(site, technician, technician_on_call):
    technician.language = "de"
    technician.save()
    incident = opened(site)
    notifying.tell()
    assert "Vorfall" in mail.outbox[0].subject
    assert f"/console/incidents/{incident.pk}/acknowledge-now/" in mail.outbox[0].body


@pytest.fixture
def hook(site, settings):
    """A webhook of the organization, and what it leads to."""
    settings.NOTIFY_HOSTS = ["127.0.0.1"]
    with running(WebServer()) as server:
        channel = Channel(organization=site.organization, kind=Channel.Kind.WEBHOOK, name="Hook")
        channels.save(channel=channel, values={}, url=server.url)
        server.channel = channel
        yield server


def test_a_webhook_that_fails_is_tried_again_and_then_given_up(site, hook, time_machine):
    hook.statuses = [500]
    opened(site)
    for _ in range(sending.MAX_ATTEMPTS + 3):
        notifying.tell()
        time_machine.shift(timedelta(hours=1))
    [row] = hook.channel.notifications.all()
    assert (row.state, row.attempts, len(hook.posts)) == (State.FAILED, sending.MAX_ATTEMPTS, sending.MAX_ATTEMPTS)
    assert "500" in row.problem
    hook.channel.refresh_from_db()
    assert "500" in hook.channel.problem


def test_a_webhook_that_answers_once_it_is_back_got_the_same_message(site, hook, time_machine):
    hook.statuses = [503, 200]
    opened(site)
    notifying.tell()
    time_machine.shift(timedelta(minutes=1))
    notifying.tell()
    [first, second] = [headers["X-Busbar-Delivery"] for headers, _ in hook.posts]
    assert first == second
    assert hook.channel.notifications.get().state == State.SENT


def test_a_refusal_that_lasts_is_given_up_at_once(site, hook):
    hook.statuses = [404]
    opened(site)
    notifying.tell()
    assert hook.channel.notifications.get().state == State.FAILED


def test_who_cannot_be_reached_on_call_is_not_waited_for(site, technician, technician_on_call, settings):
    preference = NotificationPreference.objects.create(person=technician, by_email=False)
    settings.NOTIFY_HOSTS = ["127.0.0.1"]
    with running(WebServer()) as server:
        server.statuses = [410]
        channel = Channel(person=technician, kind=Channel.Kind.WEBHOOK, name="Mine")
        channels.save(channel=channel, values={}, url=server.url)
        incident = opened(site)
        notifying.tell()
        assert incident.notifications.get().state == State.FAILED
        notifying.tell()
    assert [who for who, _ in letters()] == ["operator"]
    assert not preference.by_email


def test_the_log_forgets_what_is_long_over_and_keeps_incidents(site, owner, time_machine):
    wants_all(owner)
    lasting, over = opened(site), opened(site, title="CP-2 is faulted.")
    notifying.tell()
    resolved(over)
    notifying.tell()
    time_machine.shift(timedelta(days=2))
    opened(site, title="CP-3 is faulted.")
    notifying.tell()
    assert notifying.prune(older_than=timezone.now() - timedelta(days=1)) == 2
    assert (lasting.notifications.count(), over.notifications.count(), Incident.objects.count()) == (1, 0, 3)


def test_of_two_who_claim_a_message_one_gets_it(site, technician_on_call):
    incident = opened(site)
    fanout.tell_entries()
    pk = incident.notifications.get().pk
    assert [sending._claim(pk) is not None, sending._claim(pk) is not None] == [True, False]


def test_an_escalation_is_taken_on_by_one_of_two(site, technician_on_call, time_machine):
    incident = opened(site)
    notifying.tell()
    time_machine.shift(timedelta(minutes=11))
    pk = incident.escalation.pk
    assert [escalation._take(pk), escalation._take(pk)] == [True, False]


def test_a_test_says_what_became_of_it(site, owner, hook):
    hook.statuses = [403]
    row = channels.try_out(organization=site.organization, person=owner, channel=hook.channel)
    assert (row.state, row.change) == (State.FAILED, Change.TEST)
    assert "403" in row.problem
    row = channels.try_out(organization=site.organization, person=owner, channel=None)
    assert (row.state, mail.outbox[0].to) == (State.SENT, [owner.email])


def test_a_role_that_only_looks_may_want_to_be_told_too(site):
    viewer = factories.MembershipFactory(
        organization=site.organization, role=Role.VIEWER, user__email="v@volta.example"
    )
    wants_all(viewer.user)
    opened(site)
    notifying.tell()
    assert [who for who, _ in letters()] == ["v"]


def stumbles_over(monkeypatch, name, broken_row):
    """A function of the escalation that is broken for this row only; returns how to mend it."""
    whole = getattr(escalation, name)

    def broken(row, *args, **more):
        if row == broken_row:
            raise ValueError("nobody has thought of this")
        return whole(row, *args, **more)

    monkeypatch.setattr(escalation, name, broken)
    return monkeypatch.undo


def test_an_incident_that_cannot_be_told_of_keeps_no_other(site, technician_on_call, monkeypatch):
    mend = stumbles_over(monkeypatch, "begin", opened(site, title="CP-1 is faulted."))
    opened(site, title="CP-2 is faulted.")
    notifying.tell()
    assert [letter.subject for letter in mail.outbox] == ["Major incident: CP-2 is faulted. (Volta depot)"]
    mend()
    notifying.tell()
    assert len(mail.outbox) == 2


def test_an_escalation_that_fails_keeps_no_other(site, technician_on_call, monkeypatch, time_machine):
    first = opened(site, title="CP-1 is faulted.")
    opened(site, title="CP-2 is faulted.")
    notifying.tell()
    mail.outbox.clear()
    stumbles_over(monkeypatch, "_advance", Escalation.objects.get(incident=first))
    time_machine.shift(timedelta(minutes=10, seconds=1))
    notifying.tell()
    assert [letter.subject.partition(": ")[2] for letter in mail.outbox] == ["CP-2 is faulted. (Volta depot)"]
