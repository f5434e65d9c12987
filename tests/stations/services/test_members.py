"""Who works for an organization, and that it is never without an owner."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.core.exceptions import ValidationError
from django.db import connection

from drivers.domain.roles import Permission, Role
from drivers.models import AuditEntry, Membership
from drivers.services import apikeys
from stations.models import SiteScope
from stations.permissions import may
from stations.services import members, network
from tests import factories


def of(person):
    return person.memberships.get()


def test_a_role_is_changed_and_limited_to_sites(owner, operator, site, organization):
    other = factories.SiteFactory(organization=organization)
    members.change(membership=of(operator), role=Role.TECHNICIAN, sites=[site])
    person = type(operator).objects.get(pk=operator.pk)
    assert may(person, Permission.COMMAND, site)
    assert not may(person, Permission.MANAGE_NETWORK, site)
    assert not may(person, Permission.COMMAND, other)


def test_a_role_is_for_all_sites_again(owner, operator, site):
    SiteScope.objects.create(membership=of(operator), site=site)
    members.change(membership=of(operator), role=Role.OPERATOR, sites=[])
    assert not SiteScope.objects.exists()


def test_sites_of_others_are_refused_and_nothing_is_changed(owner, operator, elsewhere):
    with pytest.raises(ValidationError):
        members.change(membership=of(operator), role=Role.VIEWER, sites=[elsewhere.site])
    assert of(operator).role == Role.OPERATOR


ENDS = {
    "lowered": lambda membership, site: members.change(membership=membership, role=Role.OPERATOR, sites=[]),
    "limited": lambda membership, site: members.change(membership=membership, role=Role.OWNER, sites=[site]),
    "removed": lambda membership, site: members.remove(membership=membership),
}


@pytest.mark.parametrize("end", ENDS)
def test_an_organization_keeps_its_last_owner_of_all_sites(owner, site, end):
    # Neither is one: limited to a site, or not active.
    limited = factories.MembershipFactory(organization=site.organization, role=Role.OWNER)
    SiteScope.objects.create(membership=limited, site=site)
    factories.MembershipFactory(organization=site.organization, role=Role.OWNER, user__is_active=False)
    with pytest.raises(ValidationError, match="would have no owner"):
        ENDS[end](of(owner), site)
    assert of(owner).role == Role.OWNER
    assert not of(owner).site_scopes.exists()


@pytest.mark.django_db(transaction=True)
def test_of_two_owners_who_leave_at_once_one_stays(owner, organization):
    second = factories.MembershipFactory(organization=organization, role=Role.OWNER)

    def leave(membership):
        try:
            members.remove(membership=membership)
        except ValidationError:
            return "refused"
        finally:
            connection.close()
        return "gone"

    with ThreadPoolExecutor(2) as both:
        outcomes = list(both.map(leave, [of(owner), second]))
    assert sorted(outcomes) == ["gone", "refused"]
    assert Membership.objects.filter(organization=organization, role=Role.OWNER).count() == 1


def test_who_works_for_nobody_any_more_has_no_keys(owner, operator, elsewhere):
    other = factories.MembershipFactory(organization=elsewhere.organization, user=operator)
    key = apikeys.issue(user=operator).key
    members.remove(membership=operator.memberships.exclude(pk=other.pk).get())
    assert apikeys.authenticate(key=key)
    factories.MembershipFactory(organization=elsewhere.organization, role=Role.OWNER)
    members.remove(membership=other)
    assert apikeys.authenticate(key=key) is None


def test_a_site_to_which_roles_are_limited_stays(operator, organization):
    site = factories.SiteFactory(organization=organization)
    SiteScope.objects.create(membership=of(operator), site=site)
    with pytest.raises(network.StillInUse, match="roles of some people"):
        network.delete_site(site=site)


def test_an_organization_is_deleted_with_its_limited_roles(operator, organization, site, session):
    SiteScope.objects.create(membership=of(operator), site=site)
    session.delete()
    organization.delete()
    assert not SiteScope.objects.exists()


def test_each_change_of_a_member_stands_in_the_log(owner, operator, site, organization):
    members.change(membership=of(operator), role=Role.TECHNICIAN, sites=[site])
    lines = AuditEntry.objects.filter(organization=organization).values_list("content_type__model", "changes")
    changed = [changes for kind, changes in lines if kind in ("membership", "sitescope")]
    assert {"role": ["operator", "technician"]} in changed
    assert any(changes.get("site") == ["None", site.name] for changes in changed)
