"""Domain dataclasses to rows and back; columns and fields share their names."""

from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from functools import cache
from typing import Any, TypeVar

import sqlalchemy as sa

T = TypeVar("T")


def its(column: sa.Column[Any]) -> sa.BindParameter[Any]:
    """A value given when the statement runs, as `its_<column>`: building a statement costs more than running it."""
    return sa.bindparam(f"its_{column.name}", type_=column.type)


def same(*columns: sa.Column[Any]) -> sa.ColumnElement[bool]:
    """Each column has the value that is given as `its_<column>`."""
    return sa.and_(*(column == its(column) for column in columns))


def from_row(cls: type[T], row: sa.RowMapping | Mapping[str, Any], **converted: Any) -> T:
    """Build `cls` from the columns of the same names; `converted` overrides some of them."""
    return cls(**{name: row[name] for name in _names(cls) if name not in converted}, **converted)  # type: ignore[arg-type]


def to_row(value: Any) -> dict[str, Any]:
    """The fields of a dataclass as column values; nested dataclasses and tuples become plain JSON."""
    return {name: _plain(getattr(value, name)) for name in _names(type(value))}  # type: ignore[arg-type]


@cache
def _names(cls: type[Any]) -> tuple[str, ...]:
    return tuple(field.name for field in fields(cls))


def _plain(value: Any) -> Any:
    if value is None or isinstance(value, str):
        return value
    if is_dataclass(value) and not isinstance(value, type):
        return to_row(value)
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    if isinstance(value, Mapping):
        return dict(value)
    return value
