"""Which changes of monitoring's own rows are written down, with who made them."""

from drivers.audit import log
from monitoring.models import (
    CannedAnswer,
    Channel,
    Checklist,
    EscalationPolicy,
    Exclusion,
    FederalSite,
    HelplineContact,
    Inspection,
    MaintenancePlan,
    MaintenanceWindow,
    Playbook,
    RefundRequest,
    Rota,
    RotaLayer,
    RotaOverride,
    StatusPage,
    SupportPolicy,
    Ticket,
    WorkOrder,
)


def register() -> None:
    log(
        Channel,
        lambda row: [(row.organization_id, None)],
        exclude_fields=["last_sent_at", "problem", "sealed_url", "sealed_secret"],
        m2m_fields={"sites"},
    )
    log(Rota, lambda row: [(row.organization_id, None)])
    log(RotaLayer, lambda row: [(row.rota.organization_id, None)])
    log(RotaOverride, lambda row: [(row.rota.organization_id, None)])
    log(EscalationPolicy, lambda row: [(row.organization_id, None)], m2m_fields={"sites"})
    log(StatusPage, lambda row: [(row.organization_id, None)], m2m_fields={"hidden_sites"})
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
    log(Playbook, lambda row: [(row.organization_id, row.site_id)])
    log(Checklist, lambda row: [(row.organization_id, None)])
    log(Inspection, lambda row: [(row.organization_id, row.site_id)], include_fields=["title", "station", "failed"])
    log(Exclusion, lambda row: [(row.site.organization_id, row.site_id)], exclude_fields=["file"])
    log(FederalSite, lambda row: [(row.site.organization_id, row.site_id)])
    log(HelplineContact, lambda row: [(row.organization_id, row.site_id)], exclude_fields=["note"])
    log(
        Ticket,
        lambda row: [(row.organization_id, row.site_id)],
        include_fields=["subject", "state", "category", "priority", "assigned_to", "incident"],
    )
    log(
        RefundRequest,
        lambda row: [(row.ticket.organization_id, row.ticket.site_id)],
        include_fields=["ticket", "state", "amount_minor", "currency", "decision_note"],
    )
    log(SupportPolicy, lambda row: [(row.organization_id, None)])
    log(CannedAnswer, lambda row: [(row.organization_id, None)])
