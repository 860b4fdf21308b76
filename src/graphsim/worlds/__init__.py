"""Worlds: who lives in a simulator, from a JSON file that ships with it or from one of your own."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from importlib import resources
from pathlib import Path
from typing import Any, TypeVar

from graphsim.instagram.models import InstagramAccount
from graphsim.oauth.models import Business, User
from graphsim.pages.models import ALL_TASKS, Page

T = TypeVar("T")


class WorldError(ValueError):
    """A world that cannot be read; the message names the place."""


@dataclass(frozen=True, slots=True)
class World:
    """People, portfolios, Pages and the Instagram accounts linked to them."""

    users: list[User]
    businesses: list[Business]
    pages: list[Page]
    instagram: list[InstagramAccount]


def names() -> list[str]:
    """The worlds that ship with the simulator."""
    return sorted(
        entry.name[:-5] for entry in resources.files("graphsim.worlds").iterdir() if entry.name.endswith(".json")
    )


def read_world(name: str) -> World:
    """A named world, or one from a JSON file. Raises WorldError."""
    path = Path(name)
    if path.suffix == ".json" and path.exists():
        return parse_world(json.loads(path.read_text()))
    if name not in names():
        raise WorldError(f"there is no world {name!r}; there are {', '.join(names())}, or a path that ends in .json")
    return parse_world(json.loads((resources.files("graphsim.worlds") / f"{name}.json").read_text()))


def parse_world(body: Mapping[str, Any]) -> World:
    """A world from its JSON form; unknown members are refused. Raises WorldError."""
    if not isinstance(body, Mapping) or not isinstance(body.get("users"), list):
        raise WorldError("a world is an object with users, pages and, if there are any, businesses")
    _only(body, {"users", "businesses", "pages", "about"}, "the world")
    users = [_record(User, user, f"users/{index}") for index, user in enumerate(body["users"])]
    businesses = [_record(Business, one, f"businesses/{i}") for i, one in enumerate(body.get("businesses", []))]
    everyone = {user.id: list(ALL_TASKS) for user in users}
    pages: list[Page] = []
    accounts: list[InstagramAccount] = []
    for index, page in enumerate(body.get("pages", [])):
        pages.append(_page(page, everyone, f"pages/{index}"))
        accounts.extend(_account(page, f"pages/{index}/instagram"))
    return World(users, businesses, pages, accounts)


def _page(body: Mapping[str, Any], everyone: Mapping[str, list[str]], where: str) -> Page:
    """`tasks` are those of its `users` (everybody); `roles` maps users to tasks instead."""
    own = {name: value for name, value in body.items() if name not in ("instagram", "tasks", "roles", "users")}
    people = {user: all for user, all in everyone.items() if user in body.get("users", everyone)}
    tasks = body.get("tasks")
    roles = body.get("roles") or {user: tasks if tasks is not None else all for user, all in people.items()}
    linked = body.get("instagram") or {}
    defaults = {"username": "", "category": "Local business", "about": ""}
    return _record(Page, {**defaults, **own, "instagram_id": linked.get("id"), "roles": roles}, where)


def _account(page: Mapping[str, Any], where: str) -> Iterator[InstagramAccount]:
    linked = page.get("instagram")
    if linked:
        own = {name: value for name, value in linked.items() if name != "about"}
        biography = linked.get("about", page.get("about", ""))
        yield _record(
            InstagramAccount, {"name": page["name"], **own, "biography": biography, "page_id": page["id"]}, where
        )


def _record(kind: type[T], body: Mapping[str, Any], where: str) -> T:
    _only(body, {field.name for field in fields(kind)}, where)  # type: ignore[arg-type]
    try:
        return kind(**body)
    except (TypeError, ValueError) as error:
        raise WorldError(f"{where}: {error}") from None


def _only(body: Mapping[str, Any], known: set[str], where: str) -> None:
    for name in body:
        if name not in known:
            raise WorldError(f"{where}: unknown member {name!r}; known are {', '.join(sorted(known))}")
