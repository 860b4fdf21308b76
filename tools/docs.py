"""Write docs/reference, settings.example.env and the packaged rules.json and guides.md; `--check` compares."""

import asyncio
import json
import re
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path

from publicist.api import event_pages, handbook, known_errors, rules
from publicist.api.app import create_app
from publicist.api.reference import render_api
from publicist.bootstrap import open_application
from publicist.domain.events import EVENT_TYPES
from publicist.kit.errors import ERRORS
from publicist.kit.settings import Settings
from publicist.preflight import render
from publicist.services.application import Addresses
from publicist.services.rules import entries

ROOT = Path(__file__).parent.parent
REFERENCE = ROOT / "docs" / "reference"
RULES_FILE = ROOT / "src" / "publicist" / "rules.json"
GUIDES_FILE = ROOT / "src" / "publicist" / handbook.GUIDES
GUIDES = ("tutorial", "howto", "explanation")
_SERVED = {"rules/README": "preflight", "errors/README": "errors", "events/README": "events"}


async def _openapi() -> Mapping[str, object]:
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(data_dir=Path(folder), _env_file=None)
        async with open_application(settings, Addresses("http://127.0.0.1:8484", None, None)) as application:
            return create_app(application).openapi()


def pages() -> dict[Path, str]:
    """Every generated file and what it should hold."""
    spec = asyncio.run(_openapi())
    found = {
        REFERENCE / "rules" / "README.md": render.rules_index(entries()),
        REFERENCE / "errors" / "README.md": render.errors_index(),
        REFERENCE / "events" / "README.md": event_pages.index(),
        REFERENCE / "meta-errors.md": known_errors.markdown(),
        REFERENCE / "settings.md": handbook.settings_page(),
        REFERENCE / "api.md": render_api(spec),
        REFERENCE / "openapi.json": json.dumps(spec, indent=1, ensure_ascii=False) + "\n",
        ROOT / "settings.example.env": _settings_file(),
        RULES_FILE: rules.packaged(),
        GUIDES_FILE: guides(),
    }
    for entry in entries():
        found[REFERENCE / "rules" / f"{render.slug(entry.id)}.md"] = render.rule_page(entry)
    for error in ERRORS:
        found[REFERENCE / "errors" / f"{error.code}.md"] = render.error_page(error)
    for kind in EVENT_TYPES:
        found[REFERENCE / "events" / f"{render.slug(kind)}.md"] = event_pages.page(kind)
    return found


def _settings_file() -> str:
    parts = ["# Every setting of Publicist with its default; copy to .env and change what you need."]
    for name, field in Settings.model_fields.items():
        parts.append(f"\n# {field.description}\n#{handbook.variable(name)}={handbook.default(field)}")
    return "\n".join(parts) + "\n"


def guides() -> str:
    """The guides in one file, with links as the server has them."""
    docs = ROOT / "docs"
    pages = [page for folder in GUIDES for page in sorted((docs / folder).glob("*.md"))]
    return "\n".join(_for_server(page) for page in [*pages, docs / "glossary.md"])


def _for_server(page: Path) -> str:
    """Links to the reference become pages, those between guides a heading of the one file, others what they say."""

    def served(match: re.Match[str]) -> str:
        words, target, anchor = match.groups()
        path = (page.parent / target).resolve()
        if REFERENCE in path.parents:
            name = path.relative_to(REFERENCE).with_suffix("").as_posix()
            return f"[{words}](/docs/{_SERVED.get(name, name.replace('rules/', 'preflight/'))}.md)"
        known = path.suffix == ".md" and (path.parent.name in GUIDES or path.name == "glossary.md")
        return f"[{words}](/docs/guides.md{anchor or ''})" if known else words

    return re.sub(r"\[([^\]]*)\]\((?!https?:|/)([^)#\s]+)(#[^)\s]*)?\)", served, page.read_text())


def main() -> int:
    """Write, or compare and name what is stale."""
    wanted = pages()
    there = {path for path in REFERENCE.rglob("*") if path.is_file()}
    left_over = sorted(there - set(wanted))
    stale = sorted(path for path, text in wanted.items() if not path.exists() or path.read_text() != text)
    if "--check" in sys.argv:
        for path in [*stale, *left_over]:
            print(f"stale: {path.relative_to(ROOT)}")
        return 1 if stale or left_over else 0
    for path in left_over:
        path.unlink()
    for path in stale:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(wanted[path])
    print(f"{len(stale)} files written, {len(left_over)} removed")
    return 0


if __name__ == "__main__":
    sys.exit(main())
