"""The page of the audit log."""

import csv

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from drivers.domain.roles import Role
from drivers.models import AuditEntry
from stations.models import SiteScope
from tests import factories

PAGE = "/console/audit/"


@pytest.fixture
def renamed(operator, site, client):
    """Something has happened: by a key of nobody signed in here."""
    site.name = "Harbour"
    site.save()
    return site


def shown(client, reader, **filters):
    client.force_login(reader)
    return [row.shown.entry for row in client.get(PAGE, filters).context["table"].rows]


def test_it_says_who_changed_what_before_and_after(client, owner, api, operator, site):
    api(operator).patch(f"/api/v1/sites/{site.pk}/", {"name": "Harbour"})
    client.force_login(owner)
    page = client.get(PAGE).content.decode()
    for text in (operator.email, "Volta depot", "Harbour", "127.0.0.1"):
        assert text in page


@pytest.mark.parametrize("role", [Role.TECHNICIAN, Role.SUPPORT, Role.FINANCE, Role.VIEWER])
def test_other_roles_are_told_that_it_is_not_theirs(client, organization, role):
    client.force_login(factories.MembershipFactory(organization=organization, role=role).user)
    answer = client.get(PAGE)
    assert answer.status_code == 403
    assert b"does not include this list" in answer.content


def test_nobody_reads_of_another_organization(client, owner, elsewhere, renamed):
    entries = shown(client, owner)
    assert entries
    assert {entry.organization_id for entry in entries} == {renamed.organization_id}


def test_a_role_of_some_sites_reads_of_these_only(client, organization, renamed, station):
    other = factories.SiteFactory(organization=organization, name="Other")
    scoped = factories.MembershipFactory(organization=organization, role=Role.OPERATOR)
    SiteScope.objects.create(membership=scoped, site=other)
    entries = shown(client, scoped.user)
    assert {(entry.site_id, entry.object_repr) for entry in entries} == {(other.pk, "Other")}


def test_it_is_narrowed_by_person_kind_text_and_days(client, owner, operator, api, site, station):
    api(operator).patch(f"/api/v1/sites/{site.pk}/", {"name": "Harbour"})
    entry = AuditEntry.objects.get_for_object(site).first()
    day = entry.timestamp.date()
    assert shown(client, owner, person=operator.pk, kind=entry.content_type_id) == [entry]
    assert entry in shown(client, owner, text="harbour")
    assert shown(client, owner, text="no such thing") == []
    assert entry in shown(client, owner, since=day, until=day)
    assert shown(client, owner, until="2001-01-01") == []


def test_it_goes_on_from_page_to_page(client, owner, site):
    for number in range(60):
        site.name = f"Depot {number}"
        site.save()
    client.force_login(owner)
    first = client.get(PAGE).context["page"]
    second = client.get(PAGE + first.next_url).context["page"]
    seen = [entry.pk for entry in (*first.items, *second.items)]
    assert len(first.items) == 50
    assert len(set(seen)) == len(seen) > 60


def test_as_many_queries_for_many_entries_as_for_few(client, owner, site):
    client.force_login(owner)
    client.get(PAGE)
    with CaptureQueriesContext(connection) as few:
        client.get(PAGE)
    for number in range(30):
        site.name = f"Depot {number}"
        site.save()
    with CaptureQueriesContext(connection) as many:
        client.get(PAGE)
    assert len(many) == len(few)


def test_it_is_exported_as_it_is_filtered(client, owner, api, operator, site, station):
    api(operator).patch(f"/api/v1/sites/{site.pk}/", {"name": "=Harbour"})
    client.force_login(owner)
    file = client.get(PAGE, {"person": operator.pk, "format": "csv"})
    lines = list(csv.DictReader(file.getvalue().decode("utf-8-sig").splitlines()))
    assert [(line["person"], line["kind"], line["object"]) for line in lines] == [
        (operator.email, "site", "'=Harbour"),
    ]
    assert '"name":["Volta depot","=Harbour"]' in lines[0]["changes"]
