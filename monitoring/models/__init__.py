from monitoring.models.connectivity import OfflineSpell
from monitoring.models.incident import Alert, Incident, IncidentEntry, Severity
from monitoring.models.maintenance import MaintenanceWindow, WorkOrder

__all__ = ["Alert", "Incident", "IncidentEntry", "MaintenanceWindow", "OfflineSpell", "Severity", "WorkOrder"]
