"""Write the references under docs/reference, settings.example.env and the packaged rules.json; `--check` compares."""

import asyncio
import json
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path

from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined

from publicist.api import known_errors, rules
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
        REFERENCE / "events.md": render.events_page(EVENT_TYPES),
        REFERENCE / "meta-errors.md": known_errors.markdown(),
        REFERENCE / "settings.md": _settings_page(),
        REFERENCE / "api.md": render_api(spec),
        REFERENCE / "openapi.json": json.dumps(spec, indent=1, ensure_ascii=False) + "\n",
        ROOT / "settings.example.env": _settings_file(),
        RULES_FILE: rules.packaged(),
    }
    for entry in entries():
        found[REFERENCE / "rules" / f"{render.slug(entry.id)}.md"] = render.rule_page(entry)
    for error in ERRORS:
        found[REFERENCE / "errors" / f"{error.code}.md"] = render.error_page(error)
    return found


def _settings_page() -> str:
    rows = [
        f"| `{_variable(name)}` | {f'`{_default(field)}`' if _default(field) else ''} | {field.description} |"
        for name, field in Settings.model_fields.items()
    ]
    words = "Set them in the environment or in a file `.env`. None is needed to start."
    return "\n\n".join(["# Settings", words, "\n".join(["| Variable | Default | |", "|---|---|---|", *rows])]) + "\n"


def _settings_file() -> str:
    parts = ["# Every setting of Publicist with its default; copy to .env and change what you need."]
    for name, field in Settings.model_fields.items():
        parts.append(f"\n# {field.description}\n#{_variable(name)}={_default(field)}")
    return "\n".join(parts) + "\n"


def _variable(name: str) -> str:
    return f"PUBLICIST_{name.upper()}"


def _default(field: FieldInfo) -> str:
    if field.default in (None, PydanticUndefined):
        return ""
    return str(field.default).lower() if isinstance(field.default, bool) else str(field.default)


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
