"""Meta's official Python SDK goes through its whole work against the simulator, unchanged but for its host."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from facebook_business.adobjects.advideo import AdVideo
from facebook_business.adobjects.igcomment import IGComment
from facebook_business.adobjects.igmedia import IGMedia
from facebook_business.adobjects.iguser import IGUser
from facebook_business.adobjects.page import Page
from facebook_business.adobjects.pagepost import PagePost
from facebook_business.adobjects.shadowigmediabuilder import ShadowIGMediaBuilder
from facebook_business.adobjects.user import User
from facebook_business.api import FacebookAdsApi
from facebook_business.exceptions import FacebookRequestError
from facebook_business.session import FacebookSession

from tests.graphsim.conftest import REDIRECT, Site, consent, dialog_url
from tests.support import files
from tests.support.graphsim import APP_ID, APP_SECRET, Graphsim
from tests.support.sdks import JPEG, MP4, SCOPES, code_of, long_clip, push, send_in_chunks, succeeded
from tests.support.served import wait_for

DISCOVERED = ["id", "name", "access_token", "instagram_business_account"]


@pytest.fixture(autouse=True)
def _host(monkeypatch: pytest.MonkeyPatch, sim: Graphsim) -> None:
    monkeypatch.setattr(FacebookSession, "GRAPH", f"{sim.url}/graph.facebook.com")


def api_with(token: str) -> Any:
    """The SDK's client for one token; it proves the app secret itself."""
    return FacebookAdsApi(FacebookSession(APP_ID, APP_SECRET, token))


@dataclass
class Business:
    """A Page and its Instagram account, through the SDK, with the Page's token."""

    sim: Graphsim
    token: str
    page: Any
    instagram: Any

    @property
    def api(self) -> Any:
        """The client both speak through."""
        return self.page.get_api_assured()

    def container(self, **params: object) -> str:
        """A container that is ready."""
        made = str(self.instagram.create_media(params=params)["id"])
        wait_for(lambda: self.status(made) == "FINISHED")
        return made

    def status(self, container: str) -> str:
        """Where its processing is."""
        return str(ShadowIGMediaBuilder(container, api=self.api).api_get(fields=["status_code"])["status_code"])

    def publish(self, container: str) -> Any:
        """The media that a container became."""
        return IGMedia(self.instagram.create_media_publish(params={"creation_id": container})["id"], api=self.api)


@pytest.fixture
def me(sim: Graphsim) -> Any:
    """The person who granted everything."""
    return User("me", api=api_with(consent(sim, scopes=SCOPES).token))


@pytest.fixture
def business(sim: Graphsim, site: Site, me: Any) -> Business:
    """The first Page that has an Instagram account."""
    site.files[MP4] = (200, "video/mp4", files.mp4(3.0))
    found = next(page for page in me.get_accounts(fields=DISCOVERED) if "instagram_business_account" in page)
    api = api_with(found["access_token"])
    account = IGUser(found["instagram_business_account"]["id"], api=api)
    return Business(sim, found["access_token"], Page(found["id"], api=api), account)


# Login


def test_a_code_becomes_a_short_and_then_a_long_lived_token(sim: Graphsim) -> None:
    app = FacebookAdsApi(FacebookSession())  # The SDK has no exchange of its own: its generic call, before any token.
    secret = {"client_id": APP_ID, "client_secret": APP_SECRET}
    asked = {**secret, "redirect_uri": REDIRECT, "code": code_of(dialog_url(sim, SCOPES))}
    short = app.call("GET", ("oauth", "access_token"), asked).json()
    swap = {**secret, "grant_type": "fb_exchange_token", "fb_exchange_token": short["access_token"]}
    long = app.call("GET", ("oauth", "access_token"), swap).json()
    assert long["expires_in"] > short["expires_in"]
    assert User("me", api=api_with(long["access_token"])).api_get(fields=["name"])["name"] == "Alex Demo"


def test_pages_are_discovered_across_the_sdks_own_paging(sim: Graphsim, me: Any) -> None:
    found = list(me.get_accounts(fields=DISCOVERED, params={"limit": 1}))
    assert len(succeeded(sim, "GET", "/me/accounts")) == len(found) > 1
    assert found == list(me.get_accounts(fields=DISCOVERED, params={"limit": 100}))
    linked = [page["name"] for page in found if "instagram_business_account" in page]
    assert linked[:2] == ["Blue Cup Coffee", "Harbour Bikes"]


def test_a_refusal_reaches_the_caller_as_the_sdks_exception(me: Any, business: Business) -> None:
    with pytest.raises(FacebookRequestError) as refused:
        Page(business.page["id"], api=me.get_api_assured()).create_feed(params={"message": "x"})
    assert (refused.value.http_status(), refused.value.api_error_code()) == (403, 200)
    assert refused.value.api_error_type() == "OAuthException"


# Instagram


def test_a_photo_is_published_and_has_a_permalink(business: Business, site: Site) -> None:
    media = business.publish(business.container(image_url=site.url + JPEG, caption="Hello"))
    read = media.api_get(fields=["permalink", "caption", "media_type"])
    assert (read["caption"], read["media_type"]) == ("Hello", "IMAGE")
    assert "/p/" in read["permalink"]


def test_a_carousel_takes_pictures_and_a_video(business: Business, site: Site) -> None:
    picture = {"image_url": site.url + JPEG, "is_carousel_item": True}
    clip = {"media_type": "VIDEO", "video_url": site.url + MP4, "is_carousel_item": True}
    children = [business.container(**child) for child in (picture, picture, clip)]
    album = business.publish(business.container(media_type="CAROUSEL", children=children, caption="Three"))
    assert album.api_get(fields=["media_type"])["media_type"] == "CAROUSEL_ALBUM"
    shown = [child["media_type"] for child in album.get_children(fields=["media_type"])]
    assert shown == ["IMAGE", "IMAGE", "VIDEO"]


