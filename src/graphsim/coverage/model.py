"""The list of what the Graph API has, read from `sections/`, and what of it this code simulates."""

import ast
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from importlib import resources
from typing import Any

from graphsim.auth import ENDINGS
from graphsim.error_table import ERRORS
from graphsim.nodes import EDGES
from graphsim.oauth.dialog import DIALOG_PARAMS
from graphsim.oauth.tokens import EXCHANGE_PARAMS

_FILES = ("login", "instagram", "pages", "graph")
CONFIDENCES = ("doc", "spec", "rec", "prod", "rep", "unconfirmed")
OUTSIDE_THE_TABLE: Mapping[str, frozenset[str]] = {
    "GET www.facebook.com/dialog/oauth": DIALOG_PARAMS,
    "GET /oauth/access_token": EXCHANGE_PARAMS,
    "POST rupload.facebook.com/ig-api-upload/{container}": frozenset(),
    "POST rupload.facebook.com/video-upload/{video}": frozenset(),
    "POST /{upload}": frozenset(),
    "POST /": frozenset({"batch", "include_headers"}),
    "GET /": frozenset({"ids"}),
    "SEND deauthorize": frozenset(),
    "SEND data_deletion": frozenset(),
    "SEND webhook handshake": frozenset(),
    "SEND webhook page": frozenset(),
    "SEND webhook instagram": frozenset(),
}
"""Calls that are answered, or sent, outside the table of edges, and the parameters they take."""


class State(StrEnum):
    """`refused` is only for what Meta itself refuses."""

    SIMULATED = "simulated"
    REFUSED = "refused"
    NOT_YET = "not_yet"


@dataclass(frozen=True, slots=True)
class Item:
    """One thing of the reference: an edge, a parameter, a field, an error or a behaviour."""

    section: str
    kind: str
    name: str
    confidence: str
    state: State
    note: str = ""
    proof: str = ""
    """The test that shows a behaviour."""


@dataclass(frozen=True, slots=True)
class Section:
    """A section of the reference."""

    id: str
    title: str
    source: str
    items: tuple[Item, ...]


@cache
def sections() -> tuple[Section, ...]:
    """All of them, in order."""
    found = []
    for name in _FILES:
        text = (resources.files("graphsim.coverage") / "sections" / f"{name}.toml").read_text()
        found += [_section(body) for body in tomllib.loads(text)["section"]]
    return tuple(sorted(found, key=lambda section: [int(part) for part in section.id.split(".")]))


def _section(body: Mapping[str, Any]) -> Section:
    later = body.get("later", "")
    items: list[Item] = []
    for call in body.get("calls", []):
        items += _call_items(body["id"], call, later)
    items += [_error(body["id"], *row, later=later) for row in body.get("errors", [])]
    facts = body.get("facts", []) + [row for part in body.get("facts_list", []) for row in part["facts"]]
    items += [_fact(body["id"], *row) for row in facts]
    return Section(body["id"], body["title"], body["source"], tuple(items))


def _call_items(section: str, call: Mapping[str, Any], later: str) -> Iterator[Item]:
    edge = call["call"]
    known = edge in EDGES or edge in OUTSIDE_THE_TABLE
    yield _item(section, "edge", edge, call["confidence"], known, later)
    params = EDGES[edge].params if edge in EDGES else OUTSIDE_THE_TABLE.get(edge, frozenset())
    for confidence, names in call.get("params", {}).items():
        for name in names.split():
            yield _item(section, "parameter", f"{edge} {name}", confidence, name in params, later)
    for name, reason in call.get("refused", {}).items():
        yield Item(section, "parameter", f"{edge} {name}", "doc", State.REFUSED, reason)
    fields = EDGES[edge].fields if edge in EDGES else {}
    for confidence, names in call.get("fields", {}).items():
        for name in names.split():
            yield _item(section, "field", f"{edge} {name}", confidence, name in fields, later)


def _item(section: str, kind: str, name: str, confidence: str, simulated: bool, later: str) -> Item:
    if simulated:
        return Item(section, kind, name, confidence, State.SIMULATED)
    return Item(section, kind, name, confidence, State.NOT_YET, later or "missing")


def _error(section: str, code: int, subcode: int, confidence: str, meaning: str, *, later: str = "") -> Item:
    pair = (code, subcode or None)
    name = f"{code}/{subcode}" if subcode else str(code)
    if pair in raised():
        return Item(section, "error", name, confidence, State.SIMULATED, f"{meaning}; by behaviour or fault")
    if pair in ERRORS:
        return Item(section, "error", name, confidence, State.SIMULATED, f"{meaning}; by fault")
    return Item(section, "error", name, confidence, State.NOT_YET, later or "missing")


def _fact(section: str, name: str, confidence: str, duty: int, proof: str) -> Item:
    note = f"duty {duty}" if duty else ""
    return Item(section, "behaviour", name, confidence, State.SIMULATED, note, proof)


@cache
def raised() -> frozenset[tuple[int, int | None]]:
    """Codes and subcodes that the simulator's own behaviour raises, read from its source."""
    found: set[tuple[int, int | None]] = {(190, subcode) for subcode in ENDINGS} | {(100, 33)}
    for file in _sources(resources.files("graphsim")):
        tree = ast.parse(file)
        names = _constants(tree)
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
                found |= _pair(node, node.func.id, names)
        found |= {(100, number) for number in _video_numbers(tree)}
    return frozenset(found)


def _sources(folder: Any) -> Iterator[str]:
    for entry in folder.iterdir():
        if entry.is_dir():
            yield from _sources(entry)
        elif entry.name.endswith(".py"):
            yield entry.read_text()


def _constants(tree: ast.Module) -> dict[str, int]:
    return {
        target.id: node.value.value
        for node in tree.body
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, int)
        for target in node.targets
        if isinstance(target, ast.Name)
    }


def _number(node: ast.expr | None, names: Mapping[str, int]) -> int | None:
    if isinstance(node, ast.Name):
        return names.get(node.id)
    try:
        value = ast.literal_eval(node) if node is not None else None
    except ValueError:
        return None
    return value if isinstance(value, int) else None


def _pair(call: ast.Call, name: str, names: Mapping[str, int]) -> set[tuple[int, int | None]]:
    if name == "invalid":
        return {(100, _number(call.args[1], names) if len(call.args) > 1 else None)}
    if name != "GraphError" or not call.args:
        return set()
    code = _number(call.args[0], names)
    subcode = next((_number(keyword.value, names) for keyword in call.keywords if keyword.arg == "subcode"), None)
    return {(code, subcode)} if code is not None else set()


def _video_numbers(tree: ast.Module) -> set[int]:
    """Seven-digit numbers that end in a container's status."""
    return {
        node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, int) and 2_207_000 <= node.value < 2_208_000
    }
