"""What a person may see and do on the floor of stations: a role, narrowed by site scopes."""

from django.core.exceptions import PermissionDenied
from django.db.models import Exists, OuterRef, Q, QuerySet

from drivers.domain.roles import Permission
from drivers.permissions import Viewer, memberships_granting
from stations.models import Site, SiteScope


def sites_granting(viewer: Viewer, permission: Permission) -> QuerySet[Site]:
    """The sites where `viewer` holds `permission`: all of the organization, or those its membership is scoped to."""
    memberships = memberships_granting(viewer, permission).filter(organization=OuterRef("organization"))
    unscoped = memberships.exclude(Exists(SiteScope.objects.filter(membership=OuterRef("pk"))))
    scoped = SiteScope.objects.filter(
        site=OuterRef("pk"), membership__in=memberships_granting(viewer, permission).values("pk")
    )
    return Site.objects.filter(Q(Exists(unscoped)) | Q(Exists(scoped)))


def require(viewer: Viewer, permission: Permission, site: Site) -> None:
    """Raise PermissionDenied unless `viewer` holds `permission` at `site`."""
    if not sites_granting(viewer, permission).filter(pk=site.pk).exists():
        raise PermissionDenied(f"Your role does not include “{permission.value}” at {site.name}.")
