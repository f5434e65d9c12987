"""Self-repair in the console."""

import pytest
from django.urls import reverse
from django.utils import timezone

from monitoring.models import Playbook, RepairRun, RepairStep
from monitoring.services import playbook_settings
from tests.monitoring.alert_rows import AlertFactory, IncidentFactory
from tests.monitoring.maintenance_rows import RepairRunFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def run(station):
    return RepairRunFactory(station=station)


@pytest.fixture
def alert(station):
    incident = IncidentFactory(site=station.site)
    return AlertFactory(station=station, rule="faulted", raised_at=timezone.now(), incident=incident)


def url(name, *arguments):
    return reverse(f"monitoring:{name}", args=arguments)


def filled(page):
    """What the form of the playbook's page would post."""
    form = page.context["form"]
    return {name: value for name in form.fields if (value := form[name].value()) not in (False, None)}


@pytest.mark.parametrize("name", ["repair-run-list", "cures", "playbook"])
def test_every_page_opens_with_runs_and_without(browser, operator, name, station):
    assert browser(operator).get(url(name)).status_code == 200
    RepairRunFactory(station=station)
    assert browser(operator).get(url(name)).status_code == 200


def test_a_run_shows_its_steps_and_who_cured(browser, viewer, run):
    now = timezone.now()
    RepairStep.objects.create(run=run, position=0, step="soft_reset", state="cured", began_at=now, known_at=now)
    text = browser(viewer).get(url("repair-run", run.pk)).content.decode()
    assert "Cured it" in text
    assert "Soft reset" in text


def test_the_record_of_cures_is_a_file_too(browser, operator, run):
    RepairStep.objects.create(run=run, position=0, step="soft_reset", state="cured", began_at=timezone.now())
    file = browser(operator).get(url("cures") + "?format=csv")
    header, row = b"".join(file.streaming_content).decode("utf-8-sig").splitlines()
    told = dict(zip(header.split(","), row.split(","), strict=True))
    assert (told["code"], told["runs"], told["soft_reset_cured"], told["median_minutes"]) == (
        *("InternalError", "1", "1"),
        "6.0",
    )


def test_shares_of_cures_are_percent(browser, operator, run):
    for state in ("cured", "no_cure"):
        step = RepairStep(run=run, position=state == "no_cure", step="soft_reset", state=state, began_at=timezone.now())
        step.save()
    text = browser(operator).get(url("cures")).content.decode()
    assert "cured 1 of 2 (50\xa0%)" in text
    assert "100\xa0%" in text


def test_a_step_that_never_cured_is_named_on_the_page_of_the_playbook(browser, operator, station):
    for _ in range(10):
        run = RepairRunFactory(station=station, state="handed_over", cured_by="")
        RepairStep.objects.create(run=run, position=0, step="hard_reset", state="no_cure", began_at=timezone.now())
    text = browser(operator).get(url("playbook")).content.decode()
    assert "“Hard reset” was tried 10 times and cured nothing" in text


def test_each_steps_minutes_say_of_which_step_they_are_and_are_written_as_in_the_readers_language(browser, operator):
    page = browser(operator)
    assert 'aria-label="Soft reset: Minutes to wait for its cure"' in page.get(url("playbook")).content.decode()
    german = page.get(url("playbook"), headers={"accept-language": "de"})
    assert 'value="0,5"' in german.content.decode()
    page.post(url("playbook"), filled(german) | {"wait_probe": "1,5"}, headers={"accept-language": "de"})
    assert Playbook.objects.get().steps[0]["wait_s"] == 90


def test_a_playbook_is_changed_and_only_what_differs_is_kept(browser, operator, site):
    page = browser(operator)
    posted = filled(page.get(url("playbook"))) | {"mode": "on", "per_day": 1}
    assert page.post(url("playbook"), posted).status_code == 302
    row = Playbook.objects.get()
    assert (row.mode, row.per_day, row.rules, row.steps, row.changed_by) == ("on", 1, None, None, operator)
    counted = playbook_settings.settings().at(site.organization_id, site.pk)
    assert (counted.mode, counted.per_day) == ("on", 1)


