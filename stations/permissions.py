"""What a person may see and do on the floor of stations: a role, narrowed by site scopes."""

from django.core.exceptions import PermissionDenied
from django.db.models import Exists, OuterRef, Q, QuerySet

from drivers.domain.roles import Permission
from drivers.models import Organization
from drivers.permissions import Viewer, memberships_granting
from stations.domain.commands import CommandKind
from stations.models import Site, SiteScope

# What a helpline does for a driver at a charger; everything else takes COMMAND.
ASSISTING = frozenset({CommandKind.REMOTE_START, CommandKind.REMOTE_STOP, CommandKind.UNLOCK})


def sites_granting(viewer: Viewer, permission: Permission) -> QuerySet[Site]:
    """The sites where `viewer` holds `permission`: all of the organization, or those its membership is scoped to."""
    memberships = memberships_granting(viewer, permission).filter(organization=OuterRef("organization"))
    unscoped = memberships.exclude(Exists(SiteScope.objects.filter(membership=OuterRef("pk"))))
    scoped = SiteScope.objects.filter(
        site=OuterRef("pk"), membership__in=memberships_granting(viewer, permission).values("pk")
    )
    return Site.objects.filter(Q(Exists(unscoped)) | Q(Exists(scoped)))


def may(viewer: Viewer, permission: Permission, site: Site) -> bool:
    """Whether `viewer` holds `permission` at `site`."""
    return sites_granting(viewer, permission).filter(pk=site.pk).exists()


def require(viewer: Viewer, permission: Permission, site: Site) -> None:
    """Raise PermissionDenied unless `viewer` holds `permission` at `site`."""
    if not may(viewer, permission, site):
        raise PermissionDenied(f"Your role does not include “{permission.value}” at {site.name}.")


def organizations_granting(viewer: Viewer, permission: Permission) -> QuerySet[Organization]:
    """The organizations where `viewer` holds `permission` as a whole: a membership scoped to sites does not count."""
    unscoped = memberships_granting(viewer, permission).filter(site_scopes=None)
    return Organization.objects.filter(pk__in=unscoped.values("organization"))


def require_command(viewer: Viewer, kind: CommandKind, site: Site) -> None:
    """Raise PermissionDenied unless `viewer` may send a command of `kind` to the stations of `site`."""
    granting = [Permission.COMMAND, Permission.ASSIST] if kind in ASSISTING else [Permission.COMMAND]
    if not any(may(viewer, permission, site) for permission in granting):
        raise PermissionDenied(f"Your role does not include the command “{kind.value}” at {site.name}.")


def command_kinds(viewer: Viewer, site: Site) -> list[CommandKind]:
    """The kinds of command `viewer` may send to the stations of `site`."""
    if may(viewer, Permission.COMMAND, site):
        return list(CommandKind)
    assists = may(viewer, Permission.ASSIST, site)
    return [kind for kind in CommandKind if assists and kind in ASSISTING]
