"""/playbooks/ and /repair-runs/"""

import pytest
from django.utils import timezone

from monitoring.models import RepairRun
from tests.monitoring.alert_rows import AlertFactory, IncidentFactory
from tests.monitoring.maintenance_rows import RepairRunFactory

RUNS, PLAYBOOKS = "/api/v1/repair-runs/", "/api/v1/playbooks/"


@pytest.fixture
def alert(station):
    incident = IncidentFactory(site=station.site)
    return AlertFactory(station=station, rule="faulted", raised_at=timezone.now(), incident=incident)


def test_what_counts_where_is_told(api, operator, organization, site):
    client = api(operator)
    (usual,) = client.get(PLAYBOOKS).json()
    assert (usual["organization"], usual["site"], usual["mode"]) == (organization.slug, None, "dry_run")
    steps = [{"step": "probe", "wait_s": 5}, {"step": "work_order", "wait_s": 0}]
    changed = client.put(PLAYBOOKS, {"site": site.pk, "mode": "on", "steps": steps}, format="json")
    assert changed.status_code == 200, changed.content
    assert [(row["site"], row["mode"]) for row in client.get(PLAYBOOKS).json()] == [(None, "dry_run"), (site.pk, "on")]
    assert changed.json()["steps"] == steps
    assert changed.json()["per_day"] == usual["per_day"]


def test_a_playbook_out_of_order_is_refused(api, operator):
    steps = [{"step": "hard_reset", "wait_s": 5}, {"step": "probe", "wait_s": 0}]
    assert api(operator).put(PLAYBOOKS, {"steps": steps}, format="json").status_code == 400


def test_who_may_not_set_rules_changes_no_playbook(api, technician):
    assert api(technician).put(PLAYBOOKS, {"mode": "on"}, format="json").status_code == 403


def test_a_run_is_begun_and_stopped(api, technician, station, alert):
    client = api(technician)
    begun = client.post(RUNS, {"alert": alert.pk}, format="json")
    assert (begun.status_code, begun.json()["state"], begun.json()["is_dry"]) == (201, "running", False)
    assert client.post(RUNS, {"alert": alert.pk}, format="json").status_code == 409
    stopped = client.post(f"{RUNS}{begun.json()['id']}/stop/").json()
    assert (stopped["state"], stopped["taken"]) == ("stopped", [])


def test_runs_are_found(api, viewer, station, elsewhere):
    run = RepairRunFactory(station=station)
    RepairRunFactory(station=elsewhere.station)
    client = api(viewer)
    assert [row["id"] for row in client.get(f"{RUNS}?state=cured").json()["results"]] == [run.pk]
    assert client.get(f"{RUNS}?open=true").json()["results"] == []


def test_who_may_not_send_commands_begins_nothing(api, viewer, alert):
    assert api(viewer).post(RUNS, {"alert": alert.pk}, format="json").status_code == 403
    assert not RepairRun.objects.exists()
