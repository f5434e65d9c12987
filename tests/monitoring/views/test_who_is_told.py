"""Setting up who is told, in the console and over REST."""

from datetime import timedelta

import pytest
from django.core import mail
from django.utils import timezone

from monitoring.models import Channel, EscalationPolicy, NotificationPreference, Rota
from tests.monitoring import on_call
from tests.monitoring.sinks import WebServer, running

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk(client, owner):
    client.force_login(owner)
    return client


def test_a_webhooks_secret_is_shown_once_and_its_address_never(desk, organization):
    values = {"kind": "webhook", "organization": organization.pk, "name": "Hook", "url": "https://a.example/S3CRET"}
    answer = desk.post("/console/channels/add/", values | {"least_severity": 3, "most": 30, "is_active": "on"})
    channel = Channel.objects.get()
    assert (channel.organization, channel.hint) == (organization, "https://a.example/…")
    assert "Copy it now" in answer.text
    for page in ("/console/channels/", f"/console/channels/{channel.pk}/", "/console/audit/"):
        assert "S3CRET" not in desk.get(page).text


def test_an_address_that_is_none_is_refused_in_words(desk, organization):
    values = {"kind": "email", "organization": organization.pk, "name": "List", "addresses": "nobody"}
    answer = desk.post("/console/channels/add/", values | {"least_severity": 3, "most": 30})
    assert "is no email address" in answer.text
    assert not Channel.objects.exists()


def test_a_technician_sets_up_nothing_of_the_organization(client, technician, organization):
    client.force_login(technician)
    for page in ("channels/", f"channels/add/?kind=email&organization={organization.pk}", "on-call/add/"):
        assert client.get(f"/console/{page}").status_code == 403


def test_a_test_says_in_words_what_became_of_it(desk, organization):
    channel = Channel.objects.create(organization=organization, kind="email", name="List", addresses="a@b.example")
    answer = desk.post(f"/console/channels/{channel.pk}/test/", follow=True)
    assert "The test has left by List" in answer.text
    assert mail.outbox[0].to == ["a@b.example"]


def test_everybody_says_what_they_are_told_of(client, viewer, site):
    client.force_login(viewer)
    values = {"wants": "all", "least_severity": 1, "by_email": "on", "timezone": "Europe/Berlin", "sites": [site.pk]}
    client.post("/console/notifications/", values | {"quiet_from": "22:00", "quiet_until": "07:00"})
    preference = NotificationPreference.objects.get(person=viewer)
    assert (preference.wants, preference.timezone, list(preference.sites.all())) == ("all", "Europe/Berlin", [site])


def test_a_rota_is_set_up_and_drawn(desk, organization, owner, technician):
    desk.post(f"/console/on-call/add/?organization={organization.pk}", {"name": "Nights", "timezone": "Europe/Berlin"})
    rota = Rota.objects.get()
    layer = {"name": "All", "starts_on": "2026-01-05", "handover": "09:00", "days": 7}
    people = {"person_0": owner.pk, "person_1": technician.pk}
    desk.post(
        f"/console/on-call/{rota.pk}/layers/add/", layer | people | {"hours_from": "00:00", "hours_until": "00:00"}
    )
    answer = desk.get(f"/console/on-call/{rota.pk}/")
    assert "is on call now" in answer.text
    assert technician.email in answer.text


def test_who_is_in_a_rota_enters_a_swap_themselves(client, organization, technician, operator):
    rota = on_call.rota(organization, technician, timezone="Europe/Berlin")
    client.force_login(technician)
    values = {"person": operator.pk, "starts_at": "2026-11-01T09:00", "ends_at": "2036-11-02T09:00"}
    client.post(f"/console/on-call/{rota.pk}/swaps/add/", values)
    assert rota.overrides.get().starts_at.isoformat() == "2026-11-01T08:00:00+00:00"
    assert f"{operator.email} is on call now" in client.get(f"/console/on-call/{rota.pk}/").text


def test_a_policy_has_steps(desk, organization, technician):
    rota = on_call.rota(organization, technician)
    values = {"name": "All", "least_severity": 2, "repeats": 1, "pause_minutes": 15, "is_active": "on"}
    steps = {"target_0": f"rota:{rota.pk}", "after_0": 0, "target_1": f"person:{technician.pk}", "after_1": 10}
    desk.post("/console/escalation/add/", values | steps)
    policy = EscalationPolicy.objects.get()
    assert [(step.target, step.after_minutes) for step in policy.steps.all()] == [(rota, 0), (technician, 10)]
    assert "after 10 minutes" in desk.get("/console/escalation/").text


def test_a_channel_is_made_and_tried_over_rest(api, owner, settings):
    settings.NOTIFY_HOSTS = ["127.0.0.1"]
    with running(WebServer()) as server:
        made = api(owner).post("/api/v1/notification-channels/", {"kind": "webhook", "name": "Hook", "url": server.url})
        assert made.status_code == 201, made.data
        assert made.data["secret"]
        tried = api(owner).post(f"/api/v1/notification-channels/{made.data['id']}/test/")
    assert tried.data["state"] == "sent"
    assert api(owner).get("/api/v1/notification-channels/").data["results"][0]["secret"] is None
    assert len(server.posts) == 1


def test_who_is_on_call_is_told_over_rest(api, viewer, organization, technician):
    rota = on_call.rota(organization, technician)
    assert api(viewer).get("/api/v1/on-call/").data[0]["now"]["person"] == technician.email
    now = timezone.now()
    span = {"since": now.isoformat(), "until": (now + timedelta(days=7)).isoformat()}
    shifts = api(viewer).get(f"/api/v1/rotas/{rota.pk}/shifts/", span).data
    assert {shift["person"] for shift in shifts} == {technician.email}
