"""Changes are written down with who made them and from where, without secrets, for good."""

import pytest
from django.db import IntegrityError, transaction
from django.test import Client

from drivers.models import AuditEntry, User
from drivers.services import apikeys
from stations.domain.commands import CommandKind
from stations.models import ConfigurationTemplate
from stations.services import commands, configuration
from tests import factories

Action = AuditEntry.Action


def _entry(name, value):
    return {"name": name, "value": value}


def of(row):
    return AuditEntry.objects.get_for_object(row).first()


def test_a_change_over_the_api_names_the_key_s_person(api, operator, site):
    api(operator).patch(f"/api/v1/sites/{site.pk}/", {"name": "Renamed"})
    entry = of(site)
    assert entry.actor == operator
    assert entry.changes["name"] == ["Volta depot", "Renamed"]


def test_a_password_is_only_known_to_have_changed(api, operator, station):
    api(operator).patch(f"/api/v1/stations/{station.identity}/", {"password": "correct horse"})
    station.refresh_from_db()
    assert of(station).changes["password_hash"] == ["", "••••••"]
    assert station.password_hash not in str(list(AuditEntry.objects.values()))


def test_a_person_s_password_is_masked(operator):
    operator.set_password("new password")
    operator.save()
    assert of(operator).changes == {"password": ["••••••", "••••••"]}
    assert User.objects.get(pk=operator.pk).password not in str(list(AuditEntry.objects.values()))


def test_what_chargers_write_is_not_logged(station):
    before = AuditEntry.objects.count()
    factories.connect(station)
    assert AuditEntry.objects.count() == before


def test_an_entry_is_filed_under_its_organization_and_site(organization, site, station, id_token, operator):
    filed = [(entry.organization_id, entry.site_id) for entry in map(of, (site, station, id_token, operator))]
    assert filed[:3] == [(organization.pk, site.pk), (organization.pk, site.pk), (organization.pk, None)]
    # A person is no organization's until they work for one.
    assert filed[3] == (None, None)


def test_a_change_of_a_person_stands_in_each_organization_s_log(operator, organization, elsewhere):
    factories.MembershipFactory(organization=elsewhere.organization, user=operator)
    operator.name = "Olga"
    operator.save()
    filed = AuditEntry.objects.get_for_object(operator).filter(changes__has_key="name", action=Action.UPDATE)
    assert {entry.organization_id for entry in filed} == {organization.pk, elsewhere.organization.pk}


@pytest.mark.parametrize("write", [lambda rows: rows.update(object_repr="nothing"), lambda rows: rows.delete()])
def test_the_database_refuses_to_change_or_delete_an_entry(site, write):
    with pytest.raises(IntegrityError, match="only ever added to"), transaction.atomic():
        write(AuditEntry.objects.all())
    assert of(site).object_repr == "Volta depot"


def test_who_deletes_a_person_or_an_organization_leaves_the_log(organization, operator, api, site, station, session):
    api(operator).patch(f"/api/v1/sites/{site.pk}/", {"name": "Renamed"})
    session.delete()
    operator.delete()
    organization.delete()
    entry = AuditEntry.objects.filter(object_pk=str(site.pk), action=Action.UPDATE).latest()
    assert entry.actor_email == "operator@volta.example"
    assert AuditEntry.objects.filter(action=Action.DELETE, object_repr="Volta").exists()


def test_a_person_s_command_is_written_down_with_its_parameters(operator, station):
    commands.request(station=station, kind=CommandKind.RESET, values={"type": "soft"}, requested_by=operator)
    entry = of(station)
    assert (entry.action, entry.actor, entry.actor_email) == (Action.COMMAND, operator, operator.email)
    assert entry.changes == {"command": ["", "reset"], "parameters": ["", '{"type":"soft"}']}


def test_what_we_send_by_ourselves_is_not(station):
    commands.request(station=station, kind=CommandKind.RESET, values={"type": "soft"}, requested_by=None)
    assert not AuditEntry.objects.filter(action=Action.COMMAND).exists()


def test_a_command_s_secret_is_masked(operator, station):
    values = {"variables": [{"component": "SecurityCtrlr", "name": "BasicAuthPassword", "value": "hunter2 hunter2"}]}
    commands.request(station=station, kind=CommandKind.SET_VARIABLES, values=values, requested_by=operator, queue=True)
    assert "hunter2" not in str(list(AuditEntry.objects.values()))


def test_values_of_a_template_are_written_down_secrets_as_masks(organization):
    template = configuration.save_template(
        template=ConfigurationTemplate(organization=organization, name="All"),
        entries=[_entry("HeartbeatInterval", "60")],
    )
    configuration.save_template(
        template=template, entries=[_entry("HeartbeatInterval", "90"), _entry("AuthorizationKey", "hunter2")]
    )
    before, after = of(template).changes["values"]
    assert "60" in before
    assert "90" in after
    assert "hunter2" not in str(list(AuditEntry.objects.values()))


def test_a_sign_in_and_a_failed_one_are_written_down_with_the_address(operator, organization):
    client = Client(REMOTE_ADDR="198.51.100.7")
    for password in ("wrong", factories.PASSWORD):
        client.post("/accounts/login/", {"login": operator.email, "password": password})
    entries = AuditEntry.objects.filter(action__in=[Action.SIGN_IN, Action.SIGN_IN_FAILED], organization=organization)
    failed, done = entries.order_by("id")
    assert (failed.action, failed.object_repr, failed.remote_addr) == (6, operator.email, "198.51.100.7")
    assert (done.action, done.actor, done.remote_addr) == (5, operator, "198.51.100.7")


def test_who_tries_addresses_of_nobody_does_not_fill_the_log(db):
    Client().post("/accounts/login/", {"login": "nobody@example.com", "password": "wrong"})
    assert not AuditEntry.objects.exists()


def test_an_address_is_believed_of_our_proxy_only(operator, site, settings):
    key = apikeys.issue(user=operator).key
    told = {"Authorization": f"Bearer {key}", "X-Forwarded-For": "203.0.113.9, 198.51.100.7"}
    client = Client(REMOTE_ADDR="10.0.0.2", headers=told)
    seen = []
    for proxies in ([], ["10.0.0.2"]):
        settings.TRUSTED_PROXIES = proxies
        body = {"name": f"Depot {len(proxies)}"}
        client.patch(f"/api/v1/sites/{site.pk}/", body, "application/json")
        seen.append(of(site).remote_addr)
    # What stands further in front was sent by whoever asks.
    assert seen == ["10.0.0.2", "198.51.100.7"]


def test_of_a_new_thing_only_its_own_values_are_written_down(site):
    assert {"name", "organization"} <= set(of(site).changes)
    assert not {"stations", "scopes", "contacts"} & set(of(site).changes)
