"""Looking into JSON columns inside the database, in the words of SQLite and of PostgreSQL."""

from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement


class JsonItems(FunctionElement[Any]):
    """The items of a JSON array as rows with one column, `value`; takes the array."""

    name = "json_items"
    inherit_cache = True


class JsonText(FunctionElement[str]):
    """A member of a JSON object as text; takes the object and the member's name, which is a literal."""

    name = "json_text"
    type = sa.Text()
    inherit_cache = True


@compiles(JsonItems, "sqlite")
def _items_sqlite(element: JsonItems, compiler: Any, **options: Any) -> str:
    return f"json_each({compiler.process(element.clauses, **options)})"


@compiles(JsonItems, "postgresql")
def _items_postgresql(element: JsonItems, compiler: Any, **options: Any) -> str:
    return f"jsonb_array_elements({compiler.process(element.clauses, **options)})"


@compiles(JsonText, "sqlite")
def _text_sqlite(element: JsonText, compiler: Any, **options: Any) -> str:
    value, name = element.clauses
    return f"json_extract({compiler.process(value, **options)}, '$.' || {compiler.process(name, **options)})"


@compiles(JsonText, "postgresql")
def _text_postgresql(element: JsonText, compiler: Any, **options: Any) -> str:
    value, name = element.clauses
    return f"({compiler.process(value, **options)} ->> {compiler.process(name, **options)})"
