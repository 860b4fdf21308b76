"""The table of Graph versions, and hearing which one answered."""

import re
from itertools import pairwise

import pytest

from graphsim.settings import NEWEST_VERSION, OLDEST_USABLE_VERSION
from publicist.domain.platform import Request
from publicist.domain.platform_versions import VersionState
from publicist.kit.settings import Settings
from publicist.meta.graph import ask
from publicist.meta.platform_versions import GRAPH_VERSIONS
from tests.support.rows import NOW
from tests.unit.meta.scripted import reply, scripted_meta, upstream_to

READ = Request("GET", "graph", "1")


def test_each_version_ends_after_its_successor_was_released_by_two_years() -> None:
    listed = GRAPH_VERSIONS.versions
    assert all(re.fullmatch(r"v\d+\.0", version.name) for version in listed)
    assert [version.name for version in listed if version.sunset_on is None] == [listed[0].name]
    for newer, older in pairwise(listed):
        assert newer.released_on is not None
        assert older.released_on is not None
        assert older.sunset_on is not None
        assert newer.released_on > older.released_on
        # Meta's own list is some days off its rule.
        assert abs((older.sunset_on - newer.released_on).days - 730) <= 10


def test_the_default_is_served_and_the_simulator_has_the_same_table() -> None:
    by_state = {version.name: GRAPH_VERSIONS.state(version, NOW) for version in GRAPH_VERSIONS.versions}
    assert by_state[Settings.model_fields["meta_graph_version"].default] == VersionState.CURRENT
    served = [name for name, state in by_state.items() if state is not VersionState.SUNSET]
    assert (served[0], served[-1]) == (NEWEST_VERSION, OLDEST_USABLE_VERSION)


@pytest.mark.parametrize(
    ("header", "heard"),
    [("v25.0", "v25.0"), ("v26.0", "v26.0"), ("", None), ("25", None), ("v25.0 <b>", None), ("v1234.0", None)],
)
@pytest.mark.parametrize("status", [200, 400])
async def test_the_version_that_answered_is_heard(header: str, heard: str | None, status: int) -> None:
    answer = reply({"id": "1"}, status, headers={"facebook-api-version": header})
    async with scripted_meta(answer) as meta, upstream_to(meta.url) as upstream:
        await ask(READ, upstream, "")
        assert upstream.last_served.version == heard


async def test_an_answer_that_does_not_tell_changes_nothing() -> None:
    told = reply({"id": "1"}, headers={"facebook-api-version": "v26.0"})
    async with scripted_meta(told, reply({"id": "1"})) as meta, upstream_to(meta.url) as upstream:
        await ask(READ, upstream, "")
        await ask(READ, upstream, "")
        assert upstream.last_served.version == "v26.0"
