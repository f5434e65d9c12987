from drivers.models.apikey import ApiKey
from drivers.models.audit import AuditEntry
from drivers.models.organization import Membership, Organization
from drivers.models.token import IdToken
from drivers.models.user import User

__all__ = ["ApiKey", "AuditEntry", "IdToken", "Membership", "Organization", "User"]
