"""What allauth asks us."""

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest

from drivers.models import Membership


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]  # allauth has no types
    def get_login_redirect_url(self, request: HttpRequest) -> str:
        """Who works for an organization comes to its console, a driver to the map."""
        if Membership.objects.filter(user=request.user.pk).exists():
            return str(super().get_login_redirect_url(request))
        return "/"
