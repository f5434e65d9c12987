"""Members, invitations and the organization's settings, in the console and out of a letter."""

import re

import pytest
from django.core import mail
from django.test import Client

from drivers.domain.roles import Role
from drivers.models import Organization
from stations.models import Invitation, SiteScope
from tests import factories

MEMBERS = "/console/members/"
SETTINGS = "/console/organization/"


@pytest.fixture
def as_owner(client, owner):
    client.force_login(owner)
    return client


@pytest.fixture
def visitor():
    return Client()


def text(answer):
    return answer.content.decode()


# --- Members ---


def test_the_list_says_who_has_which_role_where(as_owner, operator, technician, site):
    SiteScope.objects.create(membership=technician.memberships.get(), site=site)
    page = text(as_owner.get(MEMBERS))
    for part in (operator.email, technician.email, "Technician", site.name):
        assert part in page


def test_it_is_searched_by_address_and_role(as_owner, operator, technician):
    found = as_owner.get(MEMBERS, {"text": "operator", "role": "operator"}).context["page"].items
    assert [member.user for member in found] == [operator]


@pytest.mark.parametrize("page", [MEMBERS, SETTINGS])
def test_only_owners_of_all_sites_manage_people_and_settings(client, organization, operator, site, page):
    limited = factories.MembershipFactory(organization=organization, role=Role.OWNER)
    SiteScope.objects.create(membership=limited, site=site)
    for person in (operator, limited.user):
        client.force_login(person)
        answer = client.get(page)
        assert answer.status_code == 403
        assert "Only owners" in text(answer)


def test_a_role_is_chosen_with_its_meaning_and_sites(as_owner, operator, site):
    page = f"{MEMBERS}{operator.memberships.get().pk}/"
    assert "Looks after stations" in text(as_owner.get(page))
    as_owner.post(page, {"role": "technician", "reach": "some", "limits": [site.pk]})
    membership = operator.memberships.get()
    assert (membership.role, membership.site_scopes.get().site) == ("technician", site)


def test_a_limit_to_no_site_is_refused(as_owner, operator):
    page = f"{MEMBERS}{operator.memberships.get().pk}/"
    answer = as_owner.post(page, {"role": "technician", "reach": "some"})
    assert "Choose at least one site" in text(answer)
    assert operator.memberships.get().role == "operator"


def test_the_last_owner_is_told_that_they_stay(as_owner, owner):
    pk = owner.memberships.get().pk
    lowered = as_owner.post(f"{MEMBERS}{pk}/", {"role": "viewer", "reach": "all"})
    removed = as_owner.post(f"{MEMBERS}{pk}/remove/", follow=True)
    assert "would have no owner" in text(lowered)
    assert "would have no owner" in text(removed)
    assert owner.memberships.get().role == "owner"


def test_a_removed_member_is_out_at_once(as_owner, operator, visitor):
    visitor.force_login(operator)
    as_owner.post(f"{MEMBERS}{operator.memberships.get().pk}/remove/")
    assert visitor.get("/console/").status_code == 403


def test_sites_are_found_by_typing_and_ticked_ones_stay(as_owner, organization, site):
    for number in range(25):
        factories.SiteFactory(organization=organization, name=f"Harbour {number}")
    page = f"{MEMBERS}site-choices/{organization.pk}/"
    offered = as_owner.get(page, {"find_site": "harbour 7", "limits": [site.pk]}).context["sites"]
    assert [(found.name, ticked) for found, ticked in offered] == [("Volta depot", True), ("Harbour 7", False)]


# --- Invitations ---


def _invite(client, organization, **values):
    values = {"email": "tina@example.com", "role": "technician", "reach": "all"} | values
    return client.post(f"{MEMBERS}invite/{organization.pk}/", values, follow=True)


def _link():
    return re.search(r"http://testserver(/invitations/\S+)", mail.outbox[-1].body)[1]


