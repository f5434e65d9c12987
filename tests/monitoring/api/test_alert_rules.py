"""/alert-rules/"""

import pytest
from django.utils import timezone

from monitoring.models import RuleSetting

URL = "/api/v1/alert-rules/"


def values(rule):
    return {threshold["name"]: float(threshold["value"]) for threshold in rule["thresholds"]}


def rule_of(client, name, query=""):
    return {row["name"]: row for row in client.get(f"{URL}{query}").json()}[name]


def test_rules_are_read(api, viewer):
    rule = rule_of(api(viewer), "clock_wrong")
    assert (rule["is_on"], rule["raise_after_s"], values(rule)["seconds"]) == (True, 300, 120)
    assert values(rule)["returns_to_flap"] == 3


def test_a_rule_is_set_for_the_organization_and_otherwise_at_a_site(api, operator, site):
    client = api(operator)
    body = {"values": {"minutes": 5, "raise_after_minutes": "2.5"}}
    assert client.patch(f"{URL}offline/", body, format="json").json()["raise_after_s"] == 150
    answer = client.patch(f"{URL}offline/", {"site": site.pk, "is_on": False, "values": {"minutes": 9}}, format="json")
    assert (answer.json()["is_on"], values(answer.json())["minutes"]) == (False, 9)
    assert values(answer.json())["raise_after_minutes"] == 2.5
    assert values(rule_of(client, "offline"))["minutes"] == 5
    assert values(rule_of(client, "offline", f"?site={site.pk}"))["minutes"] == 9


def test_what_is_not_said_stays_and_null_is_as_one_level_up(api, operator):
    client = api(operator)
    client.patch(f"{URL}offline/", {"values": {"minutes": 5, "quiet_minutes": 45}}, format="json")
    client.patch(f"{URL}offline/", {"values": {"minutes": None}}, format="json")
    found = values(rule_of(client, "offline"))
    assert (found["minutes"], found["quiet_minutes"]) == (3, 45)


def test_a_figure_out_of_bounds_is_refused_with_its_bounds(api, operator):
    answer = api(operator).patch(f"{URL}offline/", {"values": {"raise_after_minutes": 1441}}, format="json")
    assert answer.status_code == 400
    assert "from 0 to 1,440" in answer.content.decode()
    assert api(operator).patch(f"{URL}offline/", {"values": {"nonsense": 1}}, format="json").status_code == 400


@pytest.mark.parametrize(
    ("rule", "name", "value"),
    [
        ("failed_starts", "attempts", 0),
        ("failed_starts", "attempts", 1),
        ("failed_starts", "people", 0),
        ("zero_energy", "attempts", 0),
        ("zero_energy", "people", "0.5"),
        ("low_power", "vehicles", 0),
        ("low_power", "percent", 101),
        ("ghost_port", "gaps", 0),
    ],
)
def test_what_would_call_every_port_down_is_refused(api, operator, rule, name, value):
    answer = api(operator).patch(f"{URL}{rule}/", {"values": {name: value}}, format="json")
    assert answer.status_code == 400
    assert "Enter a number from" in answer.content.decode()


def test_what_was_set_when_more_was_allowed_counts_as_the_bound(api, operator, organization):
    RuleSetting.objects.create(
        organization=organization, rule="failed_starts", values={"people": "0"}, changed_at=timezone.now()
    )
    assert values(rule_of(api(operator), "failed_starts"))["people"] == 1


def test_who_may_not_set_up_monitoring_changes_nothing(api, viewer, technician, stranger, site):
    for person in (viewer, technician):
        assert api(person).patch(f"{URL}offline/", {"is_on": False}, format="json").status_code == 403
    assert api(stranger).patch(f"{URL}offline/", {"site": site.pk, "is_on": False}, format="json").status_code == 400
