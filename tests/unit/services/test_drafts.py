"""From a request to drafts: accounts, files and options, with the errors of the contract."""

import base64
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
import sqlalchemy as sa

from publicist.domain.accounts import Grant
from publicist.domain.api_keys import Caller
from publicist.domain.environments import Environment
from publicist.kit.errors import NotFound, PreflightFailed, PublicistError, ValidationFailed
from publicist.kit.ids import new_id
from publicist.services.drafts import Prepared, Terms, prepare
from publicist.storage import accounts, tables
from publicist.storage.session import Database
from tests.support import files
from tests.support.rows import NOW, add_account, add_caller
from tests.unit.services.conftest import Desk, request

UNKNOWN_MEDIA = "med_0000000000000000000000"


async def prepared(desk: Desk, caller: Caller, **body: object) -> list[Prepared]:
    """What the service makes of a body."""
    return await prepare(desk.database, desk.media, caller, request(**body), Terms(NOW))


async def refusal(desk: Desk, caller: Caller, **body: object) -> PublicistError:
    """Why it makes nothing of it."""
    with pytest.raises((ValidationFailed, NotFound)) as caught:
        await prepared(desk, caller, **body)
    return caught.value


async def stored_media(database: Database) -> list[str]:
    """The id of every file."""
    async with database.read() as connection:
        return list((await connection.execute(sa.select(tables.media.c.id))).scalars())


async def test_an_account_is_found_by_id_or_as_the_only_one_of_its_platform(desk: Desk) -> None:
    caller = await add_caller(desk.database)
    page = await add_account(desk.database, caller)
    instagram = await add_account(desk.database, caller, platform="instagram")
    targets = [{"accountId": page.id}, {"platform": "instagram"}, {"accountId": page.id, "platform": "facebook"}]
    found = await prepared(desk, caller, targets=targets, text="x")
    assert [item.account.id for item in found] == [page.id, instagram.id, page.id]
    assert [(item.draft.platform, item.draft.target) for item in found] == [
        ("facebook", 0),
        ("instagram", 1),
        ("facebook", 2),
    ]
    (single,) = await prepared(desk, caller, account={"platform": "facebook"}, text="x")
    assert single.account.id == page.id


async def test_an_account_of_another_environment_or_organization_or_disconnected_is_not_there(desk: Desk) -> None:
    caller = await add_caller(desk.database)
    stranger = await add_account(desk.database, await add_caller(desk.database))
    live = Caller(caller.organization_id, Environment.LIVE, caller.api_key_id)
    gone = await add_account(desk.database, caller, disconnected_at=NOW)
    for account in (stranger, await add_account(desk.database, live), gone):
        error = await refusal(desk, caller, targets=[{"accountId": account.id}], text="x")
        assert (error.status, error.code, error.rule) == (404, "not_found", None)
        assert account.id in error.message


@pytest.mark.parametrize(
    ("target", "rule"),
    [
        ({"platform": "instagram"}, "target.account.not_connected"),
        ({"platform": "facebook"}, "target.account.ambiguous"),
        ({"platform": "bluesky"}, "targets.0.platform"),
        ({"accountId": "page", "platform": "instagram"}, "targets.account.platform_mismatch"),
        ({"accountId": "page", "options": {"platform": "instagram"}}, "targets.options.platform_mismatch"),
        ({"accountId": "page", "options": {}}, "targets.0.options.platform"),
        ({"accountId": "page", "options": {"platform": "facebook", "lnk": "x"}}, "targets.0.options.lnk"),
        ({"accountId": "page", "options": {"platform": "facebook", "link": 5}}, "targets.0.options.link"),
    ],
)
async def test_what_a_target_cannot_mean_is_a_400(desk: Desk, target: dict[str, Any], rule: str) -> None:
    caller = await add_caller(desk.database)
    page, other = await add_account(desk.database, caller), await add_account(desk.database, caller)
    named = {**target, **({"accountId": page.id} if "accountId" in target else {})}
    error = await refusal(desk, caller, targets=[named], text="x")
    assert (error.status, error.rule) == (400, rule)
    if rule == "target.account.ambiguous":
        assert set(error.platform_response["candidates"]) == {page.id, other.id}


async def test_a_profile_narrows_a_target_that_names_only_a_platform(desk: Desk) -> None:
    caller = await add_caller(desk.database)
    page = await add_account(desk.database, caller)
    body: dict[str, Any] = {"targets": [{"platform": "facebook"}], "text": "x"}
    (found,) = await prepared(desk, caller, **body, profileId=page.profile_id)
    assert found.account.id == page.id
    assert (await refusal(desk, caller, **body, profileId=new_id())).rule == "target.account.not_connected"


async def test_files_become_facts_and_what_is_stored_names_them_as_the_caller_did(desk: Desk) -> None:
    caller = await add_caller(desk.database)
    page = await add_account(desk.database, caller)
    kept = await desk.media.store_bytes(caller, files.jpeg(), "image/jpeg")
    inline = base64.b64encode(files.png()).decode()
    media = [{"kind": "image", "mediaId": kept.id, "altText": "a"}, {"kind": "image", "bytesBase64": inline}]
    (found,) = await prepared(desk, caller, targets=[{"accountId": page.id}], media=media)
    facts = [item.facts for item in found.draft.media]
    assert [fact.mime if fact else None for fact in facts] == ["image/jpeg", "image/png"]
    assert found.media[0].ref == media[0]
    assert found.media[1].ref == {"kind": "image", "mediaId": found.media[1].media_id}
    assert found.sha256s[0] == kept.facts.sha256


