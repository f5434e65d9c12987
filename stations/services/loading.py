"""Many rows as objects, fast: what a lane reads at the begin of a batch."""

from collections.abc import Callable, Iterator
from typing import Any, TypeVar

from django.db.models import Model, QuerySet
from django.db.models.base import ModelState
from django.db.models.query import ModelIterable

Row = TypeVar("Row", bound=Model)


def plain(query: QuerySet[Row]) -> QuerySet[Row]:
    """The same query; its objects are filled directly, without their constructor and its signals.

    `select_related`, `only` and `defer` work as ever. Four of five microseconds an object costs are saved.
    """
    query = query.all()
    query._iterable_class = _PlainIterable
    return query


class _PlainIterable(ModelIterable):  # type: ignore[type-arg]
    """As Django's own, but for how an object comes to be."""

    def __iter__(self) -> Iterator[Any]:
        queryset: Any = self.queryset
        compiler = queryset.query.get_compiler(using=queryset.db)
        results = compiler.execute_sql(chunked_fetch=self.chunked_fetch, chunk_size=self.chunk_size)
        make = _maker(compiler.klass_info, compiler.select, queryset.db)
        for row in compiler.results_iter(results):
            yield make(row)


def _maker(info: dict[str, Any], select: Any, database: str) -> Callable[[Any], Any]:
    """What makes an object of a result's row, with the objects it has relations to."""
    model, positions = info["model"], info["select_fields"]
    first, end = positions[0], positions[-1] + 1
    names = [column.target.attname for column, *_ in select[first:end]]
    key = first + names.index(model._meta.pk.attname)
    related = [
        (_maker(inner, select, database), inner["local_setter"], inner["remote_setter"])
        for inner in info.get("related_klass_infos", ())
    ]

    def make(row: Any) -> Any:
        # An outer join that found nothing.
        if row[key] is None:
            return None
        made = model.__new__(model)
        made.__dict__.update(zip(names, row[first:end], strict=True))
        made._state = state = ModelState()
        state.db, state.adding = database, False
        for make_other, set_here, set_there in related:
            other = make_other(row)
            set_here(made, other)
            if other is not None:
                set_there(other, made)
        return made

    return make
