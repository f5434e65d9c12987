"""Addresses of this floor's resources, under /api/v1/."""

from django.urls import include, path, re_path
from rest_framework.routers import SimpleRouter

from stations.api.base import ID
from stations.api.certificates import (
    InstalledCertificateListView,
    RevokeView,
    RootCertificateViewSet,
    StationCertificateListView,
)
from stations.api.charging_profiles import AppliedProfileViewSet, ChargingProfileViewSet, CompositeScheduleView
from stations.api.commands import CommandViewSet, StationCallsView, StationCommandsView
from stations.api.configuration import (
    ReportListView,
    StationConfigurationView,
    StationRepairView,
    TemplateViewSet,
    VariableListView,
)
from stations.api.display_messages import CustomerInformationViewSet, DisplayMessageViewSet
from stations.api.energy import EvseEnergyView, SiteEnergyView
from stations.api.equipment import ConnectorViewSet, EvseViewSet
from stations.api.frames import FrameExportView, FrameListView, TimelineView
from stations.api.local_lists import LocalListViewSet
from stations.api.logs import FirmwareUpdateViewSet, LogRequestViewSet
from stations.api.monitoring import DeviceEventViewSet, EventStreamViewSet, MonitorListView, StreamValueListView
from stations.api.onboarding import (
    DoorView,
    RefusedAttemptListView,
    StationChecksView,
    StationImportView,
    StationSetupView,
)
from stations.api.power import (
    BatterySwapViewSet,
    ChargingLimitViewSet,
    ChargingNeedsViewSet,
    DerAlarmViewSet,
    DerControlViewSet,
    EvScheduleViewSet,
    ReportedCostViewSet,
    StationTariffViewSet,
)
from stations.api.reservations import ReservationViewSet
from stations.api.security_events import SecurityEventViewSet
from stations.api.sessions import SampleListView, SessionViewSet
from stations.api.settlements import SettlementViewSet, VatCheckViewSet
from stations.api.sites import SiteViewSet
from stations.api.stations import StationViewSet
from stations.api.tokens import IdTokenViewSet
from stations.models.station import IDENTITY

router = SimpleRouter()
router.register("sites", SiteViewSet, "site")
router.register("stations", StationViewSet, "station")
router.register("evses", EvseViewSet, "evse")
router.register("connectors", ConnectorViewSet, "connector")
router.register("commands", CommandViewSet, "command")
router.register("sessions", SessionViewSet, "session")
router.register("id-tokens", IdTokenViewSet, "id-token")
router.register("charging-profiles", ChargingProfileViewSet, "charging-profile")
router.register("applied-profiles", AppliedProfileViewSet, "applied-profile")
router.register("charging-needs", ChargingNeedsViewSet, "charging-need")
router.register("ev-schedules", EvScheduleViewSet, "ev-schedule")
router.register("charging-limits", ChargingLimitViewSet, "charging-limit")
router.register("der-controls", DerControlViewSet, "der-control")
router.register("der-alarms", DerAlarmViewSet, "der-alarm")
router.register("station-tariffs", StationTariffViewSet, "station-tariff")
router.register("reported-costs", ReportedCostViewSet, "reported-cost")
router.register("battery-swaps", BatterySwapViewSet, "battery-swap")
router.register("local-lists", LocalListViewSet, "local-list")
router.register("settlements", SettlementViewSet, "settlement")
router.register("vat-checks", VatCheckViewSet, "vat-check")
router.register("reservations", ReservationViewSet, "reservation")

router.register("log-requests", LogRequestViewSet, "log-request")
router.register("firmware-updates", FirmwareUpdateViewSet, "firmware-update")
router.register("root-certificates", RootCertificateViewSet, "root-certificate")
router.register("security-events", SecurityEventViewSet, "security-event")
router.register("configuration-templates", TemplateViewSet, "configuration-template")
router.register("device-events", DeviceEventViewSet, "device-event")
router.register("event-streams", EventStreamViewSet, "event-stream")
router.register("display-messages", DisplayMessageViewSet, "display-message")
router.register("customer-information", CustomerInformationViewSet, "customer-information")

_STATION = rf"^stations/(?P<identity>{IDENTITY})"

app_name = "api"
urlpatterns = [
    # Before the stations, of which none is named so.
    path("stations/import/", StationImportView.as_view(), name="station-import"),
    path("", include(router.urls)),
    path("onboarding/", DoorView.as_view(), name="onboarding"),
    path("refused-attempts/", RefusedAttemptListView.as_view(), name="refused-attempts"),
    re_path(rf"{_STATION}/setup/$", StationSetupView.as_view(), name="station-setup"),
    re_path(rf"{_STATION}/checks/$", StationChecksView.as_view(), name="station-checks"),
    path("frames/", FrameListView.as_view(), name="frame-list"),
    path("frames/export/", FrameExportView.as_view(), name="frame-export"),
    re_path(rf"^sessions/(?P<id>{ID})/timeline/$", TimelineView.as_view(), name="session-timeline"),
    re_path(rf"^sites/(?P<id>{ID})/energy/$", SiteEnergyView.as_view(), name="site-energy"),
    re_path(rf"^evses/(?P<id>{ID})/energy/$", EvseEnergyView.as_view(), name="evse-energy"),
    re_path(rf"^sessions/(?P<id>{ID})/samples/$", SampleListView.as_view(), name="session-samples"),
    re_path(rf"^stations/(?P<identity>{IDENTITY})/calls/$", StationCallsView.as_view(), name="station-calls"),
    re_path(rf"^stations/(?P<identity>{IDENTITY})/commands/$", StationCommandsView.as_view(), name="station-commands"),
    re_path(rf"{_STATION}/certificates/$", StationCertificateListView.as_view(), name="station-certificates"),
    re_path(
        rf"{_STATION}/certificates/(?P<certificate>{ID})/revoke/$", RevokeView.as_view(), name="certificate-revoke"
    ),
    re_path(
        rf"{_STATION}/installed-certificates/$",
        InstalledCertificateListView.as_view(),
        name="station-installed-certificates",
    ),
    re_path(rf"{_STATION}/variables/$", VariableListView.as_view(), name="station-variables"),
    re_path(rf"{_STATION}/reports/$", ReportListView.as_view(), name="station-reports"),
    re_path(rf"{_STATION}/monitors/$", MonitorListView.as_view(), name="station-monitors"),
    re_path(rf"{_STATION}/configuration/$", StationConfigurationView.as_view(), name="station-configuration"),
    re_path(rf"{_STATION}/configuration/repair/$", StationRepairView.as_view(), name="station-repair"),
    re_path(rf"^event-streams/(?P<id>{ID})/values/$", StreamValueListView.as_view(), name="event-stream-values"),
    re_path(
        rf"^stations/(?P<identity>{IDENTITY})/composite-schedule/$",
        CompositeScheduleView.as_view(),
        name="station-composite-schedule",
    ),
]
