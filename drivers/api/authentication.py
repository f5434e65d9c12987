"""`Authorization: Bearer <key>`, and what the key's scopes allow."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext
from rest_framework import authentication
from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.exceptions import AuthenticationFailed, PermissionDenied
from rest_framework.permissions import SAFE_METHODS, BasePermission
from rest_framework.request import Request

from drivers import audit
from drivers.domain.apikeys import Scope
from drivers.models import ApiKey, User
from drivers.selectors import lacks_second_factor
from drivers.services import apikeys

if TYPE_CHECKING:
    # REST framework imports this module, named in its settings, before it has views itself.
    from rest_framework.views import APIView


class BearerAuthentication(BaseAuthentication):
    """A person's API key. A request without the header is left to the next authentication."""

    def authenticate(self, request: Request) -> tuple[User, ApiKey] | None:
        scheme, _, key = get_authorization_header(request).partition(b" ")
        if scheme.lower() != b"bearer":
            return None
        row = apikeys.authenticate(key=key.strip().decode("latin-1"))
        if row is None:
            raise AuthenticationFailed("This API key is unknown or revoked.")
        audit.acts(row.user)
        return row.user, row

    def authenticate_header(self, request: Request) -> str:
        return 'Bearer realm="api"'


class SessionAuthentication(authentication.SessionAuthentication):
    """A browser's session, of a person who signs in as their organizations ask."""

    def authenticate(self, request: Request) -> tuple[User, None] | None:
        found: tuple[User, None] | None = super().authenticate(request)
        if found is not None and lacks_second_factor(found[0]):
            raise PermissionDenied(gettext("Your organization asks for a second factor: set one up in your account."))
        return found


class HasScope(BasePermission):
    """Whether the key may be used for this: `read` to look, `write` to change, or what the view's `scope` says."""

    def has_permission(self, request: Request, view: APIView) -> bool:
        if not isinstance(request.auth, ApiKey):
            return True
        needed = Scope.READ if request.method in SAFE_METHODS else getattr(view, "scope", Scope.WRITE)
        self.message = f"This API key lacks the scope “{needed}”."
        return needed in request.auth.scopes
