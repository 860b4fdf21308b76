"""Discovery: every Page over all result pages, with its linked Instagram account."""

from types import ModuleType
from typing import Any

import pytest

from publicist.domain.accounts import DiscoveredAccount
from publicist.kit.errors import PlatformAuthFailed, PlatformUnavailable, RateLimited
from publicist.meta.discovery import Reach, SeenPage
from publicist.meta.pages import InstagramFacts, PageFacts, list_pages, read_page
from publicist.platforms.facebook import connect as facebook
from publicist.platforms.instagram import connect as instagram
from tests.unit.meta.scripted import RESET, Reply, graph_error, reply, scripted_meta, upstream_to

USER = "EAAuser-token"
TASKS = ["ANALYZE", "CREATE_CONTENT", "MANAGE"]


def page(number: int, *, linked: dict[str, Any] | None = None, **changes: object) -> dict[str, Any]:
    """One entry of me/accounts."""
    entry = {"id": str(112130216863063000 + number), "name": f"Page {number}", "access_token": f"EAApage{number}"}
    return entry | {"tasks": TASKS} | ({"instagram_business_account": linked} if linked else {}) | changes


def listing(*pages: dict[str, Any], after: str | None = None) -> Reply:
    """A result page; with `after`, another one follows."""
    more = {"next": f"http://127.0.0.1:1/v25.0/me/accounts?access_token={USER}&after={after}"} if after else {}
    return reply({"data": list(pages), "paging": {"cursors": {"before": "b", "after": after or "last"}, **more}})


# A read whose connection breaks is sent once more by the HTTP client itself, hence two resets.


async def discovered(answers: list[Reply]) -> tuple[list[PageFacts], list[dict[str, str]]]:
    """The Pages, and the queries that were sent."""
    async with scripted_meta(*answers) as meta, upstream_to(meta.url) as upstream:
        pages = await list_pages(upstream, USER)
        assert meta.replies == []
        assert {request.path for request in meta.requests} == {"/graph.facebook.com/v25.0/me/accounts"}
        assert {request.headers["authorization"] for request in meta.requests} == {f"Bearer {USER}"}
        return pages, [request.query for request in meta.requests]


async def test_one_result_page() -> None:
    linked = {"id": "17841406338772941", "username": "bluecup", "name": "Blue Cup"}
    pages, queries = await discovered([listing(page(1, linked=linked), page(2, tasks=["ANALYZE"]))])
    assert pages == [
        PageFacts(
            "112130216863063001",
            "Page 1",
            "EAApage1",
            tuple(TASKS),
            InstagramFacts("17841406338772941", "bluecup", "Blue Cup"),
        ),
        PageFacts("112130216863063002", "Page 2", "EAApage2", ("ANALYZE",), None),
    ]
    assert "EAApage1" not in repr(pages)
    assert queries[0]["fields"] == (
        "id,name,access_token,tasks,instagram_business_account{id,username,name},"
        "connected_instagram_account{id,username}"
    )
    assert queries[0]["limit"] == "100"


async def test_all_result_pages_by_cursor_even_short_and_empty_ones() -> None:
    pages, queries = await discovered(
        [listing(page(1), after="c1"), listing(after="c2"), listing(page(2), page(1, name="again"))]
    )
    assert [found.name for found in pages] == ["again", "Page 2"]
    assert [query.get("after") for query in queries] == [None, "c1", "c2"]


async def test_a_cursor_that_comes_back_ends_the_listing() -> None:
    pages, _ = await discovered([listing(page(1), after="c1"), listing(page(2), after="c1")])
    assert len(pages) == 2


@pytest.mark.parametrize("body", [{"data": []}, {}])
async def test_no_pages(body: dict[str, Any]) -> None:
    assert (await discovered([reply(body)]))[0] == []


@pytest.mark.parametrize("code", [10, 200])
async def test_a_declined_pages_show_list_is_no_pages(code: int) -> None:
    assert (await discovered([reply(graph_error(code), 403)]))[0] == []


