"""Choosing the language of the pages."""

from django.http import HttpRequest, HttpResponse
from django.utils.translation import check_for_language
from django.views.decorators.http import require_POST
from django.views.i18n import LANGUAGE_QUERY_PARAMETER, set_language

from drivers.services import people


@require_POST
def choose_language(request: HttpRequest) -> HttpResponse:
    """Keep `language` in this browser and, of who is signed in, for good; back to the page it was chosen on."""
    language = request.POST.get(LANGUAGE_QUERY_PARAMETER, "")
    if request.user.is_authenticated and check_for_language(language):
        people.choose_language(person=request.user, language=language)
    response: HttpResponse = set_language(request)
    return response
