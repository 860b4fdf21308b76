"""The coverage page tells the truth: from the code, with a test for each behaviour."""

import ast
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest

from graphsim.coverage.model import CONFIDENCES, Item, State, sections
from graphsim.nodes import EDGES
from graphsim.wire.params import ALWAYS
from tests.graphsim.conftest import Caller, Site
from tests.support.graphsim import Graphsim

LATER = {"2.10", "2.11", "3.8", "3.11", "7"}
"""Networks and numbers that come later; nothing else may be missing."""
TESTS = Path(__file__).parent
ITEMS = [item for section in sections() for item in section.items]


def test_nothing_is_missing_but_what_comes_later() -> None:
    """`not_yet` is 0 outside Threads, Instagram Login, insights and audio search."""
    assert [item.name for item in ITEMS if item.state is State.NOT_YET and item.section not in LATER] == []
    assert all(item.note != "missing" for item in ITEMS)
    assert {item.confidence for item in ITEMS} <= set(CONFIDENCES)


def test_every_behaviour_has_its_test() -> None:
    """The named test is there, and every duty but those of later networks has one."""
    named = {item.proof for item in ITEMS if item.kind == "behaviour"}
    assert named - set(_test_names()) == set()
    duties = {int(item.note.removeprefix("duty ")) for item in ITEMS if item.note.startswith("duty ")}
    assert duties == set(range(1, 25))


def _test_names() -> Iterator[str]:
    for file in TESTS.glob("test_*.py"):
        for node in ast.walk(ast.parse(file.read_text())):
            if isinstance(node, ast.FunctionDef):
                yield node.name


def test_every_edge_and_parameter_of_the_code_is_in_the_reference() -> None:
    """What is simulated beyond the list would be an invention."""
    listed = {item.name for item in ITEMS if item.kind == "edge"}
    extra = {edge for edge in EDGES if edge not in listed}
    assert extra == {"GET /{page}/subscribed_apps"}
    names = {item.name for item in ITEMS if item.kind == "parameter"}
    paging = {"limit", "after", "before", "since", "until"} | ALWAYS
    unlisted = {f"{edge} {name}" for edge, endpoint in EDGES.items() for name in endpoint.params - paging} - names
    assert unlisted == set()


@pytest.mark.parametrize("item", [item for item in ITEMS if item.state is State.REFUSED], ids=lambda item: item.name)
def test_what_is_called_refused_is_refused(
    item: Item, page: tuple[str, Caller], instagram: tuple[str, Caller], published: str
) -> None:
    """Only what Meta itself refuses is called so."""
    edge, _, name = item.name.rpartition(" ")
    objects = {"{page}": page, "{ig-user}": instagram, "{media}": (published, instagram[1])}
    _, node, *rest = edge.split(" ")[1].split("/")
    id, caller = objects[node]
    code, _ = caller.refused("POST", "/".join([id, *rest]), message="x", link="https://example.com/", **{name: "x"})
    assert code == 100


@pytest.fixture
def published(sim: Graphsim, instagram: tuple[str, Caller], site: Site) -> str:
    """A media that people see."""
    id, caller = instagram
    made = caller.done("POST", f"{id}/media", image_url=f"{site.url}/ok.jpg")["id"]
    sim.control("POST", "clock", json={"seconds": 1})
    return str(caller.done("POST", f"{id}/media_publish", creation_id=made)["id"])


def test_the_command_prints_counts_also_for_each_section() -> None:
    """`graphsim coverage --json`."""
    run = [sys.executable, "-m", "graphsim.cli", "coverage"]
    found = json.loads(subprocess.run([*run, "--json"], capture_output=True, text=True, check=True).stdout)
    assert found["total"]["simulated"] > 600
    assert (
        sum(one["not_yet"] for one in found["sections"].values()) == found["total"]["not_yet"] == len(found["not_yet"])
    )
    text = subprocess.run(run, capture_output=True, text=True, check=True).stdout
    assert "Containers" in text


def test_the_page_shows_every_section(sim: Graphsim) -> None:
    """`/coverage`, linked from the start page."""
    page = httpx2.get(f"{sim.url}/coverage").text
    assert all(f"{section.title}" in page.replace("&#39;", "'") for section in sections())
    assert "/coverage" in httpx2.get(f"{sim.url}/").text
