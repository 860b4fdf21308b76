"""Media: what is taken, what is said about it, and how it is handed out."""

import hashlib
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest

from tests.support import files
from tests.support.served import Served


def test_an_upload_says_what_the_bytes_are_whatever_they_were_called(served: Served) -> None:
    data = files.png()
    reply = served.call("POST", "/v1/media", files={"file": ("holiday.jpg", data, "image/jpeg")})
    assert reply.status_code == 201, reply.text
    media = reply.json()
    assert media["contentType"] == "image/png"
    assert media["kind"] == "image"
    assert (media["sizeBytes"], media["sha256"]) == (len(data), hashlib.sha256(data).hexdigest())
    assert served.call("GET", f"/v1/media/{media['id']}").json()["facts"] == media["facts"]


def test_a_video_has_its_facts(served: Served) -> None:
    facts = served.call("POST", "/v1/media", files={"file": ("v", files.mp4(4.0))}).json()["facts"]
    assert (facts["video_codec"], facts["audio_codec"]) == ("h264", "aac")
    assert facts["duration"] == pytest.approx(4.0, abs=0.1)


def test_a_broken_file_is_kept_and_warned_about(served: Served) -> None:
    media = served.call("POST", "/v1/media", files={"file": ("a.jpg", files.truncated_jpeg())}).json()
    assert media["warnings"][0]["code"] == "media.broken"


def test_the_signed_url_is_fetched_by_anyone_until_it_is_changed(served: Served) -> None:
    data = files.jpeg()
    media = served.call("POST", "/v1/media", files={"file": ("a.jpg", data)}).json()
    reply = served.http.get(media["url"])
    assert reply.content == data
    assert reply.headers["content-type"] == "image/jpeg"
    assert reply.headers["x-content-type-options"] == "nosniff"
    assert served.http.head(media["url"]).headers["content-length"] == str(len(data))
    part = served.http.get(media["url"], headers={"Range": "bytes=10-19"})
    assert (part.status_code, part.content) == (206, data[10:20])
    assert part.headers["content-range"] == f"bytes 10-19/{len(data)}"
    assert served.http.get(media["url"], headers={"Range": f"bytes={len(data)}-"}).status_code == 416
    for broken in (media["url"][:-1], media["url"].replace("expires=", "expires=9"), media["url"].split("?")[0]):
        refused = served.http.get(broken)
        assert (refused.status_code, refused.json()["error"]["rule"]) == (403, "media.url_expired")


def test_a_file_that_is_no_media_is_never_shown_by_a_browser(served: Served) -> None:
    media = served.call("POST", "/v1/media", files={"file": ("a.html", files.html_page())}).json()
    reply = served.http.get(media["url"])
    assert reply.headers["content-type"] == "application/octet-stream"
    assert reply.headers["content-disposition"] == "attachment"


@pytest.mark.parametrize(
    ("headers", "body", "status", "rule"),
    [
        ({"Content-Type": "image/jpeg"}, b"x", 400, "media.content_type"),
        ({"Content-Type": "multipart/form-data; boundary=b"}, b"", 400, "media.empty_body"),
        ({"Content-Type": "multipart/form-data; boundary=b"}, b"nonsense", 400, "media.parse_failed"),
        (
            {"Content-Type": "multipart/form-data; boundary=b"},
            b'--b\r\nContent-Disposition: form-data; name="other"\r\n\r\nx\r\n--b--\r\n',
            400,
            "media.missing_file",
        ),
        (
            {"Content-Type": "multipart/form-data; boundary=b"},
            b'--b\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\nx\r\n' * 2 + b"--b--\r\n",
            400,
            "media.single_file",
        ),
        (
            {"Content-Type": "multipart/form-data; boundary=b"},
            b'--b\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\nx',
            400,
            "media.parse_failed",
        ),
    ],
)
def test_a_malformed_upload_is_named(
    served: Served, headers: dict[str, str], body: bytes, status: int, rule: str
) -> None:
    reply = served.call("POST", "/v1/media", headers=headers, content=body)
    assert (reply.status_code, reply.json()["error"]["rule"]) == (status, rule)


def test_the_list_goes_page_by_page_newest_first(served: Served) -> None:
    made = [
        served.call("POST", "/v1/media", files={"file": ("a.jpg", files.jpeg(400 + n, 400))}).json()["id"]
        for n in range(3)
    ]
    first = served.call("GET", "/v1/media?limit=2").json()
    second = served.call("GET", f"/v1/media?limit=2&cursor={first['nextCursor']}").json()
    listed = [media["id"] for media in first["data"] + second["data"]]
    assert listed[:3] == made[::-1]
    assert served.call("GET", "/v1/media?limit=0").json()["error"]["rule"] == "limit"
    assert len(served.call("GET", "/v1/media?limit=1000").json()["data"]) <= 100


def test_a_large_upload_is_streamed_and_an_unannounced_one_too(served: Served) -> None:
    boundary = "b" * 20
    head = f'--{boundary}\r\nContent-Disposition: form-data; name="file"; filename="big"\r\n\r\n'.encode()

    def body() -> Iterator[bytes]:
        yield head
        for _ in range(64):
            yield b"\0" * 1_000_000
        yield f"\r\n--{boundary}--\r\n".encode()

    headers = {"Content-Type": f"multipart/form-data; boundary={boundary}"}
    reply = served.call("POST", "/v1/media", headers=headers, content=body())
    assert reply.status_code == 201, reply.text
    assert reply.json()["sizeBytes"] == 64_000_000
    assert urlsplit(reply.json()["url"]).path.startswith("/media/med_")


def test_a_file_is_deleted_once_no_post_needs_it_and_its_url_ends_at_once(
    served: Served, account_of: Callable[[str], dict[str, Any]]
) -> None:
    media = served.call("POST", "/v1/media", files={"file": ("a.jpg", files.jpeg(600, 601))}).json()
    body = {
        "account": {"platform": "facebook", "id": account_of("facebook")["id"]},
        "media": [{"kind": "image", "mediaId": media["id"]}],
        "scheduledAt": "2031-01-01T00:00:00Z",
    }
    post = served.post(body).json()["id"]
    refused = served.call("DELETE", f"/v1/media/{media['id']}")
    assert (refused.status_code, refused.json()["error"]["rule"]) == (409, "media.in_use")
    assert refused.json()["error"]["platformResponse"] == {"postIds": [post]}
    assert served.call("DELETE", f"/v1/posts/{post}").status_code == 200
    assert served.call("DELETE", f"/v1/media/{media['id']}").json() == {"id": media["id"], "deleted": True}
    assert served.http.get(media["url"]).status_code == 404
    for reply in (served.call("DELETE", f"/v1/media/{media['id']}"), served.post(body)):
        assert (reply.status_code, reply.json()["error"]["rule"]) == (404, "media.unknown")
    retried = served.call("POST", f"/v1/posts/{post}/retry")
    assert (retried.status_code, retried.json()["error"]["rule"]) == (409, "media.unknown")


def test_the_sweep_is_a_command_that_can_be_tried_dry(served: Served) -> None:
    assert served.cli("media", "sweep", "--dry-run", "--json") == {"dryRun": True, "files": 0}
    assert served.cli("media", "sweep", "--json") == {"dryRun": False, "files": 0, "objects": 0, "bytes": 0}
