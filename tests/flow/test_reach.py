"""URLs of the caller's own host: seen as Meta will see them before Meta is asked, stored and served here on demand."""

import base64
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from tests.support import files
from tests.support.served import Served

AccountOf = Callable[[str], dict[str, Any]]


@dataclass
class OwnHost:
    """A picture at /a.jpg, a clip at /a.mp4, /moved.jpg leads to the picture, /page is a page; `robots` is settable."""

    url: str = ""
    robots: str = ""
    asked: list[str] = field(default_factory=list)

    def answer(self, path: str) -> tuple[int, dict[str, str], bytes]:
        """Status, headers, body."""
        if path == "/robots.txt":
            return 200, {"Content-Type": "text/plain"}, self.robots.encode()
        if path.startswith("/moved."):
            return 302, {"Location": path.replace("moved", "a")}, b""
        bodies = {
            "/a.jpg": ("image/jpeg", files.jpeg()),
            "/a.mp4": ("video/mp4", files.mp4(3.0)),
            "/page": ("text/html", files.html_page()),
        }
        kind, body = bodies[path]
        return 200, {"Content-Type": kind}, body


@pytest.fixture
def own_host() -> Iterator[OwnHost]:
    """A web server of the caller's."""
    host = OwnHost()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            host.asked.append(self.path)
            status, headers, body = host.answer(self.path)
            self.send_response(status)
            for name, value in {**headers, "Content-Length": str(len(body))}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: Any) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        host.url = f"http://127.0.0.1:{server.server_port}"
        yield host
        server.shutdown()


def post_of(account: dict[str, Any], *media: dict[str, Any]) -> dict[str, Any]:
    """A body in the `account` shape."""
    return {"account": {"platform": account["platform"], "id": account["id"]}, "text": "hello", "media": list(media)}


@pytest.mark.parametrize("platform", ["facebook", "instagram"])
def test_what_meta_will_not_fetch_is_refused_before_meta_is_asked(
    served: Served, account_of: AccountOf, own_host: OwnHost, platform: str
) -> None:
    own_host.robots = "User-agent: facebookexternalhit\nDisallow: /a.jpg\n"
    before = len(served.journal())
    media = [{"kind": "image", "url": f"{own_host.url}/{name}"} for name in ("a.jpg", "moved.jpg", "page")]
    reply = served.post(post_of(account_of(platform), *media))
    assert reply.status_code == 400, reply.text
    found = reply.json()["error"]["violations"]
    assert {one["rule"] for one in found} == {f"{platform}.media.reachable"}
    assert [one["path"] for one in found] == ["/media/0/url", "/media/1/url", "/media/2/url"]
    closed, moved, page = (one["actual"] for one in found)
    assert closed["robots"] == "Disallow: /a.jpg"
    assert (moved["status"], moved["location"]) == (302, "/a.jpg")
    assert (page["status"], page["contentType"]) == (200, "text/html")
    assert all(one["userAgent"].startswith("facebookexternalhit") for one in (closed, moved, page))
    assert served.journal()[before:] == []


@pytest.mark.parametrize("platform", ["facebook", "instagram"])
def test_rehost_stores_the_file_and_hands_meta_our_own_url(
    served: Served, account_of: AccountOf, own_host: OwnHost, platform: str
) -> None:
    own_host.robots = "User-agent: *\nDisallow: /\n"
    before = len(served.journal())
    image = {"kind": "image", "url": f"{own_host.url}/moved.jpg", "rehost": True}
    reply = served.post(post_of(account_of(platform), image))
    assert reply.status_code == 201, reply.text
    assert own_host.asked == ["/moved.jpg", "/a.jpg"]
    sent = [entry["params"] for entry in served.journal()[before:] if entry["method"] == "POST"]
    urls = [params.get("image_url") or params.get("url") for params in sent]
    assert [url.partition("?")[0].rpartition("/")[0] for url in urls if url] == [f"{served.url}/media"]
    post = served.call("GET", f"/v1/posts/{reply.json()['id']}").json()
    assert post["mediaRefs"] == [image]


def test_a_video_is_uploaded_from_here_so_its_url_may_redirect(
    served: Served, account_of: AccountOf, own_host: OwnHost
) -> None:
    own_host.robots = "User-agent: *\nDisallow: /\n"
    reply = served.post(post_of(account_of("instagram"), {"kind": "video", "url": f"{own_host.url}/moved.mp4"}))
    assert reply.status_code == 201, reply.text
    assert own_host.asked == ["/moved.mp4", "/a.mp4"]


def test_rehost_without_a_url_means_nothing(served: Served, account_of: AccountOf) -> None:
    inline = {"kind": "image", "bytesBase64": base64.b64encode(files.jpeg()).decode(), "rehost": True}
    reply = served.post(post_of(account_of("instagram"), inline))
    assert (reply.status_code, reply.json()["error"]["code"]) == (400, "validation_failed")
    assert "rehost belongs to url" in reply.json()["error"]["message"]


def test_a_file_is_imported_by_url(served: Served, own_host: OwnHost) -> None:
    body = {"url": f"{own_host.url}/moved.jpg"}
    reply = served.call("POST", "/v1/media/import", json=body)
    assert reply.status_code == 201, reply.text
    assert (reply.json()["contentType"], reply.json()["sizeBytes"]) == ("image/jpeg", len(files.jpeg()))
    assert served.http.get(reply.json()["url"]).content == files.jpeg()


def test_a_file_is_imported_in_base64_and_equal_bytes_are_one_file(served: Served) -> None:
    data = files.jpeg(413, 413)
    body = {"bytesBase64": base64.b64encode(data).decode(), "fileName": "a.jpg"}
    first, second = (served.call("POST", "/v1/media/import", json=body).json() for _ in range(2))
    assert first["sha256"] == second["sha256"]
    assert first["id"] != second["id"]
    assert len(list((served.data_dir / "media").rglob(first["sha256"]))) == 1


@pytest.mark.parametrize(
    ("body", "status", "rule"),
    [
        ({"url": "http://169.254.169.254/latest/meta-data/"}, 400, "media.url_refused"),
        ({"url": "HOST/page"}, 400, "media.url_unreachable"),
        ({"url": "ftp://example.com/a.jpg"}, 400, "url"),
        ({"bytesBase64": "?"}, 400, "bytesBase64"),
        ({"url": "HOST/a.jpg", "bytesBase64": "aGk="}, 400, "body"),
        ({}, 400, "body"),
        ({"url": "HOST/a.jpg", "profileId": "6b1e5bb2-0000-7000-8000-000000000000"}, 404, "profile.unknown"),
    ],
)
def test_what_cannot_be_imported_is_told(
    served: Served, own_host: OwnHost, body: dict[str, str], status: int, rule: str
) -> None:
    sent = {name: value.replace("HOST", own_host.url) for name, value in body.items()}
    reply = served.call("POST", "/v1/media/import", json=sent)
    assert (reply.status_code, reply.json()["error"]["rule"]) == (status, rule), reply.text
    if rule == "media.url_unreachable":
        assert reply.json()["error"]["platformResponse"]["contentType"] == "text/html"
    if rule == "profile.unknown":
        assert own_host.asked == []
