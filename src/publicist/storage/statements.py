"""Statements, and what running one yields. Those that are run all the time are compiled once (`Fixed`)."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Dialect
from sqlalchemy.engine.result import IteratorResult, SimpleResultMetaData
from sqlalchemy.exc import DBAPIError
from sqlalchemy.sql.compiler import SQLCompiler

Parameters = Mapping[str, Any] | Sequence[Mapping[str, Any]] | None
_Process = Callable[[Any], Any]


class FixedRows(IteratorResult[*tuple[Any, ...]]):
    """The rows of a fixed statement; `rowcount` is how many it changed."""

    rowcount: int = -1


Rows = sa.CursorResult[*tuple[Any, ...]] | FixedRows


@dataclass(frozen=True, slots=True)
class _Slot:
    """A parameter of the SQL: what it is called, how its value is made ready, and the value that it has by itself."""

    name: str
    process: _Process | None
    is_required: bool
    value: Any


@dataclass(frozen=True, slots=True)
class Compiled:
    """A statement as one database takes it."""

    sql: str
    slots: tuple[_Slot, ...]
    is_positional: bool
    keys: SimpleResultMetaData
    processes: tuple[tuple[int, _Process], ...]
    """For the columns whose values have to be made ready: where they stand, and how."""

    def bind(self, parameters: Mapping[str, Any]) -> Any:
        """The parameters as the driver takes them. Raises KeyError for one that is missing."""
        values = [self._value(slot, parameters) for slot in self.slots]
        return values if self.is_positional else dict(zip([slot.name for slot in self.slots], values, strict=True))

    def rows(self, raw: Sequence[Sequence[Any]], rowcount: int) -> FixedRows:
        """What the driver gave, with every value as its column's type has it."""
        found = FixedRows(self.keys, iter([self._row(row) for row in raw]))
        found.rowcount = rowcount
        return found

    def _value(self, slot: _Slot, parameters: Mapping[str, Any]) -> Any:
        value = parameters[slot.name] if slot.is_required or slot.name in parameters else slot.value
        return value if slot.process is None else slot.process(value)

    def _row(self, raw: Sequence[Any]) -> tuple[Any, ...]:
        row = list(raw)
        for index, process in self.processes:
            row[index] = process(row[index])
        return tuple(row)


class Fixed:
    """A statement that is made when its module is loaded, and compiled once for each database and set of parameters.

    SQLAlchemy looks a statement up, and describes its result, each time it runs; for most of ours that takes longer
    than the database does. Raises TypeError for one whose SQL depends on its values, such as `IN` over a list.
    """

    def __init__(self, statement: sa.Select[Any] | sa.Insert | sa.Update | sa.Delete) -> None:
        self.statement = statement
        self._compiled: dict[tuple[str, frozenset[str]], Compiled] = {}

    def bound(self, dialect: Dialect, parameters: Parameters) -> tuple[Compiled, Sequence[Any]]:
        """Compiled for these parameters, and each set of them as the driver takes it: one for each time that it runs,
        at least one. `dialect` is that of an engine that has connected."""
        each = (parameters or {},) if parameters is None or isinstance(parameters, Mapping) else parameters
        names = frozenset(each[0])
        found = self._compiled.get((dialect.name, names))
        if found is None:
            found = self._compiled[dialect.name, names] = _compile(self.statement, dialect, names)
        return found, [found.bind(one) for one in each]


def _compile(
    statement: sa.Select[Any] | sa.Insert | sa.Update | sa.Delete, dialect: Dialect, names: frozenset[str]
) -> Compiled:
    columns = None if isinstance(statement, sa.Select | sa.Delete) else sorted(names)
    made = statement.compile(dialect=dialect, column_keys=columns)
    assert isinstance(made, SQLCompiler)
    if made.post_compile_params or made.literal_execute_params:
        raise TypeError(f"the SQL of this statement depends on its values: {made}")
    order = made.positiontup if made.positional else made.binds
    shown = statement.exported_columns
    loads = [column.type.dialect_impl(dialect).result_processor(dialect, None) for column in shown]
    return Compiled(
        sql=made.string,
        slots=tuple(_slot(made.binds[name], name, dialect) for name in order or ()),
        is_positional=made.positional,
        keys=SimpleResultMetaData([str(name) for name, _ in shown.items()]),
        processes=tuple((index, load) for index, load in enumerate(loads) if load is not None),
    )


def _slot(parameter: sa.BindParameter[Any], name: str, dialect: Dialect) -> _Slot:
    process = parameter.type.dialect_impl(dialect).bind_processor(dialect)
    return _Slot(name, process, parameter.required, parameter.effective_value)


def wrapped(error: Exception, base: type[Exception], dialect: Dialect, sql: str) -> BaseException:
    """A driver's error as SQLAlchemy would raise it; the values are left out, for some are secrets."""
    return DBAPIError.instance(sql, None, error, base, hide_parameters=True, dialect=dialect)
