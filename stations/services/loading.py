"""Many rows as objects, fast: what a lane reads at the begin of a batch."""

from collections.abc import Callable, Iterable
from typing import Any, Generic, NamedTuple, TypeVar

import orjson
from django.db import DEFAULT_DB_ALIAS, connection
from django.db.models import Field, ForeignKey, Lookup, Model, QuerySet
from django.db.models.base import ModelState

Row = TypeVar("Row", bound=Model)

# Stands for the keys in the query of a `Prepared`.
KEYS: tuple[int, ...] = (0,)


class Prepared(Generic[Row]):
    """A query for the rows that belong to some of many keys, `…__among=KEYS`; put into SQL once, run for each batch.

    Its text is the same for any number of keys, so that the database plans it once too. The objects are filled
    directly, without their constructor and its signals. `select_related`, `only` and `defer` work as ever.
    """

    def __init__(self, query: Callable[[], QuerySet[Row]]) -> None:
        self._query = query
        self._compiled: _Compiled | None = None

    def rows(self, keys: Iterable[int]) -> list[Row]:
        """The rows that belong to these keys."""
        compiled = self._compiled = self._compiled or _compile(self._query())
        given = _given(keys)
        with connection.cursor() as cursor:
            cursor.execute(compiled.sql, [given if param is _PLACE else param for param in compiled.params])
            found = cursor.fetchall()
        return [compiled.make(row) for row in compiled.convert(found)]


class _Compiled(NamedTuple):
    sql: str
    params: tuple[Any, ...]
    convert: Callable[[list[Any]], Iterable[Any]]
    make: Callable[[Any], Any]


_PLACE = object()


def _given(keys: Iterable[int]) -> Any:
    """The keys as one parameter."""
    return list(keys) if connection.vendor == "postgresql" else orjson.dumps(list(keys)).decode()


def _compile(query: QuerySet[Any]) -> _Compiled:
    compiler: Any = query.query.get_compiler(DEFAULT_DB_ALIAS)
    sql, params = compiler.as_sql()
    converters = compiler.get_converters([column for column, *_ in compiler.select])

    def convert(rows: list[Any]) -> Iterable[Any]:
        return compiler.apply_converters(rows, converters) if converters else rows

    return _Compiled(sql, tuple(params), convert, _maker(compiler.klass_info, compiler.select))


@Field.register_lookup
# A foreign key knows its own lookups only.
@ForeignKey.register_lookup
class _Among(Lookup):
    """Equal to one of the keys a `Prepared` is run with: `= ANY`, which is one parameter where IN is many."""

    lookup_name = "among"
    prepare_rhs = False

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, Any]:
        column, params = self.process_lhs(compiler, connection)
        return f"{column} IN (SELECT value FROM json_each(%s))", [*params, _PLACE]  # noqa: S608 - names of ours

    def as_postgresql(self, compiler: Any, connection: Any) -> tuple[str, Any]:
        column, params = self.process_lhs(compiler, connection)
        return f"{column} = ANY(%s::bigint[])", [*params, _PLACE]


def _maker(info: dict[str, Any], select: Any) -> Callable[[Any], Any]:
    """What makes an object of a result's row, with the objects it has relations to."""
    model, positions = info["model"], info["select_fields"]
    first, end = positions[0], positions[-1] + 1
    names = [column.target.attname for column, *_ in select[first:end]]
    key = first + names.index(model._meta.pk.attname)
    related = [
        (_maker(inner, select), inner["local_setter"], inner["remote_setter"])
        for inner in info.get("related_klass_infos", ())
    ]

    def make(row: Any) -> Any:
        # An outer join that found nothing.
        if row[key] is None:
            return None
        made = model.__new__(model)
        made.__dict__ = dict(zip(names, row[first:end], strict=True))
        made._state = state = ModelState()
        state.db, state.adding = DEFAULT_DB_ALIAS, False
        for make_other, set_here, set_there in related:
            other = make_other(row)
            set_here(made, other)
            if other is not None:
                set_there(other, made)
        return made

    return make
