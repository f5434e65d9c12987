"""Which language a person reads: that of the account, else the one chosen in this browser, else what it asks for."""

from contextlib import AbstractContextManager

from django.conf import settings
from django.http import HttpRequest
from django.middleware.locale import LocaleMiddleware
from django.utils import translation

from drivers.models import User


class LanguageMiddleware(LocaleMiddleware):
    """Stands behind the one that knows the person."""

    def process_request(self, request: HttpRequest) -> None:
        super().process_request(request)
        if chosen := getattr(request.user, "language", ""):
            translation.activate(chosen)
            request.LANGUAGE_CODE = chosen


def language_of(email: str) -> AbstractContextManager[None]:
    """While it lasts, texts are in the language of who has this address: for letters.

    Where nobody has it, or none is chosen, it is the language in use.
    """
    chosen = User.objects.filter(email__iexact=email).values_list("language", flat=True).first()
    return translation.override(chosen or translation.get_language() or settings.LANGUAGE_CODE)
