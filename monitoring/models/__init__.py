from monitoring.models.connectivity import OfflineSpell
from monitoring.models.incident import Alert, Incident, IncidentEntry, Severity
from monitoring.models.inspection import Checklist, Inspection, InspectionPhoto
from monitoring.models.maintenance import MaintenanceWindow, WindowStation
from monitoring.models.plan import MaintenancePlan, PlanStation
from monitoring.models.work_order import WorkOrder, WorkOrderEntry, WorkOrderPart, WorkOrderPhoto

__all__ = [
    "Alert",
    "Checklist",
    "Incident",
    "IncidentEntry",
    "Inspection",
    "InspectionPhoto",
    "MaintenancePlan",
    "MaintenanceWindow",
    "OfflineSpell",
    "PlanStation",
    "Severity",
    "WindowStation",
    "WorkOrder",
    "WorkOrderEntry",
    "WorkOrderPart",
    "WorkOrderPhoto",
]
