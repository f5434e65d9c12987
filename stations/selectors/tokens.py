"""What a viewer sees of reservations, local lists and payments at stations: who sees sessions sees id tokens."""

from django.db.models import QuerySet

from drivers.domain.roles import Permission
from drivers.permissions import Viewer
from stations.models import LocalList, Reservation, Settlement, VatCheck
from stations.permissions import sites_granting


def visible_reservations(viewer: Viewer) -> QuerySet[Reservation]:
    sites = sites_granting(viewer, Permission.VIEW_SESSIONS)
    return Reservation.objects.filter(station__site__in=sites).select_related("station__site", "requested_by")


def visible_local_lists(viewer: Viewer) -> QuerySet[LocalList]:
    sites = sites_granting(viewer, Permission.VIEW_SESSIONS)
    return LocalList.objects.filter(station__site__in=sites).select_related("station__site")


def visible_settlements(viewer: Viewer) -> QuerySet[Settlement]:
    sites = sites_granting(viewer, Permission.VIEW_SESSIONS)
    return Settlement.objects.filter(station__site__in=sites).select_related("station__site")


def visible_vat_checks(viewer: Viewer) -> QuerySet[VatCheck]:
    sites = sites_granting(viewer, Permission.VIEW_SESSIONS)
    return VatCheck.objects.filter(station__site__in=sites).select_related("station")
