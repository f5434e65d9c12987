"""Members and invitations, as those see them who manage the organization."""

from allauth.mfa.models import Authenticator
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from drivers.domain.roles import Permission
from drivers.models import ApiKey, Membership, Organization
from drivers.permissions import Viewer
from drivers.selectors import SECOND_FACTORS
from stations.models import Invitation
from stations.permissions import organizations_granting


def managed_organizations(viewer: Viewer) -> QuerySet[Organization]:
    """Those whose people and settings the viewer manages: for that the role must not be limited to sites, or it would
    give more than it holds."""
    return organizations_granting(viewer, Permission.MANAGE_MEMBERS).order_by("name")


def visible_members(viewer: Viewer) -> QuerySet[Membership]:
    """Members with their sites and `has_two_factor`, in two queries."""
    factors = Authenticator.objects.filter(user=OuterRef("user"), type__in=SECOND_FACTORS)
    members = Membership.objects.filter(organization__in=managed_organizations(viewer))
    return (
        members.select_related("user", "organization")
        .prefetch_related("site_scopes__site")
        .annotate(has_two_factor=Exists(factors))
        .order_by("organization__name", "user__email", "id")
    )


def find_members(viewer: Viewer, *, text: str = "", role: str = "") -> QuerySet[Membership]:
    """Members by address; `text` is looked for in name and address."""
    members = visible_members(viewer)
    if text:
        members = members.filter(Q(user__email__icontains=text) | Q(user__name__icontains=text))
    return members.filter(role=role) if role else members


def open_invitations(viewer: Viewer) -> QuerySet[Invitation]:
    """Invitations that nobody has accepted or withdrawn, those that expired among them; latest first."""
    return (
        Invitation.objects.filter(organization__in=managed_organizations(viewer), accepted_at=None, withdrawn_at=None)
        .select_related("organization", "invited_by")
        .prefetch_related("sites")
        .order_by("-id")
    )


def visible_keys(viewer: Viewer) -> QuerySet[ApiKey]:
    """The viewer's own API keys that still open something, and those of the members they manage; latest first."""
    keys = ApiKey.objects.filter(revoked_at=None).filter(Q(expires_at=None) | Q(expires_at__gt=timezone.now()))
    managed = Membership.objects.filter(organization__in=managed_organizations(viewer)).values("user")
    return keys.filter(Q(user=viewer.pk) | Q(user__in=managed)).select_related("user").order_by("-id")
