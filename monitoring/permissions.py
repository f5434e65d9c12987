"""What a person may do in monitoring, where that takes more than one permission of a role."""

from django.core.exceptions import PermissionDenied
from django.utils.translation import gettext as _

from drivers.domain.roles import Permission
from drivers.permissions import Viewer
from stations.models import Site
from stations.permissions import may

_CLAIMING = (Permission.MAINTAIN, Permission.MANAGE_MONITORING)


def may_claim(viewer: Viewer, site: Site) -> bool:
    """Whether `viewer` may propose exclusions at `site`: who works there has the evidence."""
    return any(may(viewer, permission, site) for permission in _CLAIMING)


def require_may_claim(viewer: Viewer, site: Site) -> None:
    """Raise PermissionDenied unless `viewer` may propose exclusions at `site`."""
    if not may_claim(viewer, site):
        raise PermissionDenied(_("Your role does not include proposing exclusions here."))
