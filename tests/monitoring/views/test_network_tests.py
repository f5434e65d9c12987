"""Pages of network tests."""

import pytest
from django.urls import reverse
from django.utils import timezone

from monitoring.models import NetworkTestPlan, NetworkTestResult, NetworkTestRun

NOW = timezone.now()


@pytest.fixture
def run(station, organization, operator):
    before = NetworkTestRun.objects.create(organization=organization, name="Before", started_at=NOW, finished_at=NOW)
    NetworkTestResult.objects.create(run=before, station=station, state="passed", answer_ms=200)
    run = NetworkTestRun.objects.create(
        organization=organization, name="Nightly", started_at=NOW, previous=before, created_by=operator
    )
    NetworkTestResult.objects.create(run=run, station=station, state="failed", problems=["no_answer"], ended_at=NOW)
    return run


@pytest.fixture
def page(client, operator):
    client.force_login(operator)
    return lambda name, *arguments, **query: client.get(reverse(f"monitoring:{name}", args=arguments), query)


def test_a_run_says_what_is_wrong_and_what_is_new(page, run):
    text = page("test", run.pk).content.decode()
    assert "No answer to a CALL" in text
    assert "Fails now: 1" in text


def test_a_run_is_a_file_too(page, run, station):
    text = b"".join(page("test", run.pk, format="csv").streaming_content).decode()
    assert f"{station.identity},Volta depot,new_failure,no_answer,failed" in text


def test_runs_and_plans_are_listed(page, run, organization):
    NetworkTestPlan.objects.create(organization=organization, name="Weekly", every_hours=168, next_due_at=NOW)
    text = page("test-list").content.decode()
    assert "Nightly" in text
    assert "every 168 hours" in text


def test_a_test_is_started_from_its_form(client, page, station, organization):
    told = {"organization": organization.pk, "name": "Now", "every_hours": 0}
    answer = client.post(page("test-new").request["PATH_INFO"], told)
    assert answer.status_code == 302
    assert NetworkTestRun.objects.get().results.get().station == station


def test_a_plan_takes_the_right_to_plan(client, owner, operator, station, organization):
    told = {"organization": organization.pk, "name": "Daily", "every_hours": 24}
    client.force_login(owner)
    assert client.post(reverse("monitoring:test-new"), told).status_code == 302
    plan = NetworkTestPlan.objects.get()
    assert client.post(reverse("monitoring:test-plan-end", args=[plan.pk])).status_code == 302
    assert not NetworkTestPlan.objects.exists()


def test_a_choice_of_nobody_is_said(client, page, organization):
    told = {"organization": organization.pk, "name": "Now", "every_hours": 0, "vendor": "Nobody"}
    assert "No station of yours matches" in client.post(reverse("monitoring:test-new"), told).content.decode()


def test_a_run_is_stopped(client, page, run, station):
    NetworkTestResult.objects.filter(run=run).update(state="waiting")
    client.post(reverse("monitoring:test-cancel", args=[run.pk]))
    assert run.results.get().state == "cancelled"


def test_who_may_send_nothing_tests_nothing(client, viewer, run):
    client.force_login(viewer)
    assert client.get(reverse("monitoring:test-new")).status_code == 403
    assert client.post(reverse("monitoring:test-cancel", args=[run.pk])).status_code == 403


def test_strangers_see_no_run(client, stranger, run):
    client.force_login(stranger)
    assert client.get(reverse("monitoring:test", args=[run.pk])).status_code == 404
