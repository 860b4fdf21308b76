"""Pages for people: the landing page, and the docs that error messages point to."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.responses import FileResponse, HTMLResponse, JSONResponse
from jinja2 import Environment, FileSystemLoader
from markdown_it import MarkdownIt
from markupsafe import Markup

from publicist import __version__
from publicist.api import event_pages, handbook
from publicist.api.deps import App
from publicist.domain.events import EVENT_TYPES
from publicist.kit.errors import ERRORS, NotFound
from publicist.preflight import render
from publicist.services.application import Application
from publicist.services.rules import entries

router = APIRouter()

_HERE = Path(__file__).parent
_templates = Environment(loader=FileSystemLoader(_HERE / "templates"), autoescape=True)
_markdown = MarkdownIt("commonmark", {"html": False}).enable("table")


def html(markdown: str, title: str, status: int = 200) -> HTMLResponse:
    """A page; links between Markdown files become links between pages."""
    body = Markup(_markdown.render(markdown).replace('.md">', '">'))  # noqa: S704 - raw HTML is off in the renderer
    return HTMLResponse(
        _templates.get_template("page.html").render(title=title, body=body, version=__version__), status
    )


@router.get("/")
async def landing(app: App, request: Request) -> Response:
    """What this server is: JSON for programs, a page for browsers."""
    base = app.docs_base
    if "text/html" in request.headers.get("accept", ""):
        return html(_landing(app), "Publishing API")
    return JSONResponse(
        {
            "name": "publicist",
            "version": "v1",
            "status": "ok",
            "documentation": {
                "home": f"{base}/docs",
                "openapi": f"{base}/openapi.json",
                "reference": f"{base}/docs/api",
                "llms": f"{base}/llms.txt",
            },
            "endpoints": {name: f"{base}/v1/{name}" for name in ("posts", "media", "accounts")},
            "authentication": {"type": "bearer", "format": "lmp_live_... or lmp_test_..."},
        }
    )


def _landing(app: Application) -> str:
    base = app.docs_base
    return f"""# Publicist

Publishing API for Facebook Pages and Instagram Business. It is running.

- [API reference](/docs/api) and [OpenAPI](/openapi.json)
- [Rules](/docs/preflight): what is refused before Meta sees it
- [Errors](/docs/errors): every code, and how to react; [Meta's errors](/docs/meta-errors), and what they mean
- [The simulated Meta](/sandbox/meta/): the feeds that test keys publish to

Try it with your test key:

```sh
export KEY=lmp_test_...
curl -s {base}/v1/accounts -H "Authorization: Bearer $KEY"
curl -s {base}/v1/media -H "Authorization: Bearer $KEY" -F file=@photo.jpg
curl -s {base}/v1/posts -H "Authorization: Bearer $KEY" -H 'Content-Type: application/json' \\
  -d '{{"targets": [{{"platform": "facebook", "accountId": "..."}}], "text": "hello"}}'
```
"""


@router.get("/llms.txt")
async def llms(app: App) -> Response:
    """The docs, listed for programs that read."""
    return _markdown_of(handbook.llms(app.docs_base))


@router.get("/llms-full.txt")
async def llms_full(request: Request) -> Response:
    """The docs in one file."""
    return _markdown_of(handbook.everything(request.app.openapi()))


@router.get("/docs/{name:path}.md")
async def docs_markdown(request: Request, name: str) -> Response:
    """Any page as Markdown."""
    found = handbook.page(name, request.app.openapi())
    if found is None:
        raise NotFound(f"There is no page {name}.md.", remediation="/llms.txt lists the pages.")
    return _markdown_of(found)


def _markdown_of(text: str) -> Response:
    return Response(text, media_type="text/markdown")


@router.get("/docs")
async def docs_index() -> HTMLResponse:
    """What the docs of this server hold."""
    listed = [f"- [{page.title}](/docs/{page.name}): {page.about}" for page in handbook.PAGES]
    more = "Rules as JSON: [/v1/rules](/v1/rules). For programs that read: [/llms.txt](/llms.txt)."
    return html("\n\n".join(["# Publicist docs", "\n".join(listed), more]), "Docs")


@router.get("/docs/preflight/{slug:path}")
async def docs_rule(slug: str) -> HTMLResponse:
    """One rule; a rule that names a field of the request has a page that says so."""
    entry = next((entry for entry in entries() if render.slug(entry.id) == slug.lower()), None)
    if entry is not None:
        return html(render.rule_page(entry), entry.id)
    words = (
        f"# {plain(slug)}\n\nThis rule names a part of the request (dots are written as dashes here): the error's "
        "`message` says what is wrong with it, and the [API reference](/docs/api) says what it takes.\n"
    )
    return html(words, "Request rule")


@router.get("/docs/errors/{code}")
async def docs_error(code: str) -> HTMLResponse:
    """One error code."""
    error = next((error for error in ERRORS if error.code == code), None)
    if error is None:
        return html("# There is no such error\n\n[All errors](/docs/errors).\n", "Unknown error", 404)
    return html(render.error_page(error), code)


@router.get("/docs/events/{slug}")
async def docs_event(slug: str) -> HTMLResponse:
    """One type of event."""
    kind = next((kind for kind in EVENT_TYPES if render.slug(kind) == slug), None)
    if kind is None:
        return html("# There is no such event\n\n[All events](/docs/events).\n", "Unknown event", 404)
    return html(event_pages.page(kind), kind)


@router.get("/docs/static/style.css")
async def style() -> FileResponse:
    """The one stylesheet."""
    return FileResponse(_HERE / "static" / "style.css", media_type="text/css")


@router.get("/docs/{name}")
async def docs_page(request: Request, name: str) -> HTMLResponse:
    """One of the pages of the handbook."""
    found = next((page for page in handbook.PAGES if page.name == name), None)
    if found is None:
        return html("# There is no such page\n\n[All pages](/docs).\n", "Unknown page", 404)
    return html(found.text(request.app.openapi()), found.title)


@router.get("/connected")
async def connected(request: Request) -> HTMLResponse:
    """Where a browser lands after a consent, unless the caller named a page of its own."""
    query = request.query_params
    if "connect_error" in query:
        return html(_not_connected(query.get), "Not connected", 400)
    names = [f"- {plain(line)}" for line in query.get("names", "").splitlines()]
    missing = query.get("missing", "")
    if query.get("accounts") == "0":
        chosen_later = "# Consent granted\n\nNothing is connected yet: `GET /v1/grants` lists what can be chosen."
        return html(chosen_later, "Consent granted")
    words = ["# Connected", f"{plain(query.get('accounts', '0'))} accounts can be posted to now:", "\n".join(names)]
    if missing:
        words.append(f"Not granted: {plain(missing)}. Connect again and allow them to post everywhere.")
    words.append("You can close this page. `GET /v1/accounts` lists the accounts.")
    return html("\n\n".join(words), "Connected")


def _not_connected(get: Callable[[str], Any]) -> str:
    parts = [
        "# Not connected",
        plain(get("connect_message") or get("connect_error")),
        plain(get("connect_remediation")),
    ]
    return "\n\n".join(part for part in parts if part)


def plain(text: str | None) -> str:
    """User-controlled words, with everything that Markdown would act on made harmless."""
    return "".join(f"\\{char}" if char in r"\`*_{}[]()#+-.!|<>&" else char for char in text or "")
