"""/metrics: who may read it, and what it says."""

from datetime import timedelta
from types import SimpleNamespace

import pytest
from django.utils import timezone
from prometheus_client.parser import text_string_to_metric_families

from monitoring import health, metrics, periodic
from stations import journal
from stations.models import Fact
from stations.ocpp import edge

pytestmark = pytest.mark.django_db(transaction=True)

TOKEN = {"Authorization": "Bearer long-and-secret"}


@pytest.fixture(autouse=True)
def _token(settings, monkeypatch):
    settings.METRICS_TOKEN = "long-and-secret"
    # A slow machine takes its time.
    for module in (health, metrics):
        monkeypatch.setattr(module, "TIMEOUT_S", 60)


async def scrape(client):
    """The samples by name and labels."""
    answer = await client.get("/metrics", headers=TOKEN)
    assert answer.status_code == 200
    families = text_string_to_metric_families(answer.content.decode())
    return {(s.name, *s.labels.values()): s.value for family in families for s in family.samples}


async def test_without_a_token_set_there_is_no_such_page(async_client, settings):
    settings.METRICS_TOKEN = ""
    assert (await async_client.get("/metrics", headers={"Authorization": "Bearer "})).status_code == 404


@pytest.mark.parametrize("headers", [{}, {"Authorization": "Bearer wrong"}, {"Authorization": "long-and-secret"}])
async def test_with_a_wrong_token_it_is_refused(async_client, headers):
    assert (await async_client.get("/metrics", headers=headers)).status_code == 401


async def test_probes_answer_whatever_name_they_are_asked_by(async_client, settings):
    settings.ALLOWED_HOSTS = ["csms.example"]
    assert (await async_client.get("/api/v1/")).status_code == 400
    for path in ("/healthz", "/readyz", "/metrics"):
        answer = await async_client.get(path, headers=TOKEN)
        assert answer.status_code == 200, path


async def test_facts_that_wait_are_counted_and_aged(async_client, network, database):
    fact = await database(lambda: journal.record("station.booted", subject_type="station", subject_id=1))
    old = timezone.now() - timedelta(minutes=5)
    await database(lambda: Fact.objects.filter(pk=fact.pk).update(at=old, settled_at=None))
    samples = await scrape(async_client)
    assert samples["busbar_facts_waiting",] == 1
    assert 300 <= samples["busbar_oldest_fact_seconds",] < 900


async def test_tasks_tell_how_they_fared(async_client, database):
    task = "stations.tasks.sweep_commands"
    await database(lambda: periodic.note(task, lag_s=0.25, duration_s=1.5, has_failed=False))
    before = (await scrape(async_client))["busbar_task_failures", task]
    await database(lambda: periodic.note(task, lag_s=0.5, duration_s=2.5, has_failed=True))
    samples = await scrape(async_client)
    assert samples["busbar_task_lag_seconds", task] == 0.5
    assert samples["busbar_task_duration_seconds", task] == 2.5
    assert samples["busbar_task_failures", task] == before + 1
    assert samples["busbar_task_success_age_seconds", task] < 300


async def test_a_lane_that_keeps_no_frames_says_so(async_client, monkeypatch):
    recorder = SimpleNamespace(is_stopped=True)
    lane = SimpleNamespace(name="lane-7", recorder=recorder, failing_since=None, alive=True, waiting=0)
    running = SimpleNamespace(sessions={}, lanes=[lane], warnings=list)
    monkeypatch.setattr(edge, "running", lambda: [running])
    assert (await scrape(async_client))["busbar_recorder_stopped", "lane-7"] == 1


async def test_when_the_database_does_not_answer_the_process_still_tells_of_itself(async_client, monkeypatch):
    def broken():
        raise ConnectionError

    monkeypatch.setattr("monitoring.metrics._read_facts", broken)
    samples = await scrape(async_client)
    assert samples["busbar_database_answers",] == 0
    assert "busbar_lane_jobs_waiting" in {name for name, *_ in samples}
