"""Views of lists: kept, used, shared, renamed and deleted by those whose they are."""

import pytest
from django.urls import reverse

from stations.models import SavedView
from stations.services import saved_views
from stations.views.listing import LISTINGS, Listing
from tests import factories


@pytest.fixture
def keep(browser):
    """`keep(person, name, query)`: keep the stations' list so, through the form."""

    def kept(person, name="Mine", query="glance=faulted", **more):
        body = {"list": "stations", "name": name, "query": query, **more}
        return browser(person).post(reverse("stations:view-add"), body)

    return kept


@pytest.fixture
def shown(browser):
    """The names of the views over a person's list of stations."""

    def names(person, query=""):
        context = browser(person).get(f"{reverse('stations:station-list')}?{query}").context
        return [view.name for view in context["views"]]

    return names


def test_a_view_leads_back_to_the_list_as_it_was(keep, browser, operator, station):
    answer = keep(operator, query="?glance=faulted&columns=name&after=X&at=51")
    assert answer.headers["Location"] == reverse("stations:station-list") + "?columns=name&glance=faulted"
    page = browser(operator).get(answer.headers["Location"])
    assert page.context["current_view"].name == "Mine"
    assert browser(operator).get(reverse("stations:station-list")).context["current_view"] is None


def test_a_view_is_its_owners_alone(keep, shown, operator, owner, viewer):
    keep(operator)
    assert shown(operator) == ["Mine"]
    assert shown(owner) == shown(viewer) == []


def test_a_shared_view_is_seen_by_the_organization_and_nobody_else(keep, shown, operator, viewer, stranger, site):
    keep(operator, organization=site.organization_id)
    assert shown(viewer) == ["Mine"]
    assert shown(stranger) == []


@pytest.mark.parametrize("who", ["viewer", "stranger", "technician"])
def test_who_does_not_manage_the_network_shares_nothing_with_it(keep, request, site, elsewhere, who):
    person = request.getfixturevalue(who)
    keep(person, organization=site.organization_id)
    assert not SavedView.objects.filter(organization=site.organization).exists()


def test_the_same_name_again_takes_the_views_place(keep, operator):
    keep(operator)
    keep(operator, query="glance=offline")
    assert SavedView.objects.get().query == "glance=offline"


def test_a_view_is_renamed_and_deleted_by_its_owner(keep, browser, operator):
    keep(operator)
    view = SavedView.objects.get()
    browser(operator).post(reverse("stations:view-edit", args=[view.pk]), {"name": "Broken"})
    view.refresh_from_db()
    assert view.name == "Broken"
    browser(operator).post(reverse("stations:view-delete", args=[view.pk]))
    assert not SavedView.objects.exists()


def test_a_name_that_another_view_has_is_refused_aloud(keep, browser, operator):
    keep(operator, name="One")
    keep(operator, name="Two")
    view = SavedView.objects.get(name="Two")
    answer = browser(operator).post(reverse("stations:view-edit", args=[view.pk]), {"name": "One"})
    assert "Another view of this list has this name." in answer.content.decode()


@pytest.mark.parametrize(("who", "may"), [("owner", True), ("viewer", False), ("stranger", False)])
def test_a_shared_view_is_changed_by_those_who_manage_the_network(keep, browser, operator, request, site, who, may):
    keep(operator, organization=site.organization_id)
    view, person = SavedView.objects.get(), request.getfixturevalue(who)
    answer = browser(person).post(reverse("stations:view-delete", args=[view.pk]))
    assert (answer.status_code == 302, SavedView.objects.exists()) == (may, not may)


def test_there_is_an_end_to_the_views_of_a_person(keep, operator, monkeypatch):
    monkeypatch.setattr(saved_views, "MOST", 2)
    for name in ("A", "B"):
        keep(operator, name=name)
    assert "Delete one first" in keep(operator, name="C").content.decode()
    assert SavedView.objects.count() == 2


def test_an_address_longer_than_filters_are_is_refused_aloud(keep, operator):
    assert "cannot be kept" in keep(operator, query="vendor=" + "x" * 2000).content.decode()
    assert not SavedView.objects.exists()


def test_every_list_has_views():
    assert {found.name for found in Listing.__subclasses__()} == set(LISTINGS)


def test_a_list_that_there_is_not_has_no_views(browser, operator):
    assert browser(operator).get(reverse("stations:view-add"), {"list": "secrets"}).status_code == 404


def test_what_leads_to_a_view_changes_with_the_list(browser, operator, keep, station):
    keep(operator)
    client, url = browser(operator), reverse("stations:station-list")
    fragment = client.get(f"{url}?glance=faulted", headers={"HX-Request": "true", "HX-Target": "results"})
    assert 'id="views"' in fragment.content.decode()
    assert 'hx-swap-oob="true"' in fragment.content.decode()
    assert "hx-swap-oob" not in client.get(url).content.decode()


def test_a_former_member_keeps_no_access_through_a_view(keep, shown, operator, owner, site):
    keep(operator, organization=site.organization_id)
    leaver = factories.MembershipFactory(organization=site.organization)
    assert shown(leaver.user) == ["Mine"]
    leaver.delete()
    factories.MembershipFactory(user=leaver.user)
    assert shown(leaver.user) == []
