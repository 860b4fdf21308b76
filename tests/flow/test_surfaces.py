"""Every surface that Publicist publishes, from the request to what a person sees."""

from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

import pytest

from tests.support import files
from tests.support.served import Served

AccountOf = Callable[[str], dict[str, Any]]


def uploaded(served: Served, kind: str, data: bytes) -> dict[str, str]:
    """A media item of that kind."""
    reply = served.call("POST", "/v1/media", files={"file": ("f", data)})
    return {"kind": kind, "mediaId": reply.json()["id"]}


def published(served: Served, account: dict[str, Any], **members: Any) -> str:
    """The page that shows the new post."""
    named = {"platform": account["platform"], "id": account["id"]}
    reply = served.post({"account": named, **members}, Prefer="wait=60")
    assert reply.status_code == 201, reply.text
    page = served.http.get(reply.json()["uri"])
    assert page.status_code == 200
    return page.text


def test_a_mixed_carousel_shows_images_and_videos(served: Served, account_of: AccountOf) -> None:
    photo, clip = uploaded(served, "image", files.jpeg()), uploaded(served, "video", files.mp4(3.0))
    shown = published(served, account_of("instagram"), text="mixed carousel", media=[photo, clip, photo])
    assert shown.count("<img") == 2
    assert shown.count("<video") == 1


def test_ten_items_are_fine(served: Served, account_of: AccountOf) -> None:
    items = [uploaded(served, "image", files.jpeg(640 + n, 640)) for n in range(10)]
    assert published(served, account_of("instagram"), media=items).count("<img") == 10


def test_a_mov_is_a_reel_whatever_its_name(served: Served, account_of: AccountOf) -> None:
    clip = uploaded(served, "video", files.mov(3.0))
    assert "<video" in published(served, account_of("instagram"), text="from a phone", media=[clip])


@pytest.mark.parametrize("data", [files.png(), files.gif()], ids=["png", "gif"])
def test_a_page_takes_png_and_gif(served: Served, account_of: AccountOf, data: bytes) -> None:
    shown = published(served, account_of("facebook"), text="a picture", media=[uploaded(served, "image", data)])
    assert "<img" in shown


def test_a_page_photo_without_text(served: Served, account_of: AccountOf) -> None:
    assert "<img" in published(served, account_of("facebook"), media=[uploaded(served, "image", files.jpeg())])


def test_a_page_video_is_ready_when_it_is_called_published(served: Served, account_of: AccountOf) -> None:
    clip = uploaded(served, "video", files.mp4(3.0))
    shown = published(served, account_of("facebook"), text="a video on the Page", media=[clip])
    assert "<video" in shown
    assert "a video on the Page" in shown


def test_a_link_is_shown(served: Served, account_of: AccountOf) -> None:
    options = {"platform": "facebook", "link": "https://example.com/read"}
    assert "https://example.com/read" in published(served, account_of("facebook"), options=options)


@pytest.fixture
def moody_host() -> Iterator[str]:
    """Gives its picture to the first who asks, and to nobody after."""
    asked: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_response(200 if self.path == "/a.jpg" and asked.count("/a.jpg") == 1 else 403)
            self.send_header("Content-Type", "image/jpeg")
            self.end_headers()
            self.wfile.write(files.jpeg())

        def log_message(self, format: str, *args: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/a.jpg"
    server.shutdown()
    server.server_close()


def test_a_url_that_only_meta_cannot_fetch_comes_back_as_reachable(
    served: Served, account_of: AccountOf, moody_host: str
) -> None:
    account = {"platform": "instagram", "id": account_of("instagram")["id"]}
    reply = served.post({"account": account, "media": [{"kind": "image", "url": moody_host}]})
    assert reply.status_code == 422, reply.text
    error = reply.json()["error"]
    assert (error["code"], error["rule"]) == ("platform_rejected", "instagram.media.reachable")
    assert error["platformResponse"]["error"]["error_subcode"] == 2207052
    assert error["platformVersion"] == "v25.0"


def test_what_meta_refuses_is_told_with_its_own_words(served: Served, account_of: AccountOf) -> None:
    account = {"platform": "facebook", "id": account_of("facebook")["id"]}
    assert served.post({"account": account, "text": "the very same words"}).status_code == 201
    reply = served.post({"account": account, "text": "the very same words"})
    assert reply.status_code == 422
    assert "identical" in reply.json()["error"]["message"]
    assert reply.json()["error"]["platformResponse"]["error"]["code"] == 506
