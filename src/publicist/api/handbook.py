"""The docs as Markdown for programs that read: each page, all of them in one file, and `llms.txt`, which lists them."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from importlib import resources
from typing import Any

from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined

from publicist.api import event_pages, known_errors
from publicist.api.reference import render_api
from publicist.domain.events import EVENT_TYPES
from publicist.kit.errors import ERRORS
from publicist.kit.settings import Settings
from publicist.preflight import render
from publicist.services.rules import entries

GUIDES = "guides.md"
"""The guides of docs/ in one file of the package, written by `./dev docs`."""
SUMMARY = (
    "Self-hosted publishing API for Facebook Pages and Instagram Business. A post is published at most once, is never "
    "lost, and never fails without saying exactly why and how to fix it."
)
Spec = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Page:
    """One page; `text` makes its Markdown from the OpenAPI document, `whole` what the one file has in its place."""

    name: str
    title: str
    about: str
    text: Callable[[Spec], str]
    whole: Callable[[Spec], str] | None = None


def guides() -> str:
    """How to do things, and why they are as they are."""
    return resources.files("publicist").joinpath(GUIDES).read_text()


def rules_index() -> str:
    """All rules in a table; their pages are served beside it."""
    return render.rules_index(entries()).replace("](", "](/docs/preflight/")


def errors_index() -> str:
    """All error codes in a table; their pages are served beside it."""
    return render.errors_index().replace("](", "](/docs/errors/")


def events_index() -> str:
    """All types of events in a table; their pages are served beside it."""
    return event_pages.index().replace("](", "](/docs/events/")


def _every_rule(_: Spec) -> str:
    return "\n".join([rules_index(), *(render.rule_page(entry) for entry in render.unique(entries()))])


def _every_error(_: Spec) -> str:
    return "\n".join([errors_index(), *(render.error_page(error) for error in ERRORS)])


def _every_event(_: Spec) -> str:
    return "\n".join([events_index(), *(event_pages.page(kind) for kind in EVENT_TYPES)])


def settings_page() -> str:
    """All settings in a table."""
    rows = [
        f"| `{variable(name)}` | {f'`{default(field)}`' if default(field) else ''} | {field.description} |"
        for name, field in Settings.model_fields.items()
    ]
    words = "Set them in the environment or in a file `.env`. None is needed to start."
    return "\n\n".join(["# Settings", words, "\n".join(["| Variable | Default | |", "|---|---|---|", *rows])]) + "\n"


def variable(name: str) -> str:
    """The environment variable of a setting."""
    return f"PUBLICIST_{name.upper()}"


def default(field: FieldInfo) -> str:
    """The default of a setting as it is written; empty when there is none."""
    if field.default in (None, PydanticUndefined):
        return ""
    return str(field.default).lower() if isinstance(field.default, bool) else str(field.default)


PAGES: Sequence[Page] = (
    Page("guides", "Guides", "First post, media, schedules, webhooks, idempotency, scale", lambda _: guides()),
    Page("api", "API reference", "Every route, with examples", render_api),
    Page("preflight", "Rules", "What Facebook and Instagram would refuse", lambda _: rules_index(), _every_rule),
    Page("errors", "Errors", "Every code, and what to do", lambda _: errors_index(), _every_error),
    Page("meta-errors", "Meta's errors", "What each means, and what it proves", lambda _: known_errors.markdown()),
    Page("events", "Events", "What is recorded when something happens", lambda _: events_index(), _every_event),
    Page("settings", "Settings", "What can be set, and the defaults", lambda _: settings_page()),
)
"""Every page, in the order of reading."""


def page(name: str, spec: Spec) -> str | None:
    """A page, or that of a rule, error or event (`preflight/SLUG`, `errors/CODE`, `events/SLUG`); None if none is."""
    folder, _, one = name.partition("/")
    if folder == "preflight" and one:
        return next((render.rule_page(entry) for entry in entries() if render.slug(entry.id) == one), None)
    if folder == "errors" and one:
        return next((render.error_page(error) for error in ERRORS if error.code == one), None)
    if folder == "events" and one:
        return next((event_pages.page(kind) for kind in EVENT_TYPES if render.slug(kind) == one), None)
    return next((found.text(spec) for found in PAGES if found.name == name), None)


def everything(spec: Spec) -> str:
    """All pages, with every rule, every error and every event."""
    return "\n".join((found.whole or found.text)(spec) for found in PAGES)


def llms(base: str) -> str:
    """The list for programs that read (llmstxt.org)."""
    listed = [f"- [{found.title}]({base}/docs/{found.name}.md): {found.about}" for found in PAGES]
    data = [
        f"- [OpenAPI]({base}/openapi.json): the same as data, with webhooks",
        f"- [Rules as JSON]({base}/v1/rules): every limit, with its source",
        f"- [Meta's errors as JSON]({base}/v1/errors): with what each proves",
        f"- [Versions of Meta's API]({base}/v1/platform-versions): which is called, and until when it is served",
    ]
    whole = f"- [All of it in one file]({base}/llms-full.txt): every page, rule and error"
    words = "Send an API key as `Authorization: Bearer lmp_test_...`; test keys publish to a simulated Meta."
    parts = ["# Publicist", f"> {SUMMARY}", words, "## Docs", "\n".join(listed), "## Data", "\n".join(data)]
    return "\n\n".join([*parts, "## Optional", whole]) + "\n"
