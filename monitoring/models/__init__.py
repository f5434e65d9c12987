from monitoring.models.channel import Channel, NotificationPreference
from monitoring.models.connectivity import OfflineSpell
from monitoring.models.exclusion import Exclusion, FederalSite
from monitoring.models.incident import Alert, Incident, IncidentEntry, Severity
from monitoring.models.inspection import Checklist, Inspection, InspectionPhoto
from monitoring.models.maintenance import MaintenanceWindow, WindowStation
from monitoring.models.notification import Notification
from monitoring.models.plan import MaintenancePlan, PlanStation
from monitoring.models.rota import Escalation, EscalationPolicy, EscalationStep, Rota, RotaLayer, RotaOverride, RotaTurn
from monitoring.models.work_order import WorkOrder, WorkOrderEntry, WorkOrderPart, WorkOrderPhoto

__all__ = [
    "Alert",
    "Channel",
    "Checklist",
    "Escalation",
    "EscalationPolicy",
    "EscalationStep",
    "Exclusion",
    "FederalSite",
    "Incident",
    "IncidentEntry",
    "Inspection",
    "InspectionPhoto",
    "MaintenancePlan",
    "MaintenanceWindow",
    "Notification",
    "NotificationPreference",
    "OfflineSpell",
    "PlanStation",
    "Rota",
    "RotaLayer",
    "RotaOverride",
    "RotaTurn",
    "Severity",
    "WindowStation",
    "WorkOrder",
    "WorkOrderEntry",
    "WorkOrderPart",
    "WorkOrderPhoto",
]
