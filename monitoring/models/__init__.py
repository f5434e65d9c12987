from monitoring.models.channel import Channel, NotificationPreference
from monitoring.models.connectivity import OfflineSpell
from monitoring.models.exclusion import Exclusion, FederalSite
from monitoring.models.helpline import HelplineContact
from monitoring.models.incident import Alert, Incident, IncidentEntry, Severity
from monitoring.models.inspection import Checklist, Inspection, InspectionPhoto
from monitoring.models.link import Drop, LinkDay, ProviderRange, StationLink, TemperatureCursor, TemperatureDay
from monitoring.models.maintenance import MaintenanceWindow, WindowStation
from monitoring.models.network_test import NetworkTestPlan, NetworkTestResult, NetworkTestRun
from monitoring.models.notification import Notification
from monitoring.models.plan import MaintenancePlan, PlanStation
from monitoring.models.repair import Playbook, RepairRun, RepairStep
from monitoring.models.rota import Escalation, EscalationPolicy, EscalationStep, Rota, RotaLayer, RotaOverride, RotaTurn
from monitoring.models.rule import RuleRun, RuleSetting
from monitoring.models.status_page import (
    PublicIncident,
    PublicIncidentSite,
    PublicUpdate,
    StatusDay,
    StatusLetter,
    StatusPage,
    StatusSubscriber,
)
from monitoring.models.success import Attempt, FailedStreak, PlugIn, PortHabit, SuccessCursor, SuccessDay, SuccessDue
from monitoring.models.support import CannedAnswer, SupportPolicy
from monitoring.models.ticket import RefundRequest, Ticket, TicketAttachment, TicketMessage, TicketSnapshot
from monitoring.models.uptime import Correction, LedgerEntry, Port, PortMonth, SiteHours, UptimeSignal
from monitoring.models.work_order import WorkOrder, WorkOrderEntry, WorkOrderPart, WorkOrderPhoto

__all__ = [
    "Alert",
    "Attempt",
    "CannedAnswer",
    "Channel",
    "Checklist",
    "Correction",
    "Drop",
    "Escalation",
    "EscalationPolicy",
    "EscalationStep",
    "Exclusion",
    "FailedStreak",
    "FederalSite",
    "HelplineContact",
    "Incident",
    "IncidentEntry",
    "Inspection",
    "InspectionPhoto",
    "LedgerEntry",
    "LinkDay",
    "MaintenancePlan",
    "MaintenanceWindow",
    "NetworkTestPlan",
    "NetworkTestResult",
    "NetworkTestRun",
    "Notification",
    "NotificationPreference",
    "OfflineSpell",
    "PlanStation",
    "Playbook",
    "PlugIn",
    "Port",
    "PortHabit",
    "PortMonth",
    "ProviderRange",
    "PublicIncident",
    "PublicIncidentSite",
    "PublicUpdate",
    "RefundRequest",
    "RepairRun",
    "RepairStep",
    "Rota",
    "RotaLayer",
    "RotaOverride",
    "RotaTurn",
    "RuleRun",
    "RuleSetting",
    "Severity",
    "SiteHours",
    "StationLink",
    "StatusDay",
    "StatusLetter",
    "StatusPage",
    "StatusSubscriber",
    "SuccessCursor",
    "SuccessDay",
    "SuccessDue",
    "SupportPolicy",
    "TemperatureCursor",
    "TemperatureDay",
    "Ticket",
    "TicketAttachment",
    "TicketMessage",
    "TicketSnapshot",
    "UptimeSignal",
    "WindowStation",
    "WorkOrder",
    "WorkOrderEntry",
    "WorkOrderPart",
    "WorkOrderPhoto",
]
