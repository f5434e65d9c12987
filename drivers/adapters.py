"""What allauth asks us."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.adapter import DefaultMFAAdapter
from cryptography.fernet import InvalidToken
from django.http import HttpRequest

from drivers.addresses import client_address
from drivers.language import language_of
from drivers.models import Membership
from drivers.sealing import seal, unseal


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]  # allauth has no types
    def get_login_redirect_url(self, request: HttpRequest) -> str:
        """Who works for an organization comes to its console, a driver to the map."""
        if Membership.objects.filter(user=request.user.pk).exists():
            return str(super().get_login_redirect_url(request))
        return "/"

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Letters are in the language of whom they go to."""
        with language_of(email):
            super().send_mail(template_prefix, email, context)

    def get_client_ip(self, request: HttpRequest) -> str:
        """Whose attempts are counted: not those of all who come through our proxy."""
        return client_address(request) or str(super().get_client_ip(request))


class MFAAdapter(DefaultMFAAdapter):  # type: ignore[misc]
    """Authenticator secrets and recovery codes are kept sealed."""

    def encrypt(self, text: str) -> str:
        return seal(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        try:
            return unseal(encrypted_text.encode()).decode()
        except InvalidToken:
            # Set up before secrets were sealed. After a change of FIELD_KEY it is no secret that makes a right code.
            return encrypted_text
