"""/sites/"""

import pytest

from drivers.domain.roles import Role
from stations.models import Fact, Site, SiteScope
from tests import factories

SITES = "/api/v1/sites/"
NEW = {"name": "Harbour", "latitude": 53.54321, "longitude": 9.98765, "timezone": "Europe/Berlin", "country": "de"}


def test_a_site_is_made_in_the_only_organization_of_the_viewer(api, operator, organization):
    response = api(operator).post(SITES, NEW)
    assert response.status_code == 201
    assert (
        response.json().items()
        >= {
            "organization": organization.slug,
            "latitude": 53.54321,
            "country": "DE",
            "access": "members",
            "is_public": True,
        }.items()
    )
    assert Fact.objects.filter(kind="site.changed", subject_id=response.json()["id"]).exists()


def test_with_several_organizations_one_must_be_named(api, operator, organization, elsewhere):
    factories.MembershipFactory(user=operator, organization=elsewhere.organization, role=Role.OWNER)
    client = api(operator)
    unnamed = client.post(SITES, NEW)
    assert unnamed.status_code == 400
    assert elsewhere.organization.slug in unnamed.json()["errors"][0]["detail"]
    named = client.post(SITES, NEW | {"organization": elsewhere.organization.slug})
    assert named.json()["organization"] == elsewhere.organization.slug


def test_another_organization_cannot_be_named(api, operator, elsewhere):
    response = api(operator).post(SITES, NEW | {"organization": elsewhere.organization.slug})
    assert response.status_code == 400
    assert not Site.objects.filter(name=NEW["name"]).exists()


@pytest.mark.parametrize(
    ("field", "value"), [("timezone", "Mars/Olympus"), ("latitude", -91), ("country", "Germany"), ("name", "")]
)
def test_nonsense_is_refused(api, operator, field, value):
    response = api(operator).post(SITES, NEW | {field: value})
    assert response.status_code == 400
    assert response.json()["errors"][0]["pointer"] == f"#/{field}"


def test_a_name_is_unique_in_its_organization(api, operator, site):
    response = api(operator).post(SITES, NEW | {"name": site.name})
    assert response.status_code == 400


def test_a_site_is_changed(api, operator, site):
    response = api(operator).patch(f"{SITES}{site.pk}/", {"access": "open"})
    assert response.json()["access"] == "open"
    site.refresh_from_db()
    assert site.access == Site.Access.OPEN


def test_a_site_with_stations_is_not_deleted(api, operator, station):
    response = api(operator).delete(f"{SITES}{station.site_id}/")
    assert response.status_code == 409
    assert "stations" in response.json()["detail"]


def test_an_empty_site_is_deleted(api, operator, organization):
    site = factories.SiteFactory(organization=organization)
    assert api(operator).delete(f"{SITES}{site.pk}/").status_code == 204
    assert not Site.objects.filter(pk=site.pk).exists()


def test_a_scoped_operator_sees_and_changes_only_its_sites(api, operator, site, organization):
    other = factories.SiteFactory(organization=organization)
    SiteScope.objects.create(membership=operator.memberships.get(), site=other)
    client = api(operator)
    assert [row["id"] for row in client.get(SITES).json()["results"]] == [other.pk]
    assert client.patch(f"{SITES}{site.pk}/", {"name": "Mine"}).status_code == 404
    assert client.patch(f"{SITES}{other.pk}/", {"name": "Mine"}).status_code == 200
    assert client.post(SITES, NEW).status_code == 403


@pytest.mark.parametrize("role", ["technician", "support", "finance", "viewer"])
def test_other_roles_only_look(api, request, site, role):
    client = api(request.getfixturevalue(role))
    assert client.get(f"{SITES}{site.pk}/").status_code == 200
    assert client.post(SITES, NEW).status_code == 403
    assert client.patch(f"{SITES}{site.pk}/", {"name": "Mine"}).status_code == 403
    assert client.delete(f"{SITES}{site.pk}/").status_code == 403


def test_lists_are_paged_by_cursor_and_ordered(api, operator, organization):
    for name in ("Kai 3", "Kai 1", "Kai 2"):
        factories.SiteFactory(organization=organization, name=name)
    client = api(operator)
    first = client.get(SITES, {"page_size": 2, "ordering": "-name", "search": "Kai"}).json()
    second = client.get(first["next"]).json()
    assert [row["name"] for row in first["results"] + second["results"]] == ["Kai 3", "Kai 2", "Kai 1"]
    assert second["next"] is None
    assert client.get(second["previous"]).json()["results"] == first["results"]


HOURS = {
    "twentyfourseven": False,
    "regular_hours": [{"weekday": 5, "period_begin": "18:00", "period_end": "02:00"}],
    "special_days": [{"day": "2026-12-25", "hours": [], "reason": "Christmas"}],
}


def test_hours_contacts_and_directions_are_written_and_read(api, operator, site):
    client, url = api(operator), f"/api/v1/sites/{site.pk}/"
    assert client.get(url).json()["open_now"] is None
    contacts = [{"name": "Hanna", "role": "caretaker", "phone": "", "email": "", "note": "", "is_public": False}]
    answer = client.patch(url, {"opening_hours": HOURS, "contacts": contacts, "directions": "Left"})
    assert answer.status_code == 200
    told = client.get(url).json()
    assert answer.json() == told
    assert (told["opening_hours"], told["contacts"], told["directions"]) == (HOURS, contacts, "Left")
    assert isinstance(told["open_now"], bool)


def test_hours_that_make_no_sense_are_refused_in_words(api, operator, site):
    hours = HOURS | {"regular_hours": [{"weekday": 5, "period_begin": "18 h", "period_end": "02:00"}]}
    answer = api(operator).patch(f"/api/v1/sites/{site.pk}/", {"opening_hours": hours})
    assert answer.status_code == 400
    assert "“18 h” is no time such as 08:30." in answer.content.decode()