def test_a_site_that_wants_the_same_keeps_nothing_of_its_own(browser, operator, site):
    page, address = browser(operator), url("playbook") + f"?site={site.pk}"
    page.post(address, filled(page.get(address)) | {"mode": "off"})
    assert Playbook.objects.get().site == site
    page.post(address, filled(page.get(address)) | {"mode": "dry_run"})
    assert not Playbook.objects.exists()


def test_a_playbook_without_steps_is_refused(browser, operator):
    page = browser(operator)
    posted = {k: v for k, v in filled(page.get(url("playbook"))).items() if not k.startswith("step_")}
    assert "Choose at least one step" in page.post(url("playbook"), posted).content.decode()


def test_who_may_not_set_rules_changes_no_playbook(browser, technician):
    page = browser(technician)
    assert page.get(url("playbook")).status_code == 200
    assert page.post(url("playbook"), {"mode": "on"}).status_code == 403


def test_what_would_have_been_is_told_of_past_alerts(browser, operator, alert):
    shown = browser(operator).get(url("playbook")).context["preview"]
    assert (shown["runs"], shown["steps"][0][1]) == (1, 1)


def test_a_run_is_begun_by_hand_and_says_what_becomes_of_sessions(browser, technician, station, alert):
    page = browser(technician)
    form = page.get(url("repair-start", station.identity)).content.decode()
    assert "A session runs here now. It is not touched" in form
    page.post(url("repair-start", station.identity), {"alert": alert.pk})
    run = RepairRun.objects.get()
    assert (run.started_by, run.is_dry, run.alert) == (technician, False, alert)
    assert "at work here already" in page.get(url("repair-start", station.identity)).content.decode()


def test_while_a_dry_run_goes_on_one_in_earnest_can_be_begun(browser, technician, station, alert):
    rehearsed = RepairRunFactory(station=station, state="running", ended_at=None, cured_by="", alert=alert, is_dry=True)
    page = browser(technician)
    assert "Try to repair" in page.get(url("station-repair", station.identity)).content.decode()
    assert "A dry run goes on here." in page.get(url("repair-start", station.identity)).content.decode()
    page.post(url("repair-start", station.identity), {"alert": alert.pk})
    rehearsed.refresh_from_db()
    assert (rehearsed.state, RepairRun.objects.get(ended_at=None).is_dry) == ("stopped", False)


def test_without_an_alert_there_is_nothing_to_begin(browser, technician, station):
    text = browser(technician).get(url("repair-start", station.identity)).content.decode()
    assert "nothing would tell whether a step helped" in text


def test_who_may_not_send_commands_neither_begins_nor_stops(browser, viewer, station, run):
    page = browser(viewer)
    assert page.get(url("repair-start", station.identity)).status_code == 403
    assert page.post(url("repair-run-stop", run.pk)).status_code == 403


def test_a_run_is_stopped_once_that_is_confirmed(browser, technician, station, alert):
    run = RepairRunFactory(station=station, state="running", ended_at=None, cured_by="", alert=alert)
    page = browser(technician)
    assert "Stop self-repair?" in page.get(url("repair-run-stop", run.pk)).content.decode()
    page.post(url("repair-run-stop", run.pk))
    run.refresh_from_db()
    assert (run.state, run.stopped_by) == ("stopped", technician)


def test_stations_and_incidents_show_their_runs(browser, technician, station, alert):
    RepairRunFactory(station=station, alert=alert, incident=alert.incident)
    page = browser(technician)
    at_station = page.get(url("station-repair", station.identity)).content.decode()
    assert "Try to repair" in at_station
    assert "InternalError" in at_station
    assert "InternalError" in page.get(url("incident-repair", alert.incident_id)).content.decode()


def test_runs_of_others_are_not_shown(browser, operator, elsewhere):
    other = RepairRunFactory(station=elsewhere.station)
    page = browser(operator)
    assert page.get(url("repair-run", other.pk)).status_code == 404
    assert page.get(url("station-repair", elsewhere.station.identity)).status_code == 404
