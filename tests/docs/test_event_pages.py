"""Every type of event has a page with an example, and the example is what a server writes today."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from publicist.api.event_spec import EXAMPLES_FILE, examples
from publicist.domain.events import EVENT_TYPES
from publicist.preflight.render import slug
from tests.support.event_runs import run
from tests.support.normal import normal
from tests.support.served import Served

ROOT = Path(__file__).parent.parent.parent
PAGES = ROOT / "docs" / "reference" / "events"
AGAIN = "./dev run python -m tests.support.event_runs, then ./dev docs"


@pytest.fixture(scope="module")
def today(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What a run writes now."""
    return run(tmp_path_factory.mktemp("events"))


def test_every_type_has_an_example_and_a_page_with_it() -> None:
    assert list(examples()) == list(EVENT_TYPES), f"record them: {AGAIN}"
    for kind in EVENT_TYPES:
        page = (PAGES / f"{slug(kind)}.md").read_text()
        assert json.loads(page.split("```json\n")[1].split("```")[0]) == examples()[kind]
        assert EVENT_TYPES[kind] in page
    assert all(f"]({slug(kind)}.md)" in (PAGES / "README.md").read_text() for kind in EVENT_TYPES)


def members(value: Any, at: str = "") -> Iterator[str]:
    """The path of every member, and what kind of value it has."""
    yield f"{at}: {type(value).__name__}"
    if isinstance(value, dict):
        for name, member in value.items():
            yield from members(member, f"{at}/{name}")
    for index, item in enumerate(value if isinstance(value, list) else []):
        yield from members(item, f"{at}/{index}")


@pytest.mark.parametrize("kind", EVENT_TYPES)
def test_the_example_has_the_members_that_are_written_today(today: dict[str, Any], kind: str) -> None:
    assert list(members(examples()[kind])) == list(members(today[kind])), f"record it again: {AGAIN}"


def test_the_whole_file_is_what_a_run_writes_today(today: dict[str, Any]) -> None:
    assert json.loads(EXAMPLES_FILE.read_text()) == today, f"record it again: {AGAIN}"


def test_the_page_says_what_every_field_of_the_example_is() -> None:
    for kind, event in examples().items():
        page = (PAGES / f"{slug(kind)}.md").read_text()
        rows = re.findall(r"^\| `([A-Za-z.]+)` \| [^|]+ \| (?:yes)? \| (.*) \|$", page, re.M)
        told = {name: words.strip() for name, words in rows}
        assert set(event["data"]) <= set(told), kind
        assert [name for name, words in told.items() if not words] == [], kind
    assert "hold.until" in (PAGES / "post-held.md").read_text()


def test_pages_are_served(served: Served) -> None:
    for kind in EVENT_TYPES:
        for path, type_ in ((slug(kind), "text/html"), (f"{slug(kind)}.md", "text/markdown")):
            reply = served.http.get(f"{served.url}/docs/events/{path}")
            assert (reply.status_code, reply.headers["content-type"].split(";")[0]) == (200, type_)
            assert kind in reply.text
        assert f'href="/docs/events/{slug(kind)}"' in served.http.get(f"{served.url}/docs/events").text
    assert served.http.get(f"{served.url}/docs/events/post-vanished").status_code == 404


def test_recorded_values_are_the_same_in_every_run() -> None:
    one, other = "01a20ab5-97d8-715a-8720-a943e4945e30", "01a20ab5-1111-715a-8720-123456789012"
    event = {
        "createdAt": "2026-11-27T15:00:00.000Z",
        "id": one,
        "data": {"id": other, "again": one, "cid": "112130216863063_1121302168", "until": "2026-12-04T15:00:00.200Z"},
        "error": {"fbtrace_id": "x", "message": "at http://127.0.0.1:41 in 10 days"},
    }
    assert normal({"a": event}, {})["a"] == {
        "createdAt": "2030-01-01T09:00:00.000Z",
        "id": "01a20ab5-97d8-715a-8720-000000000001",
        "data": {
            "id": "01a20ab5-97d8-715a-8720-000000000002",
            "again": "01a20ab5-97d8-715a-8720-000000000001",
            "cid": "178900000000003_178900000000004",
            "until": "2030-01-08T09:00:00.000Z",
        },
        "error": {"fbtrace_id": "AbCdEfGhIjKlMnOpQrStUvW", "message": "at https://example.com in 10 days"},
    }
