"""How stations come in: /onboarding/, /stations/import/, and of one station /setup/ and /checks/."""

from typing import Any, cast

from django.core.exceptions import ValidationError as Invalid
from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import generics, serializers, status
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from drivers.api.problems import Conflict
from drivers.domain.apikeys import Scope
from drivers.domain.roles import Permission
from drivers.models import Organization, User
from drivers.permissions import Viewer
from stations.api.base import organization_for
from stations.api.fields import VisibleField
from stations.domain.charger_setup import keys_16, network_profile_2, vendor_of
from stations.domain.checks import Check, Verdict
from stations.domain.commands import CommandKind
from stations.domain.csv_text import Unreadable
from stations.models import OnboardingDoor, RefusedAttempt, Site
from stations.permissions import organizations_granting, require, require_command, sites_granting
from stations.selectors import visible_refused_attempts, visible_sites, visible_stations
from stations.selectors.charger_setup import setup_of
from stations.selectors.check_words import Told, told
from stations.selectors.checks import check_station
from stations.services import checks, commands, onboarding
from stations.services.imports import Action, NothingDone
from stations.services.imports import stations as station_import
from stations.services.imports.stations import StationRow

# --- The door ---


def _organizations(viewer: Viewer) -> QuerySet[Organization]:
    return organizations_granting(viewer, Permission.MANAGE_NETWORK)


class DoorSerializer(serializers.ModelSerializer[OnboardingDoor]):
    """While it is open, unknown stations may connect with the password and wait: `stations/?quarantined=true`."""

    organization = VisibleField("slug", _organizations, required=False, help_text="Needed where you have several.")
    site = VisibleField("id", visible_sites)
    password = serializers.CharField(
        write_only=True,
        required=False,
        allow_blank=True,
        max_length=40,
        trim_whitespace=False,
        help_text="What all newcomers share; blank: none is asked for. Left out: as it was.",
    )
    has_password = serializers.BooleanField(source="password_hash", read_only=True)

    class Meta:
        model = OnboardingDoor
        fields = ("organization", "is_open", "site", "password", "has_password")


class DoorView(generics.ListAPIView[OnboardingDoor]):
    """Whether unknown stations may knock, for each of your organizations."""

    queryset = OnboardingDoor.objects.none()
    serializer_class = DoorSerializer
    filter_backends = ()
    ordering = "id"

    def get_queryset(self) -> QuerySet[OnboardingDoor]:
        organizations = _organizations(self.request.user)
        return OnboardingDoor.objects.filter(organization__in=organizations).select_related("organization", "site")

    @extend_schema(request=DoorSerializer, responses=DoorSerializer)
    def put(self, request: Request) -> Response:
        """Open or close the door."""
        asked = self.get_serializer(data=request.data)
        asked.is_valid(raise_exception=True)
        values = dict(asked.validated_data)
        viewer = cast(User, request.user)
        organization = organization_for(viewer, Permission.MANAGE_NETWORK, values.pop("organization", None))
        try:
            door = onboarding.set_door(organization=organization, is_open=values.pop("is_open", False), **values)
        except Invalid as error:
            raise ValidationError(error.message_dict) from error
        return Response(self.get_serializer(door).data)


# --- Many at once ---


class ImportSerializer(serializers.Serializer[Any]):
    csv = serializers.CharField(
        trim_whitespace=False,
        max_length=2_000_000,
        help_text="First line, in any order: identity, organization, site, name, profile, password, vendor, model, "
        "serial number, evses.",
    )
    site = VisibleField("id", visible_sites, required=False, help_text="For rows that name none.")
    dry_run = serializers.BooleanField(default=False, help_text="Only say what would be done.")
    only_good = serializers.BooleanField(
        default=False, help_text="Store the rows without errors; else one error and nothing is stored."
    )


class ImportedRowSerializer(serializers.Serializer[StationRow]):
    line = serializers.IntegerField(source="number")
    identity = serializers.CharField()
    site = serializers.IntegerField(source="site.pk", allow_null=True, default=None)
    name = serializers.CharField()
    security_profile = serializers.IntegerField()
    action = serializers.ChoiceField([(action.value, action.name) for action in Action])
    changes = serializers.DictField(
        child=serializers.ListField(child=serializers.CharField(allow_blank=True)),
        help_text="By column: before and after.",
    )
    problems = serializers.DictField(child=serializers.CharField(), source="errors", help_text="By column.")
    password = serializers.SerializerMethodField(help_text="Where we made it, and never again.")

    def get_password(self, row: StationRow) -> str | None:
        is_told = row.is_generated and row.is_good and self.context["stored"]
        return row.password if is_told else None


class ImportAnswerSerializer(serializers.Serializer[Any]):
    stored = serializers.BooleanField()
    good = serializers.IntegerField()
    bad = serializers.IntegerField()
    rows = ImportedRowSerializer(many=True)


