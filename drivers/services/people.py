"""What people decide about themselves."""

from django.db import transaction

from drivers.models import User


def choose_language(*, person: User, language: str) -> None:
    """The language of their pages and letters: a code of settings.LANGUAGES, or blank for what their browser asks."""
    with transaction.atomic():
        person.language = language
        person.save(update_fields=["language"])
