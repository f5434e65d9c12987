"""What the resources of this API share."""

from typing import Any, TypeVar, cast

from django.db.models import Model
from rest_framework import serializers, viewsets
from rest_framework.exceptions import PermissionDenied, ValidationError

from drivers.api.problems import Conflict
from drivers.domain.roles import Permission
from drivers.models import Organization, User
from drivers.permissions import Viewer
from stations.permissions import organizations_granting
from stations.services.network import StillInUse

# A lookup by number; what is none is no address (and no database ever sees it).
ID = r"\d+"


Row = TypeVar("Row", bound=Model)


class Resource(viewsets.ModelViewSet[Row]):
    """Rows that people make, change and delete: a subclass asks permission and calls the service."""

    @property
    def viewer(self) -> User:
        return cast(User, self.request.user)

    def make(self, values: dict[str, Any]) -> Row:
        raise NotImplementedError

    def change(self, row: Row, changes: dict[str, Any]) -> None:
        raise NotImplementedError

    def remove(self, row: Row) -> None:
        raise NotImplementedError

    def perform_create(self, serializer: serializers.BaseSerializer[Row]) -> None:
        serializer.instance = self.make(dict(serializer.validated_data))

    def perform_update(self, serializer: serializers.BaseSerializer[Row]) -> None:
        self.change(cast(Row, serializer.instance), dict(serializer.validated_data))

    def perform_destroy(self, instance: Row) -> None:
        try:
            self.remove(instance)
        except StillInUse as error:
            raise Conflict(str(error)) from error


def unmoved(changes: dict[str, Any], name: str, owner: Model) -> dict[str, Any]:
    """The changes without `name`, which must stay `owner`: a thing does not change hands."""
    rest = dict(changes)
    if rest.pop(name, owner) != owner:
        raise ValidationError({name: f"This stays with its {name}."})
    return rest


def organization_for(viewer: Viewer, permission: Permission, named: Organization | None) -> Organization:
    """The organization something new goes to: the one named, else the viewer's only one."""
    granted = list(organizations_granting(viewer, permission).order_by("name"))
    if not granted:
        raise PermissionDenied(f"Your role does not include “{permission.value}” in a whole organization.")
    if named is None and len(granted) > 1:
        slugs = ", ".join(organization.slug for organization in granted)
        raise ValidationError({"organization": [f"You work for several organizations; name one of {slugs}."]})
    chosen = named or granted[0]
    if chosen not in granted:
        raise PermissionDenied(f"Your role does not include “{permission.value}” in {chosen}.")
    return chosen
