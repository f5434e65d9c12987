"""Fields that offer only what the viewer may see."""

from collections.abc import Callable
from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.db.models import QuerySet
from rest_framework import serializers

from drivers.permissions import Viewer


class VisibleField(serializers.SlugRelatedField[Any]):
    """A related row, written and shown by one of its columns; what the viewer does not see does not exist."""

    def __init__(self, column: str, selector: Callable[[Viewer], QuerySet[Any]], **kwargs: Any) -> None:
        self.selector = selector
        # Nobody's rows: only to tell the schema which model this is.
        super().__init__(slug_field=column, queryset=selector(AnonymousUser()), **kwargs)

    def get_queryset(self) -> QuerySet[Any]:
        return self.selector(self.context["request"].user)
