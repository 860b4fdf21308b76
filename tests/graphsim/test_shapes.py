"""Key sets, types and formats of what is read, as they were recorded."""

import json
import re
from typing import Any

import pytest

from tests.graphsim.conftest import SCOPES, Caller, Site, consent
from tests.support import files
from tests.support.graphsim import Graphsim

TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+0000")
ALL = (*SCOPES, "instagram_manage_comments", "pages_manage_engagement", "pages_read_user_content")


class World:
    """One of everything."""

    def __init__(self, sim: Graphsim, image: str) -> None:
        self.user = consent(sim, scopes=ALL)
        fields = "id,access_token,instagram_business_account"
        page = self.user.done("GET", "me/accounts", fields=fields)["data"][0]
        self.page, self.own, self.ig = (
            page["id"],
            Caller(sim, page["access_token"]),
            page["instagram_business_account"]["id"],
        )
        self.container = self.made(f"{self.ig}/media", image_url=image, caption="words", alt_text="a picture")
        sim.control("POST", "clock", json={"seconds": 1})
        self.media = self.made(f"{self.ig}/media_publish", creation_id=self.container)
        self.comment = self.made(f"{self.media}/comments", message="nice")
        self.post = self.made(f"{self.page}/feed", message="words")
        self.photo = self.made(f"{self.page}/photos", url=image)
        self.page_comment = self.made(f"{self.post}/comments", message="thanks")
        data = files.mp4(3.0)
        self.video = self.own.done("POST", f"{self.page}/videos", upload_phase="start", file_size=len(data))["video_id"]

    def made(self, path: str, **params: Any) -> str:
        """The id of something new."""
        return str(self.own.done("POST", path, **params)["id"])

    def read(self, path: str, fields: str = "") -> dict[str, Any]:
        """A read with the Page's token."""
        return self.own.done("GET", path, **({"fields": fields} if fields else {}))


@pytest.fixture
def world(sim: Graphsim, site: Site) -> World:
    """A fresh one."""
    return World(sim, f"{site.url}/ok.jpg")


def test_shape_of_a_media(world: World) -> None:
    """Recorded: IG Media."""
    fields = "id,permalink,shortcode,media_type,media_product_type,timestamp,caption,alt_text,thumbnail_url,children"
    found = world.read(world.media, fields)
    assert set(found) == {
        "id", "permalink", "shortcode", "media_type", "media_product_type", "timestamp", "caption", "alt_text",
    }  # fmt: skip
    assert TIME.fullmatch(found["timestamp"])
    assert (found["media_type"], found["media_product_type"]) == ("IMAGE", "FEED")
    assert found["permalink"].endswith(f"/www.instagram.com/p/{found['shortcode']}/")


def test_shape_of_a_container(world: World) -> None:
    """Recorded: the five states."""
    found = world.read(world.container, "id,status,status_code,video_status,copyright_check_status")
    assert set(found) == {"id", "status", "status_code", "copyright_check_status"}
    assert found["status"] == "Published: Media has been successfully published."
    assert found["copyright_check_status"] == {"status": "completed", "matches_found": False}


def test_shape_of_a_page_in_a_list(world: World) -> None:
    """Recorded: User Accounts."""
    found = world.user.done("GET", "me/accounts")
    assert set(found["data"][0]) == {"access_token", "category", "category_list", "name", "id", "tasks"}
    assert set(found["paging"]) == {"cursors"}
    assert found["data"][0]["access_token"].startswith("EAA")


def test_shape_of_a_page_post(world: World) -> None:
    """Meta: Page Feed, default fields."""
    found = world.read(world.post)
    assert set(found) == {"created_time", "message", "id"}
    assert TIME.fullmatch(found["created_time"])
    assert re.fullmatch(rf"{world.page}_\d+", found["id"])


def test_shape_of_a_published_photo(world: World) -> None:
    """Recorded: Page Photos."""
    found = world.read(world.photo, "id,created_time,width,height,images,link,name")
    assert set(found) == {"id", "created_time", "width", "height", "images", "link"}
    assert set(found["images"][0]) == {"height", "width", "source"}


