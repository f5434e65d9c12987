"""/root-certificates/, and of one station: /certificates/ and /installed-certificates/"""

from typing import Any, cast

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django_filters import rest_framework as filters
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import generics, serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from drivers.domain.apikeys import Scope
from drivers.domain.roles import Permission
from drivers.models import Organization, User
from drivers.permissions import Viewer, memberships_granting
from stations.api.base import ID, Resource, organization_for, unmoved
from stations.api.fields import VisibleField
from stations.domain.certificates import INSTALLABLE, CertificateStatus, CertificateUse, Purpose
from stations.models import InstalledCertificate, RootCertificate, StationCertificate
from stations.permissions import require
from stations.selectors import visible_stations
from stations.selectors.certificates import (
    visible_certificates,
    visible_installed_certificates,
    visible_root_certificates,
)
from stations.services import installed_certificates, revocation

_HASHES = {
    "type": "array",
    "items": {
        "type": "object",
        "properties": {
            name: {"type": "string"} for name in ("hashAlgorithm", "issuerNameHash", "issuerKeyHash", "serialNumber")
        },
    },
}


def _organizations(viewer: Viewer) -> QuerySet[Organization]:
    granted = memberships_granting(viewer, Permission.VIEW_NETWORK)
    return Organization.objects.filter(pk__in=granted.values("organization"))


class RootCertificateSerializer(serializers.ModelSerializer[RootCertificate]):
    organization = VisibleField(
        "slug", _organizations, required=False, help_text="Left out: yours, if you work for one only."
    )
    use = serializers.ChoiceField([(use.value, use.name) for use in INSTALLABLE], help_text="What it is trusted for.")

    class Meta:
        model = RootCertificate
        fields = ("id", "organization", "name", "use", "pem", "subject", "fingerprint", "not_after", "created_at")
        read_only_fields = ("subject", "fingerprint", "not_after", "created_at")
        # One given twice is the service's to refuse: the organization may be left out here.
        validators: list[Any] = []


class RootCertificateFilter(filters.FilterSet):  # type: ignore[misc]
    organization = filters.CharFilter("organization__slug")

    class Meta:
        model = RootCertificate
        fields = ("organization", "use", "fingerprint")


class RootCertificateViewSet(Resource[RootCertificate]):
    """Certificates that stations may be told to trust, with the command `install_certificate`."""

    queryset = RootCertificate.objects.none()
    serializer_class = RootCertificateSerializer
    filterset_class = RootCertificateFilter
    search_fields = ("name", "subject")
    ordering = ("name",)
    ordering_fields = ("id", "name", "not_after")
    lookup_value_regex = ID

    def get_queryset(self) -> QuerySet[RootCertificate]:
        return visible_root_certificates(self.viewer)

    def make(self, values: dict[str, Any]) -> RootCertificate:
        organization = organization_for(self.viewer, Permission.MANAGE_NETWORK, values.pop("organization", None))
        use = CertificateUse(values.pop("use"))
        return installed_certificates.add_root(organization=organization, use=use, **values)

    def change(self, row: RootCertificate, changes: dict[str, Any]) -> None:
        organization_for(self.viewer, Permission.MANAGE_NETWORK, row.organization)
        rest = unmoved(changes, "organization", row.organization)
        for name in ("use", "pem"):
            if rest.pop(name, getattr(row, name)) != getattr(row, name):
                raise serializers.ValidationError({name: "Another certificate is a new entry."})
        if "name" in rest:
            installed_certificates.rename_root(root=row, name=rest["name"])

    def remove(self, row: RootCertificate) -> None:
        organization_for(self.viewer, Permission.MANAGE_NETWORK, row.organization)
        installed_certificates.delete_root(root=row)


class StationCertificateSerializer(serializers.ModelSerializer[StationCertificate]):
    purpose = serializers.ChoiceField([(purpose.value, purpose.name) for purpose in Purpose], read_only=True)
    status = serializers.ChoiceField([(status.value, status.name) for status in CertificateStatus], read_only=True)
    revoked_by = serializers.EmailField(source="revoked_by.email", allow_null=True, default=None)

    class Meta:
        model = StationCertificate
        fields = (
            "id",
            "purpose",
            "status",
            "common_name",
            "serial_number",
            "fingerprint",
            "not_before",
            "not_after",
            "pem",
            "request_id",
            "requested_at",
            "answered_at",
            "attempts",
            "due_at",
            "problem",
            "revoked_at",
            "revoked_by",
        )
        read_only_fields = fields


class StationCertificateFilter(filters.FilterSet):  # type: ignore[misc]
    expires_before = filters.IsoDateTimeFilter("not_after", lookup_expr="lt")

    class Meta:
        model = StationCertificate
        fields = ("purpose", "status", "serial_number", "fingerprint")


class StationCertificateListView(generics.ListAPIView[StationCertificate]):
    """What a station asked to be signed and what became of it, newest first."""

    queryset = StationCertificate.objects.none()
    serializer_class = StationCertificateSerializer
    filterset_class = StationCertificateFilter
    ordering = ("-id",)
    ordering_fields = ("id", "not_after")

    def get_queryset(self) -> QuerySet[StationCertificate]:
        station = get_object_or_404(visible_stations(self.request.user), identity=self.kwargs["identity"])
        return visible_certificates(self.request.user).filter(station=station)


class RevokeView(APIView):
    scope = Scope.WRITE

    @extend_schema(request=None, responses=StationCertificateSerializer)
    def post(self, request: Request, identity: str, certificate: str) -> Response:
        """Revoke a certificate: the station cannot connect with it any more. There is no way back."""
        rows = visible_certificates(request.user).filter(station__identity=identity)
        row = get_object_or_404(rows, pk=certificate)
        require(request.user, Permission.MANAGE_NETWORK, row.station.site)
        revocation.revoke(certificate=row, by=cast(User, request.user))
        return Response(StationCertificateSerializer(row).data)


class InstalledCertificateSerializer(serializers.ModelSerializer[InstalledCertificate]):
    use = serializers.ChoiceField([(use.value, use.name) for use in CertificateUse], read_only=True)
    children = serializers.SerializerMethodField(help_text="The rest of a chain, as on the wire.")
    subject = serializers.CharField(help_text="Empty where we do not know the certificate behind the hashes.")

    class Meta:
        model = InstalledCertificate
        fields = (
            "id",
            "use",
            "hash_algorithm",
            "issuer_name_hash",
            "issuer_key_hash",
            "serial_number",
            "children",
            "subject",
            "not_after",
            "reported_at",
        )
        read_only_fields = fields

    @extend_schema_field(_HASHES)
    def get_children(self, certificate: InstalledCertificate) -> Any:
        return certificate.children


class InstalledCertificateFilter(filters.FilterSet):  # type: ignore[misc]
    class Meta:
        model = InstalledCertificate
        fields = ("use", "serial_number", "hash_algorithm")


class InstalledCertificateListView(generics.ListAPIView[InstalledCertificate]):
    """What a station said it holds, and what it was given since. `get_installed_certificates` asks it anew."""

    queryset = InstalledCertificate.objects.none()
    serializer_class = InstalledCertificateSerializer
    filterset_class = InstalledCertificateFilter
    ordering = ("id",)
    ordering_fields = ("id", "not_after")

    def get_queryset(self) -> QuerySet[InstalledCertificate]:
        station = get_object_or_404(visible_stations(self.request.user), identity=self.kwargs["identity"])
        return visible_installed_certificates(self.request.user).filter(station=station)
