"""python-facebook-api goes through its whole work against the simulator, unchanged but for its hosts."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from pyfacebook import FacebookApi, FacebookError, GraphAPI, IGBusinessApi

from tests.graphsim.conftest import REDIRECT, Site, consent
from tests.support import files
from tests.support.graphsim import APP_ID, APP_SECRET, Graphsim
from tests.support.sdks import JPEG, MP4, SCOPES, long_clip, push, redirect_of, send_in_chunks, succeeded
from tests.support.served import wait_for

DISCOVERED = "id,name,access_token,instagram_business_account{id,username}"
APP = {"app_id": APP_ID, "app_secret": APP_SECRET, "version": "v25.0"}


@pytest.fixture(autouse=True)
def _hosts(monkeypatch: pytest.MonkeyPatch, sim: Graphsim) -> None:
    graph = f"{sim.url}/graph.facebook.com/"
    monkeypatch.setattr(GraphAPI, "GRAPH_URL", graph)
    monkeypatch.setattr(GraphAPI, "AUTHORIZATION_URL", f"{sim.url}/www.facebook.com/dialog/oauth")
    monkeypatch.setattr(GraphAPI, "EXCHANGE_ACCESS_TOKEN_URL", f"{graph}oauth/access_token")
    monkeypatch.setenv("OAUTHLIB_INSECURE_TRANSPORT", "1")


@dataclass
class Business:
    """A Page and its Instagram account, through the SDK, with the Page's token."""

    sim: Graphsim
    id: str
    facebook: Any
    instagram: Any

    def post(self, id: str, edge: str | None = None, **data: object) -> dict[str, Any]:
        """A write, which the SDK has one call for."""
        found: dict[str, Any] = self.facebook.post_object(id, edge, data=data)
        return found

    def new(self, edge: str, **data: object) -> str:
        """Something new of the Instagram account; its id."""
        return str(self.post(self.instagram.instagram_business_id, edge, **data)["id"])

    def container(self, **data: object) -> str:
        """A container that is ready."""
        made = self.new("media", **data)
        wait_for(lambda: self.instagram.container.get_info(made).status_code == "FINISHED")
        return made

    def publish(self, container: str) -> str:
        """The id of the media that a container became."""
        return self.new("media_publish", creation_id=container)


@pytest.fixture
def me(sim: Graphsim) -> Any:
    """The person who granted everything."""
    return FacebookApi(access_token=consent(sim, scopes=SCOPES).token, **APP)


@pytest.fixture
def business(sim: Graphsim, site: Site, me: Any) -> Business:
    """The first Page that has an Instagram account."""
    site.files[MP4] = (200, "video/mp4", files.mp4(3.0))
    pages = me.user.get_accounts("me", fields=DISCOVERED, return_json=True)["data"]
    page = next(page for page in pages if "instagram_business_account" in page)
    account = page["instagram_business_account"]["id"]
    facebook = FacebookApi(access_token=page["access_token"], **APP)
    instagram = IGBusinessApi(access_token=page["access_token"], instagram_business_id=account, **APP)
    return Business(sim, page["id"], facebook, instagram)


# Login


def test_the_sdks_own_flow_ends_in_a_long_lived_token() -> None:
    api = FacebookApi(oauth_flow=True, redirect_uri=REDIRECT, scope=list(SCOPES), **APP)
    dialog, _ = api.get_authorization_url()
    short = api.exchange_user_access_token(response=redirect_of(dialog))
    long = api.exchange_long_lived_user_access_token()
    assert long["expires_in"] > short["expires_in"]
    assert FacebookApi(access_token=long["access_token"], **APP).user.get_info("me", fields="name").name == "Alex Demo"