def test_shape_of_a_video(world: World) -> None:
    """Meta: Video, status."""
    status = world.read(world.video, "status,permalink_url,post_id,published,length")["status"]
    assert set(status) == {"video_status", "uploading_phase", "processing_phase", "publishing_phase"}
    assert status["video_status"] == "uploading"
    assert isinstance(status["uploading_phase"]["bytes_transferred"], int)


def test_shape_of_an_instagram_comment(world: World) -> None:
    """Recorded: IG Comment."""
    found = world.read(f"{world.media}/comments")
    assert set(found["data"][0]) == {"timestamp", "text", "id"}
    deep = world.read(world.comment, "from,media,parent_id,hidden,username")
    assert set(deep) == {"from", "media", "hidden", "username", "id"}
    assert set(deep["from"]) == {"id", "username"}


def test_shape_of_a_page_comment(world: World) -> None:
    """Recorded: the id begins with the story's."""
    found = world.read(f"{world.post}/comments")["data"][0]
    assert set(found) == {"created_time", "from", "message", "id"}
    assert found["id"].startswith(world.post.split("_")[1] + "_")


def test_shape_of_permissions_and_of_a_token(world: World) -> None:
    """Recorded: Permissions; Debug-Token."""
    listed = world.user.done("GET", "me/permissions")["data"]
    assert all(set(one) == {"permission", "status"} for one in listed)
    facts = world.user.done("GET", "debug_token", input_token=world.own.token)["data"]
    assert set(facts) == {
        "app_id", "application", "type", "is_valid", "issued_at", "expires_at", "scopes", "data_access_expires_at",
        "user_id", "granular_scopes", "profile_id",
    }  # fmt: skip
    assert isinstance(facts["app_id"], str)
    assert isinstance(facts["issued_at"], int)


def test_shape_of_the_quota(world: World) -> None:
    """Meta: Content Publishing Limit."""
    path = f"{world.ig}/content_publishing_limit"
    assert world.read(path) == {"data": [{"quota_usage": 1}]}
    full = {"quota_usage": 1, "config": {"quota_total": 100, "quota_duration": 86400}}
    assert world.read(path, "config,quota_usage") == {"data": [full]}


def test_shape_of_an_error(world: World) -> None:
    """Meta: Handling Errors; recorded."""
    error = world.own.call("POST", f"{world.ig}/media_publish", creation_id="1").json()["error"]
    assert set(error) == {"message", "type", "code", "error_subcode", "is_transient", "fbtrace_id"}
    assert (error["code"], error["error_subcode"], error["is_transient"]) == (24, 2207008, False)


def test_shape_of_resumable_containers_and_sessions(world: World) -> None:
    """Recorded: offsets are strings."""
    made = world.own.done("POST", f"{world.ig}/media", media_type="REELS", upload_type="resumable")
    assert set(made) == {"id", "uri"}
    assert made["uri"].endswith(f"/rupload.facebook.com/ig-api-upload/v26.0/{made['id']}")
    session = world.own.done("POST", f"{world.page}/videos", upload_phase="start", file_size=2_000_000)
    assert {name: type(value) for name, value in session.items()} == {
        "video_id": str, "upload_session_id": str, "start_offset": str, "end_offset": str,
    }  # fmt: skip


def test_no_reply_holds_a_null(world: World) -> None:
    """Recorded: what is empty is absent."""
    paths: tuple[str, ...] = (world.page, world.ig, world.media, world.post, world.photo, world.video, world.comment)
    paths += (f"{world.ig}/media", f"{world.page}/feed", f"{world.page}/scheduled_posts", f"{world.post}/comments")
    replies = [world.own.call("GET", path).json() for path in paths]
    replies += [world.own.call("GET", "999").json(), world.user.done("GET", "me/accounts")]
    assert "null" not in json.dumps(replies)
