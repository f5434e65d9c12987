"""Certificates that a viewer sees: of stations, in stations, and those there are to install."""

from django.db.models import QuerySet

from drivers.domain.roles import Permission
from drivers.permissions import Viewer, memberships_granting
from stations.models import InstalledCertificate, RootCertificate, StationCertificate
from stations.selectors import visible_sites


def visible_certificates(viewer: Viewer) -> QuerySet[StationCertificate]:
    """What stations asked us to sign, with their station and who revoked it."""
    rows = StationCertificate.objects.filter(station__site__in=visible_sites(viewer))
    return rows.select_related("station__site", "revoked_by")


def visible_installed_certificates(viewer: Viewer) -> QuerySet[InstalledCertificate]:
    """What stations told of their stores."""
    rows = InstalledCertificate.objects.filter(station__site__in=visible_sites(viewer))
    return rows.select_related("station__site")


def visible_root_certificates(viewer: Viewer) -> QuerySet[RootCertificate]:
    """What the viewer's organizations may have their stations trust."""
    granted = memberships_granting(viewer, Permission.VIEW_NETWORK)
    rows = RootCertificate.objects.filter(organization__in=granted.values("organization"))
    return rows.select_related("organization")
