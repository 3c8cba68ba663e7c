"""Querysets that are built and compiled once in a process; later only their values are bound.

What the ORM composes for the same question is the same text every time, and composing it takes ten
times as long as asking it. The ORM stays the one source: a ``Composed`` is made from the function
that builds the queryset, and answers as the queryset would.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db import connection
from django.db.models import (
    BigIntegerField,
    DateTimeField,
    Expression,
    Field,
    Lookup,
    Model,
    QuerySet,
    TextField,
    Value,
)
from django.db.models.fetch_modes import FETCH_ONE
from django.db.models.query import (
    FlatValuesListIterable,
    ModelIterable,
    ValuesListIterable,
    get_related_populators,
)
from django.db.models.sql.compiler import SQLCompiler
from psycopg import sql

from shop.core.statements.prepared import Row, ask

PLACE = re.compile(r"(?<!%)%s")
MOMENT, TEXT, ID = DateTimeField(), TextField(), BigIntegerField()
IDS = ArrayField(BigIntegerField())
TEXTS = ArrayField(TextField())


class Given(Expression):
    """A value of a composed queryset that is not known while the queryset is compiled."""

    def __init__(self, name: str, field: Field[Any, Any]) -> None:
        super().__init__(output_field=field)
        self.name = name

    def as_sql(self, compiler: SQLCompiler, connection: Any) -> tuple[str, Any]:
        """Return the value's place in the statement."""
        return "%s", [_Place(self.name)]


class AnyOf(Lookup):
    """Tells whether a column is one of an array's values: ``IN`` for any number of them."""

    lookup_name = "any_of"
    prepare_rhs = False

    def as_sql(self, compiler: SQLCompiler, connection: Any) -> tuple[str, Any]:
        """Return the comparison."""
        column, before = self.process_lhs(compiler, connection)
        array, values = compiler.compile(self.rhs)
        return f"{column} = ANY({array})", [*before, *values]


class Composed[Result]:
    """A queryset that is composed once, to be run with values by name.

    Args:
        build: returns the queryset. What decides on the queryset's shape comes by position, its
            values by name: each as an expression, whatever it is.
        fields: of what type each value is, by its name.
    """

    def __init__(
        self, build: Callable[..., QuerySet[Any]], fields: Mapping[str, Field[Any, Any]]
    ) -> None:
        self._build = build
        self._fields = fields
        self._shapes: dict[tuple[Hashable, ...], _Shape] = {}
        self.__doc__ = build.__doc__

    def __call__(self, *shape: Hashable, **values: Any) -> list[Result]:
        """Return the rows of the queryset for these values. One statement."""
        known = self._shapes.get(shape)
        if known is None:
            given = {name: Given(name, field) for name, field in self._fields.items()}
            known = self._shapes[shape] = _Shape(self._build(*shape, **given))
        return known.find(values)

    def anew(self, *shape: Hashable, **values: Any) -> QuerySet[Any]:
        """Return the queryset as the ORM composes it for these values, to be compared with."""
        told = {name: Value(values[name], field) for name, field in self._fields.items()}
        return self._build(*shape, **told)


def composed(**fields: Field[Any, Any]) -> Callable[[Callable[..., QuerySet[Any]]], Composed[Any]]:
    """Return a decorator that composes the queryset which a function builds.

    Args:
        fields: of what type each value is, by its name.
    """
    return lambda build: Composed(build, fields)


class _Place(str):
    """The name of a value, where the value is to stand."""

    __slots__ = ()


class _Shape:
    """A compiled queryset: its text, and how its rows are read."""

    def __init__(self, queryset: Any) -> None:
        if queryset._prefetch_related_lookups or queryset._known_related_objects:
            raise TypeError("A composed queryset is one statement.")
        # The proxy, since threads with connections of their own will use what is made here.
        compiler = queryset.query.get_compiler(connection=connection)
        self._text = _written(*compiler.as_sql())
        self._compiler = compiler
        columns = [column for column, *_ in compiler.select[: compiler.col_count]]
        self._converters = compiler.get_converters(columns)
        self._read = READERS[queryset._iterable_class](compiler, queryset.db)

    def find(self, values: Mapping[str, Any]) -> list[Any]:
        """Return the rows for these values."""
        rows: Iterable[Sequence[Any]] = ask(self._text, values)
        if self._converters:
            rows = self._compiler.apply_converters(rows, self._converters)
        return [self._read(row) for row in rows]


def _written(text: str, values: Sequence[Any]) -> str:
    """Return a statement with its places named, and with all that is always the same in it."""
    connection.ensure_connection()
    there = iter(values)
    return PLACE.sub(lambda _found: _place(next(there)), text)


def _place(value: Any) -> str:
    if isinstance(value, _Place):
        return f"%({value})s"
    # As a constant it lets partial indexes be used, whatever the other values are.
    return sql.Literal(value).as_string(connection.connection).replace("%", "%%")


def _objects(compiler: SQLCompiler, db: str) -> Callable[[Sequence[Any]], Model]:
    """Return a function that makes an object of a row, with the related ones that were joined."""
    columns = compiler.klass_info["select_fields"]
    first, last = columns[0], columns[-1] + 1
    model: type[Model] = compiler.klass_info["model"]
    names = [column.target.attname for column, *_ in compiler.select[first:last]]
    related = get_related_populators(compiler.klass_info, compiler.select, db, FETCH_ONE)
    annotations = list((compiler.annotation_col_map or {}).items())

    def read(row: Sequence[Any]) -> Model:
        found = model.from_db(db, names, row[first:last], fetch_mode=FETCH_ONE)
        for one in related:
            one.populate(row, found)
        for name, place in annotations:
            setattr(found, name, row[place])
        return found

    return read


def _tuples(compiler: SQLCompiler, db: str) -> Callable[[Sequence[Any]], Row]:
    return tuple


def _firsts(compiler: SQLCompiler, db: str) -> Callable[[Sequence[Any]], Any]:
    return lambda row: row[0]


READERS: dict[Any, Callable[[SQLCompiler, str], Callable[[Sequence[Any]], Any]]] = {
    ModelIterable: _objects,
    ValuesListIterable: _tuples,
    FlatValuesListIterable: _firsts,
}