def test_a_reel_is_fetched_from_its_address(business: Business, site: Site) -> None:
    reel = business.publish(business.container(media_type="REELS", video_url=site.url + MP4, caption="Moving"))
    read = reel.api_get(fields=["media_product_type", "permalink"])
    assert read["media_product_type"] == "REELS"
    assert "/reel/" in read["permalink"]


def test_a_reel_is_pushed_to_the_address_of_its_container(business: Business) -> None:
    made = business.instagram.create_media(params={"media_type": "REELS", "upload_type": "resumable"})
    push(made["uri"], business.token, files.mp4(3.0))  # The SDK has no call for the upload host.
    wait_for(lambda: business.status(made["id"]) == "FINISHED")
    reel = business.publish(made["id"])
    assert reel.api_get(fields=["media_type"])["media_type"] == "VIDEO"


def test_comments_are_written_listed_and_answered(business: Business, site: Site) -> None:
    media = business.publish(business.container(image_url=site.url + JPEG))
    first = media.create_comment(params={"message": "First!"})
    IGComment(first["id"], api=business.api).create_reply(params={"message": "Thanks"})
    assert [comment["text"] for comment in media.get_comments(fields=["text"])] == ["First!"]
    replies = IGComment(first["id"], api=business.api).get_replies(fields=["text"])
    assert [reply["text"] for reply in replies] == ["Thanks"]


def test_a_comment_is_hidden_and_deleted(business: Business, site: Site) -> None:
    media = business.publish(business.container(image_url=site.url + JPEG))
    comment = IGComment(media.create_comment(params={"message": "Oops"})["id"], api=business.api)
    comment.api_update(params={"hide": True})
    assert comment.api_get(fields=["hidden"])["hidden"] is False  # The owner's own comments stay visible.
    assert len(succeeded(business.sim, "POST", f"/{comment['id']}")) == 1
    comment.api_delete()
    assert list(media.get_comments(fields=["text"])) == []


def test_the_quota_counts_what_was_published(business: Business, site: Site) -> None:
    business.publish(business.container(image_url=site.url + JPEG))
    quota = business.instagram.get_content_publishing_limit(fields=["config", "quota_usage"])[0]
    assert quota["quota_usage"] == 1
    assert (quota["config"]["quota_total"], quota["config"]["quota_duration"]) == (100, 86400)


def test_a_deleted_media_is_gone(business: Business, site: Site) -> None:
    media = business.publish(business.container(image_url=site.url + JPEG))
    media.api_delete()
    assert list(business.instagram.get_media(fields=["id"])) == []
    with pytest.raises(FacebookRequestError) as refused:
        media.api_get(fields=["caption"])
    assert (refused.value.api_error_code(), refused.value.api_error_subcode()) == (100, 33)


# Pages


def test_a_post_is_written_read_edited_and_deleted(business: Business) -> None:
    post = PagePost(business.page.create_feed(params={"message": "Good morning"})["id"], api=business.api)
    assert post.api_get(fields=["message", "permalink_url"])["message"] == "Good morning"
    post.api_update(params={"message": "Good evening"})
    assert [one["message"] for one in business.page.get_feed(fields=["message"])] == ["Good evening"]
    post.api_delete()
    assert list(business.page.get_feed(fields=["message"])) == []


def test_several_photos_become_one_post(business: Business, site: Site) -> None:
    photo = {"url": site.url + JPEG, "published": False}
    attached = [{"media_fbid": business.page.create_photo(params=photo)["id"]} for _ in range(2)]
    made = business.page.create_feed(params={"message": "Two", "attached_media": attached})
    read = PagePost(made["id"], api=business.api).api_get(params={"fields": "attachments{subattachments}"})
    shown = read["attachments"]["data"][0]["subattachments"]["data"]
    assert [one["target"]["id"] for one in shown] == [one["media_fbid"] for one in attached]


def test_a_comment_is_written_below_a_post(business: Business) -> None:
    post = PagePost(business.page.create_feed(params={"message": "Ask me"})["id"], api=business.api)
    made = post.create_comment(params={"message": "An answer"})
    listed = post.get_comments(fields=["id", "message"])
    assert [(one["id"], one["message"]) for one in listed] == [(made["id"], "An answer")]


def test_a_video_is_sent_in_chunks(business: Business, tmp_path: Path) -> None:
    path = (business.page["id"], "videos")
    host = f"{business.sim.url}/graph-video.facebook.com"

    def call(params: dict[str, Any], chunk: bytes | None) -> Mapping[str, Any]:
        # The SDK's VideoUploader knows ad accounts only; this is the call it makes inside.
        sent = {"video_file_chunk": ("long.mp4", chunk)} if chunk else None
        found: Mapping[str, Any] = business.api.call("POST", path, params, files=sent, url_override=host).json()
        return found

    video = AdVideo(send_in_chunks(call, long_clip(tmp_path)), api=business.api)
    wait_for(lambda: video.api_get(fields=["status"])["status"]["video_status"] == "ready")
    assert len(succeeded(business.sim, "POST", f"/{path[0]}/videos")) == 4


# Graph mechanics


def test_a_batch_answers_each_of_its_calls(business: Business) -> None:
    names: list[str] = []
    batch = business.api.new_batch()
    business.page.api_get(fields=["name"], batch=batch, success=lambda reply: names.append(reply.json()["name"]))
    business.instagram.api_get(fields=["name"], batch=batch, success=lambda reply: names.append(reply.json()["name"]))
    assert batch.execute() is None
    assert names == ["Blue Cup Coffee", "Blue Cup Coffee"]