async def test_a_page_without_token_tasks_or_name_is_still_listed() -> None:
    pages, _ = await discovered([reply({"data": [{"id": "7"}]})])
    assert pages == [PageFacts("7", None, "", (), None)]


@pytest.mark.parametrize(
    ("answers", "error"),
    [
        ([reply(graph_error(190, 463), 400)], PlatformAuthFailed),
        ([reply(graph_error(17), 400)], RateLimited),
        ([reply(b"<html>", 502)], PlatformUnavailable),
        ([RESET, RESET], PlatformUnavailable),
        ([listing(page(1), after="c1"), reply(graph_error(10), 403)], PlatformAuthFailed),
    ],
)
async def test_a_listing_that_fails_anywhere_is_not_half_a_listing(
    answers: list[Reply], error: type[Exception]
) -> None:
    with pytest.raises(error):
        await discovered(answers)


def reach(*pages: dict[str, Any]) -> Reach:
    """What a consent to everything reaches."""
    granted = frozenset(facebook.SCOPES)
    return Reach(granted, tuple(SeenPage(read_page(one)) for one in pages))


async def stored(platform: ModuleType, *pages: dict[str, Any]) -> list[DiscoveredAccount]:
    """The accounts that a platform makes of these Pages."""
    async with upstream_to("http://127.0.0.1:1") as upstream:
        found = await platform.discover(upstream, reach(*pages))
    return [one.account for one in found if one.account is not None]


async def test_a_facebook_account_for_each_page() -> None:
    linked = {"id": "17841406338772941", "username": "bluecup"}
    first, second = await stored(facebook, page(1, linked=linked), page(2))
    assert first == DiscoveredAccount(
        platform="facebook",
        platform_account_id="112130216863063001",
        display_name="Page 1",
        token="EAApage1",
        token_expires_at=None,
        metadata={
            "kind": "page",
            "pageTasks": TASKS,
            "igLinked": True,
            "igBusinessAccountId": "17841406338772941",
        },
    )
    assert second.metadata == {"kind": "page", "pageTasks": TASKS, "igLinked": False}


async def test_an_instagram_account_for_each_linked_one() -> None:
    linked = {"id": "17841406338772941", "username": "bluecup", "name": "Blue Cup"}
    assert await stored(instagram, page(1, linked=linked), page(2)) == [
        DiscoveredAccount(
            platform="instagram",
            platform_account_id="17841406338772941",
            display_name="bluecup",
            token="EAApage1",
            token_expires_at=None,
            metadata={"kind": "instagram", "pageId": "112130216863063001", "username": "bluecup"},
        ),
    ]


async def test_no_instagram_account_when_its_permission_was_declined() -> None:
    assert await stored(instagram, page(1), page(2)) == []


@pytest.mark.parametrize(
    ("answers", "display_name", "username"),
    [
        ([reply({"id": "178", "username": "bluecup", "name": "Blue Cup"})], "bluecup", "bluecup"),
        ([reply({"id": "178", "name": "Blue Cup"})], "Blue Cup", None),
        ([reply({"id": "178"})], None, None),
        ([reply(graph_error(100, 33), 400)], None, None),
        ([RESET, RESET], None, None),
    ],
)
async def test_a_missing_username_is_read_with_the_pages_token_and_its_failure_is_tolerated(
    answers: list[Reply], display_name: str | None, username: str | None
) -> None:
    async with scripted_meta() as meta, upstream_to(meta.url) as upstream:
        meta.by_path = {"/178": list(answers)}
        (one,) = await instagram.discover(upstream, reach(page(1, linked={"id": "178"})))
        assert meta.requests[0].headers["authorization"] == "Bearer EAApage1"
    found = one.account
    assert found is not None
    assert (found.platform_account_id, found.display_name) == ("178", display_name)
    assert found.metadata["username"] == username


def test_what_is_said_when_a_consent_reaches_no_page() -> None:
    rule, message, remediation = facebook.NONE_FOUND
    assert rule == "facebook.pages.none"
    assert message
    assert "administers a Page" in remediation
