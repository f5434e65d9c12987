"""Who works for an organization: changed here and not in drivers, since roles are limited to sites."""

from collections.abc import Iterable
from functools import partial

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from drivers.domain.roles import Role
from drivers.models import Membership, Organization, User
from drivers.services import apikeys
from stations import live
from stations.models import Site, SiteScope


def add(*, organization: Organization, person: User, role: str, sites: Iterable[Site] = ()) -> Membership:
    """Make `person` a member; without sites the role is for all of them. Whoever is one already stays as they are."""
    with transaction.atomic():
        membership, is_new = Membership.objects.get_or_create(
            organization=organization, user=person, defaults={"role": role}
        )
        if is_new:
            _limit(membership, sites)
        _tell(person.pk)
    return membership


def change(*, membership: Membership, role: str, sites: Iterable[Site]) -> None:
    """Give a member another role, for `sites` or, if there are none, for all. Takes effect at once.

    Raises ValidationError: a site of somebody else, or an organization that would have no owner.
    """
    with transaction.atomic():
        organization = _locked(membership)
        membership.role = role
        membership.save(update_fields=["role"])
        _limit(membership, sites)
        _require_owner(organization)
        _tell(membership.user_id)


def remove(*, membership: Membership) -> None:
    """End a membership at once; who works for nobody any more has no use for API keys, which are revoked.

    Raises ValidationError for an organization that would have no owner.
    """
    with transaction.atomic():
        organization = _locked(membership)
        person = membership.user
        membership.delete()
        _require_owner(organization)
        if not person.memberships.exists():
            for key in person.api_keys.filter(revoked_at=None):
                apikeys.revoke(row=key)
        _tell(person.pk)


def _locked(membership: Membership) -> Organization:
    """Its organization, whose members nobody else changes meanwhile: of two owners who leave, one stays."""
    return Organization.objects.select_for_update().get(pk=membership.organization_id)


def _require_owner(organization: Organization) -> None:
    owners = organization.memberships.filter(role=Role.OWNER, site_scopes=None, user__is_active=True)
    if not owners.exists():
        text = _("%(organization)s would have no owner of all sites. Make somebody else one first.")
        raise ValidationError(text % {"organization": organization.name})


def _limit(membership: Membership, sites: Iterable[Site]) -> None:
    wanted = {site.pk: site for site in sites}
    if any(site.organization_id != membership.organization_id for site in wanted.values()):
        raise ValidationError({"sites": _("Sites of the same organization only.")})
    # One by one: each is a line in the audit log.
    for scope in membership.site_scopes.exclude(site__in=wanted):
        scope.delete()
    known = set(membership.site_scopes.values_list("site", flat=True))
    for pk in wanted.keys() - known:
        SiteScope.objects.create(membership=membership, site=wanted[pk])


def _tell(user_id: int) -> None:
    """Their open pages hear only of what they may still see."""
    transaction.on_commit(partial(live.tell_person, user_id), robust=True)
