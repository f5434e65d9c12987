from drivers.models.apikey import ApiKey
from drivers.models.organization import Membership, Organization
from drivers.models.token import IdToken
from drivers.models.user import User

__all__ = ["ApiKey", "IdToken", "Membership", "Organization", "User"]
