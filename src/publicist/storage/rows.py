"""Domain dataclasses to rows and back; columns and fields share their names."""

from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from typing import Any, TypeVar

import sqlalchemy as sa

T = TypeVar("T")


def from_row(cls: type[T], row: sa.RowMapping | Mapping[str, Any], **converted: Any) -> T:
    """Build `cls` from the columns of the same names; `converted` overrides some of them."""
    names = [field.name for field in fields(cls) if field.name not in converted]  # type: ignore[arg-type]
    return cls(**{name: row[name] for name in names}, **converted)


def to_row(value: Any) -> dict[str, Any]:
    """The fields of a dataclass as column values; nested dataclasses and tuples become plain JSON."""
    return {field.name: _plain(getattr(value, field.name)) for field in fields(value)}


def _plain(value: Any) -> Any:
    if is_dataclass(value) and not isinstance(value, type):
        return to_row(value)
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    if isinstance(value, Mapping):
        return dict(value)
    return value
