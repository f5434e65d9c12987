"""`?search=` of lists."""

from typing import Any

from django.db.models import QuerySet
from rest_framework.filters import SearchFilter
from rest_framework.request import Request
from rest_framework.views import APIView

from stations.selectors.search import containing


class Search(SearchFilter):
    """Each word stands in one of the view's `search_fields`, upper and lower case alike; a view with a method `named`
    says itself which rows a word means."""

    def filter_queryset(self, request: Request, queryset: QuerySet[Any], view: APIView) -> QuerySet[Any]:
        fields = self.get_search_fields(view, request) or ()
        named = getattr(view, "named", None)
        for term in self.get_search_terms(request) if fields else []:
            queryset = queryset.filter(named(term) if named else containing(queryset.model, fields, term))
        return queryset