def test_somebody_new_joins_by_the_letter_and_sees_their_site_only(as_owner, organization, site, visitor):
    factories.SiteFactory(organization=organization, name="Elsewhere")
    _invite(as_owner, organization, reach="some", limits=[site.pk])
    link = _link()
    assert "Join Volta" in text(visitor.get(link))
    answer = visitor.post(link, {"name": "Tina", "password": "correct horse battery"}, follow=True)
    assert answer.redirect_chain[-1][0] == "/console/"
    shown = text(visitor.get("/console/sites/"))
    assert site.name in shown
    assert "Elsewhere" not in shown


def test_somebody_with_an_account_signs_in_and_joins(as_owner, organization, visitor):
    person = factories.UserFactory(email="tina@example.com")
    _invite(as_owner, organization)
    link = _link()
    assert f"/accounts/login/?next={link}" in text(visitor.get(link))
    visitor.force_login(person)
    visitor.post(link)
    assert person.memberships.get().organization == organization
    # The same again is no error.
    assert visitor.post(link).status_code == 302


def test_whoever_is_signed_in_as_somebody_else_is_told_so(as_owner, organization, stranger, visitor):
    _invite(as_owner, organization)
    visitor.force_login(stranger)
    assert "You are signed in as" in text(visitor.post(_link()))
    assert stranger.memberships.count() == 1


def test_a_weak_password_is_refused(as_owner, organization, visitor):
    _invite(as_owner, organization)
    answer = visitor.post(_link(), {"name": "Tina", "password": "12345678"})
    assert "too common" in text(answer)
    assert Invitation.objects.get().accepted_at is None


def test_links_that_open_nothing_say_why(as_owner, organization, visitor):
    _invite(as_owner, organization)
    link, invitation = _link(), Invitation.objects.get()
    visitor.post(link, {"name": "Tina", "password": "correct horse battery"})
    visitor.logout()
    assert "has been used" in text(visitor.get(link))
    Invitation.objects.update(accepted_at=None, withdrawn_at=invitation.created_at)
    assert "was withdrawn" in text(visitor.get(link))
    Invitation.objects.update(withdrawn_at=None, expires_at=invitation.created_at)
    assert "has expired" in text(visitor.get(link))
    assert "leads nowhere" in text(visitor.get("/invitations/guess/"))


def test_an_open_invitation_is_listed_sent_again_and_withdrawn(as_owner, organization, visitor):
    _invite(as_owner, organization)
    first, pk = _link(), Invitation.objects.get().pk
    assert "tina@example.com" in text(as_owner.get(MEMBERS))
    as_owner.post(f"/console/invitations/{pk}/send/")
    assert _link() != first
    as_owner.post(f"/console/invitations/{pk}/withdraw/")
    assert list(as_owner.get(MEMBERS).context["invitations"]) == []
    assert "was withdrawn" in text(visitor.get(_link()))


# --- Settings ---


def test_name_and_currency_are_changed(as_owner, organization):
    as_owner.post(f"{SETTINGS}{organization.pk}/", {"name": "Ampere", "currency": "sek"})
    organization.refresh_from_db()
    assert (organization.name, organization.currency) == ("Ampere", "SEK")


def test_what_is_no_currency_is_refused(as_owner, organization):
    answer = as_owner.post(f"{SETTINGS}{organization.pk}/", {"name": "Ampere", "currency": "XXX"})
    assert "no currency of ISO 4217" in text(answer)
    assert Organization.objects.get(pk=organization.pk).name == "Volta"


def test_who_has_no_second_factor_asks_nobody_for_one(as_owner, organization):
    values = {"name": "Volta", "currency": "EUR", "two_factor_required": "on"}
    assert "Set up a second factor for yourself first" in text(as_owner.post(f"{SETTINGS}{organization.pk}/", values))
    assert not Organization.objects.get(pk=organization.pk).two_factor_required
