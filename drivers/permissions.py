"""Who may do what where: every check of a person's rights starts here."""

from django.contrib.auth.models import AnonymousUser
from django.db.models import QuerySet

from drivers.domain.roles import Permission, roles_granting
from drivers.models import Membership, User

Viewer = User | AnonymousUser


def memberships_granting(viewer: Viewer, permission: Permission) -> QuerySet[Membership]:
    """The viewer's memberships whose role holds `permission`; none for a stranger."""
    if not isinstance(viewer, User) or not viewer.is_active:
        return Membership.objects.none()
    return Membership.objects.filter(user=viewer, role__in=roles_granting(permission))
