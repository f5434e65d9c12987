"""Where a person is signed in, and since when that browser was not seen."""

from collections.abc import Callable

from allauth.usersessions.models import UserSession
from django.core.cache import cache
from django.http import HttpRequest, HttpResponseBase

# Pages fetch their fragments again and again: each is no write.
SEEN_EVERY_S = 300


class Middleware:
    """Notes which browser was seen, from where and when, at most every few minutes."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        key = request.session.session_key
        if key and request.user.is_authenticated and cache.add(f"seen.{key}", True, SEEN_EVERY_S):
            UserSession.objects.create_from_request(request)
        return self.get_response(request)
