from stations.models.battery_swap import BatterySwap
from stations.models.bulk import BulkCommand
from stations.models.certificate import (
    InstalledCertificate,
    RootCertificate,
    StationCertificate,
    WithdrawnCertificate,
)
from stations.models.charging_needs import ChargingLimit, ChargingNeeds, EvSchedule, PriorityCharging
from stations.models.charging_profile import AppliedProfile, ChargingProfile, CompositeSchedule
from stations.models.command import Command
from stations.models.configuration import ConfigurationEntry, ConfigurationTemplate
from stations.models.connection import Connection, EdgeProcess, RefusedAttempt, SharedIdentity
from stations.models.der import DerAlarm, DerControl
from stations.models.device_event import DeviceEvent
from stations.models.display_message import DisplayMessage
from stations.models.firmware_update import FirmwareUpdate
from stations.models.frame import Frame, RecentCalls
from stations.models.invitation import Invitation
from stations.models.journal import Delivery, Fact
from stations.models.link import LinkHour
from stations.models.local_list import LocalList, LocalListEntry
from stations.models.log_request import LogRequest
from stations.models.monitor import EventStream, Monitor, MonitoringSetting, StreamValue
from stations.models.onboarding import OnboardingDoor
from stations.models.payment_report import Settlement, VatCheck
from stations.models.profile_upgrade import ProfileUpgrade
from stations.models.record import StationNote, StationPhoto
from stations.models.report import CustomerInformation, Report
from stations.models.reservation import Reservation
from stations.models.rollup import EvseRollup, RollupDue, SiteRollup
from stations.models.saved_view import SavedView
from stations.models.security_event import SecurityEvent
from stations.models.session import MeterSample, Session, SessionEvent
from stations.models.site import Site, SiteContact, SiteScope
from stations.models.station import Connector, Evse, Station
from stations.models.station_tariff import ReportedCost, StationTariff
from stations.models.variable import Variable

__all__ = [
    "AppliedProfile",
    "BatterySwap",
    "BulkCommand",
    "ChargingLimit",
    "ChargingNeeds",
    "ChargingProfile",
    "Command",
    "CompositeSchedule",
    "ConfigurationEntry",
    "ConfigurationTemplate",
    "Connection",
    "Connector",
    "CustomerInformation",
    "Delivery",
    "DerAlarm",
    "DerControl",
    "DeviceEvent",
    "DisplayMessage",
    "EdgeProcess",
    "EvSchedule",
    "EventStream",
    "Evse",
    "EvseRollup",
    "Fact",
    "FirmwareUpdate",
    "Frame",
    "InstalledCertificate",
    "Invitation",
    "LinkHour",
    "LocalList",
    "LocalListEntry",
    "LogRequest",
    "MeterSample",
    "Monitor",
    "MonitoringSetting",
    "OnboardingDoor",
    "PriorityCharging",
    "ProfileUpgrade",
    "RecentCalls",
    "RefusedAttempt",
    "Report",
    "ReportedCost",
    "Reservation",
    "RollupDue",
    "RootCertificate",
    "SavedView",
    "SecurityEvent",
    "Session",
    "SessionEvent",
    "Settlement",
    "SharedIdentity",
    "Site",
    "SiteContact",
    "SiteRollup",
    "SiteScope",
    "Station",
    "StationCertificate",
    "StationNote",
    "StationPhoto",
    "StationTariff",
    "StreamValue",
    "Variable",
    "VatCheck",
    "WithdrawnCertificate",
]