def test_a_cancelled_consent_is_a_denial_to_the_sdk() -> None:
    api = FacebookApi(oauth_flow=True, redirect_uri=REDIRECT, scope=list(SCOPES), **APP)
    dialog, _ = api.get_authorization_url()
    with pytest.raises(Exception, match="access_denied") as denied:
        api.exchange_user_access_token(response=redirect_of(dialog, action="cancel"))
    assert type(denied.value).__name__ == "AccessDeniedError"


def test_pages_are_discovered_across_the_sdks_own_paging(sim: Graphsim, me: Any) -> None:
    asked = {"user_id": "me", "fields": DISCOVERED, "count": None, "return_json": True}
    found = me.user.get_accounts(limit=1, **asked)["data"]
    assert len(succeeded(sim, "GET", "/me/accounts")) == len(found) > 1
    assert found == me.user.get_accounts(limit=100, **asked)["data"]
    linked = [page["instagram_business_account"] for page in found if "instagram_business_account" in page]
    assert [account["username"] for account in linked[:2]] == ["bluecup.coffee", "harbour.bikes"]


def test_a_refusal_reaches_the_caller_as_the_sdks_exception(me: Any, business: Business) -> None:
    with pytest.raises(FacebookError) as refused:
        me.post_object(business.id, "feed", data={"message": "x"})
    assert (refused.value.code, refused.value.type) == (200, "OAuthException")


# Instagram


def test_a_photo_is_published_and_has_a_permalink(business: Business, site: Site) -> None:
    media = business.publish(business.container(image_url=site.url + JPEG, caption="Hello"))
    read = business.instagram.media.get_info(media)
    assert (read.id, read.caption, read.media_type) == (media, "Hello", "IMAGE")
    assert "/p/" in read.permalink


def test_a_carousel_takes_pictures_and_a_video(business: Business, site: Site) -> None:
    picture = {"image_url": site.url + JPEG, "is_carousel_item": "true"}
    clip = {"media_type": "VIDEO", "video_url": site.url + MP4, "is_carousel_item": "true"}
    children = [business.container(**child) for child in (picture, picture, clip)]
    album = business.publish(business.container(media_type="CAROUSEL", children=",".join(children), caption="Three"))
    assert business.instagram.media.get_info(album).media_type == "CAROUSEL_ALBUM"
    shown = [child.media_type for child in business.instagram.media.get_children(album).data]
    assert shown == ["IMAGE", "IMAGE", "VIDEO"]


def test_a_reel_is_fetched_from_its_address(business: Business, site: Site) -> None:
    reel = business.publish(business.container(media_type="REELS", video_url=site.url + MP4, caption="Moving"))
    read = business.instagram.media.get_info(reel, fields="media_product_type,permalink", return_json=True)
    assert read["media_product_type"] == "REELS"
    assert "/reel/" in read["permalink"]


def test_a_reel_is_pushed_to_the_address_of_its_container(business: Business) -> None:
    account = business.instagram.instagram_business_id
    made = business.post(account, "media", media_type="REELS", upload_type="resumable")
    push(made["uri"], business.instagram.access_token, files.mp4(3.0))  # The SDK has no call for the upload host.
    wait_for(lambda: business.instagram.container.get_info(made["id"]).status_code == "FINISHED")
    reel = business.publish(made["id"])
    assert business.instagram.media.get_info(reel).media_type == "VIDEO"


def test_comments_are_written_listed_and_answered(business: Business, site: Site) -> None:
    media = business.publish(business.container(image_url=site.url + JPEG))
    first = business.post(media, "comments", message="First!")["id"]
    reply = business.post(first, "replies", message="Thanks")["id"]
    assert [(one.id, one.text) for one in business.instagram.media.get_comments(media).data] == [(first, "First!")]
    assert [(one.id, one.text) for one in business.instagram.comment.get_replies(first).data] == [(reply, "Thanks")]


def test_a_comment_is_hidden_and_deleted(business: Business, site: Site) -> None:
    media = business.publish(business.container(image_url=site.url + JPEG))
    comment = business.post(media, "comments", message="Oops")["id"]
    assert business.post(comment, hide="true") == {"success": True}
    assert business.facebook.delete_object(comment) == {"success": True}
    assert business.instagram.media.get_comments(media).data == []


