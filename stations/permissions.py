"""What a person may see and do on the floor of stations: a role, narrowed by site scopes."""

from django.core.exceptions import PermissionDenied
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from drivers.domain.roles import GRANTS, Permission, Role
from drivers.models import Membership, Organization, User
from drivers.permissions import Viewer, memberships_granting
from stations.domain.commands import CommandKind
from stations.models import Site

# What a helpline does for a driver at a charger; everything else takes COMMAND.
ASSISTING = frozenset(
    {
        CommandKind.REMOTE_START,
        CommandKind.REMOTE_STOP,
        CommandKind.UNLOCK,
        CommandKind.RESERVE,
        CommandKind.CANCEL_RESERVATION,
    }
)


def sites_granting(viewer: Viewer, permission: Permission) -> QuerySet[Site]:
    """The sites where `viewer` holds `permission`: all of the organization, or those its membership is scoped to."""
    organizations, sites = granted(viewer, permission)
    # Numbers, no subqueries: PostgreSQL plans by how much of the network they are.
    found = Q(organization__in=organizations)
    return Site.objects.filter(found | Q(pk__in=sites) if sites else found)


def where_granted(viewer: Viewer, permission: Permission) -> QuerySet[Site] | list[int]:
    """The same for rows that know their site: numbers, where the viewer sees nothing but a few sites."""
    organizations, sites = granted(viewer, permission)
    return sites_granting(viewer, permission) if organizations else sorted(sites)


def organization_ids_granting(viewer: Viewer, permission: Permission) -> list[int]:
    """The organizations in which `viewer` holds `permission`, at whichever sites."""
    return sorted({organization for organization, role, _ in _scopes(viewer) if permission in GRANTS[role]})


def scope_key(viewer: Viewer) -> str:
    """Names what the viewer sees: people with the same roles and site scopes may share what was computed for one."""
    return "-".join(sorted(f"{organization}.{role}.{site or 'all'}" for organization, role, site in _scopes(viewer)))


def granted(viewer: Viewer, permission: Permission) -> tuple[set[int], set[int]]:
    """Organizations of which all sites are granted, and single sites."""
    found = [(organization, site) for organization, role, site in _scopes(viewer) if permission in GRANTS[role]]
    return {owner for owner, site in found if site is None}, {site for _, site in found if site is not None}


def _scopes(viewer: Viewer) -> list[tuple[int, Role, int | None]]:
    """Organization, role and site (None: all) of what the viewer works for; read once for a viewer object, which lives
    no longer than a request."""
    if not isinstance(viewer, User) or not viewer.is_active:
        return []
    known: list[tuple[int, Role, int | None]] | None = getattr(viewer, "_scopes", None)
    if known is None:
        rows = Membership.objects.filter(user=viewer).values_list("organization", "role", "site_scopes__site")
        known = [(organization, Role(role), site) for organization, role, site in rows]
        viewer._scopes = known  # type: ignore[attr-defined]
    return known


def may(viewer: Viewer, permission: Permission, site: Site) -> bool:
    """Whether `viewer` holds `permission` at `site`."""
    return any(
        permission in GRANTS[role] and (organization == site.organization_id if scope is None else scope == site.pk)
        for organization, role, scope in _scopes(viewer)
    )


def require(viewer: Viewer, permission: Permission, site: Site) -> None:
    """Raise PermissionDenied unless `viewer` holds `permission` at `site`."""
    if not may(viewer, permission, site):
        raise PermissionDenied(
            _("Your role does not include “%(permission)s” at %(site)s.") % {"permission": permission, "site": site}
        )


def organizations_granting(viewer: Viewer, permission: Permission) -> QuerySet[Organization]:
    """The organizations where `viewer` holds `permission` as a whole: a membership scoped to sites does not count."""
    unscoped = memberships_granting(viewer, permission).filter(site_scopes=None)
    return Organization.objects.filter(pk__in=unscoped.values("organization"))


def may_record(viewer: Viewer, site: Site) -> bool:
    """Whether `viewer` may add photos and notes to the stations of `site`: those who work on them."""
    return any(may(viewer, permission, site) for permission in (Permission.COMMAND, Permission.MANAGE_NETWORK))


def require_command(viewer: Viewer, kind: CommandKind, site: Site) -> None:
    """Raise PermissionDenied unless `viewer` may send a command of `kind` to the stations of `site`."""
    granting = [Permission.COMMAND, Permission.ASSIST] if kind in ASSISTING else [Permission.COMMAND]
    if not any(may(viewer, permission, site) for permission in granting):
        raise PermissionDenied(
            _("Your role does not include the command “%(command)s” at %(site)s.") % {"command": kind, "site": site}
        )


def command_kinds(viewer: Viewer, site: Site) -> list[CommandKind]:
    """The kinds of command `viewer` may send to the stations of `site`."""
    if may(viewer, Permission.COMMAND, site):
        return list(CommandKind)
    assists = may(viewer, Permission.ASSIST, site)
    return [kind for kind in CommandKind if assists and kind in ASSISTING]
