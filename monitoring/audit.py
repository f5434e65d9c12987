"""Which changes of monitoring's own rows are written down, with who made them."""

from drivers.audit import log
from monitoring.models import (
    Checklist,
    Exclusion,
    FederalSite,
    Inspection,
    MaintenancePlan,
    MaintenanceWindow,
    WorkOrder,
)


def register() -> None:
    log(
        WorkOrder,
        lambda row: [(row.organization_id, row.site_id)],
        exclude_fields=["evidence", "letter_due_at", "letter_attempts"],
    )
    log(
        MaintenanceWindow,
        lambda row: [(row.organization_id, row.site_id)],
        exclude_fields=["due_at"],
        m2m_fields={"stations"},
    )
    log(MaintenancePlan, lambda row: [(row.organization_id, row.site_id)], exclude_fields=["due_at"])
    log(Checklist, lambda row: [(row.organization_id, None)])
    log(Inspection, lambda row: [(row.organization_id, row.site_id)], include_fields=["title", "station", "failed"])
    log(Exclusion, lambda row: [(row.site.organization_id, row.site_id)], exclude_fields=["file"])
    log(FederalSite, lambda row: [(row.site.organization_id, row.site_id)])
