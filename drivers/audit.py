"""Which changes of people and their organizations are written down, with who made them."""

from auditlog.registry import auditlog

from drivers.models import IdToken, Membership, Organization, User


def masked(value: str) -> str:
    """What stands in the log for a secret: that it changed. AUDITLOG_MASK_CALLABLE; the default shows half of it."""
    return "••••••" if value else ""


def register() -> None:
    auditlog.register(Organization)
    auditlog.register(Membership)
    auditlog.register(User, exclude_fields=["last_login"], mask_fields=["password"])
    auditlog.register(IdToken)