async def test_shared_inline_bytes_are_stored_once_for_all_targets(desk: Desk) -> None:
    caller = await add_caller(desk.database)
    page, other = await add_account(desk.database, caller), await add_account(desk.database, caller)
    media = [{"kind": "image", "bytesBase64": base64.b64encode(files.jpeg()).decode()}]
    targets = [{"accountId": page.id}, {"accountId": other.id}]
    found = await prepared(desk, caller, targets=targets, media=media)
    assert found[0].media == found[1].media
    assert len(await stored_media(desk.database)) == 1


@pytest.mark.parametrize("text", ["not base64!", "é", "data:image/png;base64,aGk=", "aGk"])
async def test_what_is_not_base64_is_a_400_and_stores_nothing(desk: Desk, text: str) -> None:
    caller = await add_caller(desk.database)
    page = await add_account(desk.database, caller)
    good = {"kind": "image", "bytesBase64": base64.b64encode(files.jpeg()).decode()}
    bad = {"kind": "image", "bytesBase64": text}
    error = await refusal(desk, caller, targets=[{"accountId": page.id}], media=[good, bad])
    assert (error.status, error.rule) == (400, "media.1.bytesBase64")
    assert await stored_media(desk.database) == []


async def test_media_of_nobody_or_of_somebody_else_is_a_404_that_names_the_id(desk: Desk) -> None:
    caller, stranger = await add_caller(desk.database), await add_caller(desk.database)
    page = await add_account(desk.database, caller)
    foreign = await desk.media.store_bytes(stranger, files.jpeg(), "image/jpeg")
    for id in (UNKNOWN_MEDIA, foreign.id):
        error = await refusal(desk, caller, targets=[{"accountId": page.id}], media=[{"kind": "image", "mediaId": id}])
        assert (error.status, error.rule) == (404, "media.unknown")
        assert id in error.message


class _Site(BaseHTTPRequestHandler):
    """A JPEG at /a.jpg and nothing else; the server remembers every path."""

    seen: list[str]

    def do_GET(self) -> None:
        """Answer, and remember."""
        self.seen.append(self.path)
        found = self.path == "/a.jpg"
        self.send_response(200 if found else 403)
        self.end_headers()
        self.wfile.write(files.jpeg() if found else b"")

    def log_message(self, format: str, *args: object) -> None:
        """Nothing on the terminal."""


@pytest.fixture
def site() -> Iterator[tuple[str, list[str]]]:
    """A web server of somebody else."""
    _Site.seen = []
    with ThreadingHTTPServer(("127.0.0.1", 0), _Site) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}", _Site.seen
        server.shutdown()
        thread.join()


async def test_each_url_is_fetched_once_and_one_that_fails_says_why(desk: Desk, site: tuple[str, list[str]]) -> None:
    url, seen = site
    caller = await add_caller(desk.database)
    page, other = await add_account(desk.database, caller), await add_account(desk.database, caller)
    media = [{"kind": "image", "url": f"{url}/{name}"} for name in ("a.jpg", "b.jpg", "a.jpg")]
    targets = [{"accountId": page.id}, {"accountId": other.id}]
    found = await prepared(desk, caller, targets=targets, media=media)
    assert sorted(seen) == ["/a.jpg", "/b.jpg", "/robots.txt"]
    for item in found:
        first, second, third = item.draft.media
        assert first.facts is not None
        assert first.facts.mime == "image/jpeg"
        assert first.facts == third.facts
        assert second.facts is None
        assert "403" in str(second.fetch_error)


async def test_an_unknown_id_is_refused_before_anything_is_fetched(desk: Desk, site: tuple[str, list[str]]) -> None:
    url, seen = site
    caller = await add_caller(desk.database)
    page = await add_account(desk.database, caller)
    media = [{"kind": "image", "url": f"{url}/a.jpg"}, {"kind": "image", "mediaId": UNKNOWN_MEDIA}]
    await refusal(desk, caller, targets=[{"accountId": page.id}], media=media)
    assert seen == []


async def test_preflight_knows_what_the_consent_and_the_role_allow(desk: Desk) -> None:
    caller = await add_caller(desk.database)
    grant = Grant(
        id=new_id(),
        organization_id=caller.organization_id,
        environment=caller.environment,
        family="meta",
        subject="1",
        token=b"sealed",
        token_expires_at=None,
        data_access_expires_at=NOW,
        granted_scopes=("pages_show_list",),
        declined_scopes=("pages_manage_posts",),
        created_at=NOW,
        updated_at=NOW,
    )
    async with desk.database.write() as connection:
        await accounts.save_grant(connection, grant)
    tasks = {"pageTasks": ["ANALYZE"]}
    page = await add_account(desk.database, caller, grant_id=grant.id, metadata=tasks, token=b"", token_expires_at=NOW)
    with pytest.raises(PreflightFailed) as refused:
        await desk.posts.create(caller, request(targets=[{"accountId": page.id}], text="x"))
    found = {(violation["rule"], violation["path"]) for violation in refused.value.violations}
    assert found == {
        ("account.token.missing", "/targets/0"),
        ("account.token.expired", "/targets/0"),
        ("account.permission.missing", "/targets/0"),
        ("facebook.account.task_missing", "/targets/0"),
    }
