"""Lists in pages that stay right while rows come and go."""

from typing import Any

from django.db.models import Model, QuerySet
from rest_framework.exceptions import NotFound
from rest_framework.pagination import Cursor, CursorPagination
from rest_framework.request import Request
from rest_framework.views import APIView

from drivers.api.problems import InvalidQuery


class Paging(CursorPagination):
    """Ordered as the view's `ordering` says or `?ordering=` asks, and always by id in the end."""

    page_size = 50
    page_size_query_param = "page_size"
    max_page_size = 500

    def get_ordering(self, request: Request, queryset: QuerySet[Model], view: APIView) -> tuple[Any, ...]:
        self.ordering = getattr(view, "ordering", "id")
        ordering = tuple(super().get_ordering(request, queryset, view))
        return ordering if ordering[-1] in ("id", "-id") else (*ordering, "id")

    def decode_cursor(self, request: Request) -> Cursor | None:
        try:
            return super().decode_cursor(request)
        except NotFound as error:
            raise InvalidQuery({self.cursor_query_param: [str(error.detail)]}) from error