def test_the_quota_counts_what_was_published(business: Business, site: Site) -> None:
    business.publish(business.container(image_url=site.url + JPEG))
    quota = business.instagram.user.get_content_publishing_limit().data[0]
    assert quota.quota_usage == 1
    assert (quota.config.quota_total, quota.config.quota_duration) == (100, 86400)


def test_a_deleted_media_is_gone(business: Business, site: Site) -> None:
    media = business.publish(business.container(image_url=site.url + JPEG))
    assert business.facebook.delete_object(media) == {"success": True, "deleted_id": media}
    assert business.instagram.user.get_media().data == []
    with pytest.raises(FacebookError) as refused:
        business.instagram.media.get_info(media)
    assert (refused.value.code, refused.value.error_subcode) == (100, 33)


# Pages


def test_a_post_is_written_read_edited_and_deleted(business: Business) -> None:
    post = business.post(business.id, "feed", message="Good morning")["id"]
    read = business.facebook.post.get_info(post, fields="message,permalink_url")
    assert (read.message, read.permalink_url.startswith("http")) == ("Good morning", True)
    assert business.post(post, message="Good evening") == {"success": True}
    listed = business.facebook.page.get_published_posts(business.id, fields="message")
    assert [one.message for one in listed.data] == ["Good evening"]
    assert business.facebook.delete_object(post) == {"success": True}
    assert business.facebook.page.get_published_posts(business.id, fields="message").data == []


def test_several_photos_become_one_post(business: Business, site: Site) -> None:
    fetched = business.post(business.id, "photos", url=site.url + JPEG, published="false")["id"]
    sent = {"source": ("picture.jpg", files.jpeg())}
    pushed = business.facebook.post_object(business.id, "photos", data={"published": "false"}, files=sent)["id"]
    attached = {f"attached_media[{at}]": f'{{"media_fbid":"{id}"}}' for at, id in enumerate((fetched, pushed))}
    made = business.post(business.id, "feed", message="Two", **attached)["id"]
    found = business.facebook.get_object(made, fields="attachments{subattachments}")["attachments"]["data"][0]
    assert [one["target"]["id"] for one in found["subattachments"]["data"]] == [fetched, pushed]


def test_a_comment_is_written_below_a_post(business: Business) -> None:
    post = business.post(business.id, "feed", message="Ask me")["id"]
    comment = business.post(post, "comments", message="An answer")["id"]
    listed = business.facebook.post.get_comments(post, fields="id,message")
    assert [(one.id, one.message) for one in listed.data] == [(comment, "An answer")]


def test_a_video_is_sent_in_chunks(business: Business, tmp_path: Path) -> None:
    host = f"{business.sim.url}/graph-video.facebook.com/"
    videos = FacebookApi(access_token=business.facebook.access_token, base_url=host, **APP)

    def call(params: dict[str, Any], chunk: bytes | None) -> Mapping[str, Any]:
        sent = {"video_file_chunk": ("long.mp4", chunk)} if chunk else None
        found: Mapping[str, Any] = videos.post_object(business.id, "videos", data=params, files=sent)
        return found

    video = send_in_chunks(call, long_clip(tmp_path))
    wait_for(lambda: business.facebook.get_object(video, fields="status")["status"]["video_status"] == "ready")
    assert len(succeeded(business.sim, "POST", f"/{business.id}/videos")) == 4


# Graph mechanics


def test_several_objects_are_read_in_one_call(business: Business) -> None:
    account = business.instagram.instagram_business_id
    found = business.facebook.get_objects(f"{business.id},{account}", fields="name")
    names = {id: one["name"] for id, one in found.items()}
    assert names == {business.id: "Blue Cup Coffee", account: "Blue Cup Coffee"}
