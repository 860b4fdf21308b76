"""What is read of a consent with answers that the simulated Meta never gives."""

from publicist.meta.discovery import read_reach
from tests.unit.meta.scripted import reply, scripted_meta, upstream_to

PAGE = "112130216863063001"
POST = f"{PAGE}_77"


async def test_an_empty_post_that_meta_accepts_is_deleted_again() -> None:
    page = {"id": PAGE, "name": "Page", "access_token": "EAApage", "tasks": ["CREATE_CONTENT"]}
    debug = {"is_valid": True, "scopes": ["pages_show_list", "pages_manage_posts", "pages_read_engagement"]}
    async with scripted_meta() as meta, upstream_to(meta.url) as upstream:
        meta.by_path = {
            "/debug_token": [reply({"data": debug})],
            "/me/accounts": [reply({"data": [page], "paging": {}})],
            f"/{PAGE}/feed": [reply({"id": POST})],
            f"/{POST}": [reply({"success": True})],
        }
        reach = await read_reach(upstream, "EAAuser", {})
        asked = [(one.method, one.target.partition("?")[0].rpartition("/")[2]) for one in meta.requests]
    assert asked[-2:] == [("POST", "feed"), ("DELETE", POST)]
    assert [one.obstacle(reach.granted) for one in reach.pages] == [None]