class StationImportView(APIView):
    @extend_schema(request=ImportSerializer, responses=ImportAnswerSerializer)
    def post(self, request: Request) -> Response:
        """Make and change many stations from CSV text: a row whose station exists changes it.

        409 with nothing stored where a row is wrong and `only_good` is false; ask with `dry_run` to see which.
        """
        asked = ImportSerializer(data=request.data, context={"request": request})
        asked.is_valid(raise_exception=True)
        values = asked.validated_data
        if site := values.get("site"):
            require(request.user, Permission.MANAGE_NETWORK, site)
        rows = _planned(request, values)
        if not values["dry_run"]:
            try:
                station_import.carry_out(rows=rows, only_good=values["only_good"], by=cast(User, request.user))
            except NothingDone as error:
                raise Conflict(str(error)) from error
        good = sum(row.is_good for row in rows)
        answer = {"stored": not values["dry_run"], "good": good, "bad": len(rows) - good, "rows": rows}
        shown = ImportAnswerSerializer(answer, context={"stored": answer["stored"]})
        code = status.HTTP_200_OK if values["dry_run"] else status.HTTP_201_CREATED
        return Response(shown.data, status=code)


def _planned(request: Request, values: dict[str, Any]) -> list[StationRow]:
    sites: QuerySet[Site] = sites_granting(request.user, Permission.MANAGE_NETWORK).select_related("organization")
    try:
        return station_import.plan(text=values["csv"], sites=sites, default_site=values.get("site"))
    except Unreadable as error:
        raise ValidationError({"csv": [str(error)]}) from error


# --- One station ---


class KeySerializer(serializers.Serializer[Any]):
    key = serializers.CharField()
    value = serializers.CharField()


class SetupSerializer(serializers.Serializer[Any]):
    """What to enter in the charger. The password is told only where it is set."""

    url = serializers.CharField(help_text="Without the identity, which chargers append.")
    full_url = serializers.CharField(help_text="With the identity, for chargers that append nothing.")
    identity = serializers.CharField()
    security_profile = serializers.IntegerField()
    vendor = serializers.CharField()
    steps = serializers.ListField(child=serializers.CharField(), help_text="Where this vendor's chargers take it.")
    ocpp16_keys = KeySerializer(many=True)
    ocpp2_network_profile = serializers.DictField(help_text="Payload of SetNetworkProfile.")


class StationSetupView(APIView):
    @extend_schema(responses=SetupSerializer)
    def get(self, request: Request, identity: str) -> Response:
        """What has to be entered in the charger so that it connects here."""
        station = get_object_or_404(visible_stations(request.user), identity=identity)
        setup = setup_of(station, host=request.get_host(), is_secure=request.is_secure())
        vendor = vendor_of(station.vendor)
        answer = {
            "url": setup.url,
            "full_url": setup.full_url,
            "identity": setup.identity,
            "security_profile": setup.security_profile,
            "vendor": str(vendor.name),
            "steps": [str(step) for step in vendor.steps],
            "ocpp16_keys": [{"key": key, "value": value} for key, value in keys_16(setup)],
            "ocpp2_network_profile": network_profile_2(setup),
        }
        return Response(SetupSerializer(answer).data)


class FindingSerializer(serializers.Serializer[Told]):
    check = serializers.ChoiceField([check.value for check in Check])
    verdict = serializers.ChoiceField([verdict.value for verdict in Verdict])
    title = serializers.CharField()
    meaning = serializers.CharField()
    advice = serializers.CharField(help_text="What to do; empty where all is well.")


class StationChecksView(APIView):
    scope = Scope.COMMAND

    @extend_schema(responses=FindingSerializer(many=True))
    def get(self, request: Request, identity: str) -> Response:
        """The connection doctor: what is well with this station's connection, what is not, and what to do."""
        station = get_object_or_404(visible_stations(request.user).select_related("connection"), identity=identity)
        found = [told(finding) for finding in check_station(request.user, station, now=timezone.now())]
        return Response(FindingSerializer(cast(Any, found), many=True).data)

    @extend_schema(request=None, responses={202: FindingSerializer(many=True)})
    def post(self, request: Request, identity: str) -> Response:
        """Ask the station what the checks need to know; read them again in a moment. 409 while it is not connected."""
        station = get_object_or_404(visible_stations(request.user), identity=identity)
        require_command(request.user, CommandKind.TRIGGER, station.site)
        try:
            checks.run(station=station, by=cast(User, request.user))
        except commands.NotConnected as error:
            raise Conflict(str(error)) from error
        answer = self.get(request, identity)
        answer.status_code = status.HTTP_202_ACCEPTED
        return answer


# --- Those that were turned away ---


class RefusedAttemptSerializer(serializers.ModelSerializer[RefusedAttempt]):
    station = serializers.CharField(source="station.identity", allow_null=True, default=None, help_text="Identity.")

    class Meta:
        model = RefusedAttempt
        fields = (*("id", "identity", "station", "reason", "detail", "remote_address", "count", "first_at", "last_at"),)
        read_only_fields = fields


class RefusedAttemptListView(generics.ListAPIView[RefusedAttempt]):
    """Handshakes that were turned away, counted by identity, reason and address, latest first."""

    queryset = RefusedAttempt.objects.none()
    serializer_class = RefusedAttemptSerializer
    filterset_fields = ("identity", "reason")
    ordering = "-last_at"

    def get_queryset(self) -> QuerySet[RefusedAttempt]:
        return visible_refused_attempts(self.request.user).select_related("station")
