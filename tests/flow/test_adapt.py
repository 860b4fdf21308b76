"""`adapt` from the request to what a person sees in the feed."""

import base64
import os
import re
import signal
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pillow_heif
import pytest
from PIL import Image

from tests.support import files
from tests.support.looks import distance, opened, phone_heic, saved
from tests.support.served import ON_BOTH, Served, serving, wait_for

pillow_heif.register_heif_opener(thumbnails=False)

AccountOf = Callable[[str], dict[str, Any]]


@pytest.fixture(params=ON_BOTH)
def served(request: pytest.FixtureRequest) -> Served:
    """On SQLite and on PostgreSQL."""
    found: Served = request.getfixturevalue(request.param)
    return found


def upload(served: Served, data: bytes) -> str:
    """A file's id."""
    return str(served.call("POST", "/v1/media", files={"file": ("f", data)}).json()["id"])


def item(media_id: str, adapt: Any = None) -> dict[str, Any]:
    """A media item."""
    return {"kind": "image", "mediaId": media_id, **({"adapt": adapt} if adapt is not None else {})}


def named(account: dict[str, Any]) -> dict[str, str]:
    """How a request names it."""
    return {"platform": account["platform"], "id": account["id"]}


def publish(served: Served, account: dict[str, Any], **members: Any) -> dict[str, Any]:
    """A post that goes out."""
    reply = served.post({"account": named(account), **members}, Prefer="wait=60")
    assert reply.status_code == 201, reply.text
    found: dict[str, Any] = reply.json()
    return found


def shown(served: Served, post: dict[str, Any]) -> list[Image.Image]:
    """The pictures that a person sees in the simulated feed."""
    page = served.http.get(post["uri"]).text
    urls = re.findall(r'<img src="([^"]*/cdn/[^"]*)"', page)
    return [opened(served.http.get(url).content) for url in urls]


def test_a_phones_heic_is_seen_the_right_way_up(served: Served, account_of: AccountOf) -> None:
    upright = files.picture(240, 720)
    media_id = upload(served, phone_heic(upright, 6))
    post = publish(served, account_of("instagram"), text="from my phone", media=[item(media_id, "fit")])
    [seen] = shown(served, post)
    expected = Image.new("RGB", (576, 720), "white")
    expected.paste(upright, (168, 0))
    assert seen.format == "JPEG"
    assert distance(seen, expected) <= 10


def test_the_fixes_of_a_refusal_make_the_post_go_out(served: Served, account_of: AccountOf) -> None:
    media = [item(upload(served, files.png(3000, 1000)))]
    body = {"account": named(account_of("instagram")), "text": "wide", "media": media}
    refused = served.post(body)
    assert refused.status_code == 400
    for violation in refused.json()["error"]["violations"]:
        for step in violation["fix"]:
            assert (step["op"], step["path"]) == ("add", "/media/0/adapt")
            media[0]["adapt"] = step["value"]
    reply = served.post(body, Prefer="wait=60")
    assert reply.status_code == 201, reply.text
    assert [image.size for image in shown(served, reply.json())] == [(1440, 754)]


def test_each_target_has_its_own(served: Served, account_of: AccountOf) -> None:
    media_id = upload(served, files.png(1000, 400))
    crop = {"mode": "crop", "focus": {"x": 0.0, "y": 0.5}}
    body = {
        "targets": [
            {"accountId": account_of("instagram")["id"], "media": [item(media_id, crop)]},
            {"accountId": account_of("facebook")["id"]},
        ],
        "text": "one file, two looks",
        "media": [item(media_id)],
    }
    reply = served.post(body, Prefer="wait=60")
    assert reply.status_code == 200, reply.text
    instagram, page = (shown(served, result) for result in reply.json()["results"])
    assert distance(instagram[0], files.picture(1000, 400).crop((0, 0, 764, 400))) <= 10
    assert (page[0].format, page[0].size) == ("PNG", (1000, 400))


def test_a_carousel_of_everything(served: Served, account_of: AccountOf) -> None:
    sources = [
        files.jpeg(1000, 500, exif_orientation=6),
        files.webp(900, 600),
        files.avif(800, 800),
        files.cmyk_jpeg(700, 700),
        saved(files.picture(600, 600, "RGBA"), "PNG"),
    ]
    media = [item(upload(served, data), {"mode": "fit", "background": "#204060"}) for data in sources]
    post = publish(served, account_of("instagram"), text="a carousel", media=media)
    pictures = shown(served, post)
    assert [image.format for image in pictures] == ["JPEG"] * 5
    assert [image.width / image.height for image in pictures] == [pytest.approx(0.8, abs=0.01)] * 5
    upright = files.picture(1000, 500).transpose(Image.Transpose.ROTATE_270)
    expected = Image.new("RGB", (800, 1000), "#204060")
    expected.paste(upright, (150, 0))
    assert distance(pictures[0], expected) <= 10


def test_inline_bytes_are_adapted_too(served: Served, account_of: AccountOf) -> None:
    data = saved(files.picture(640, 640), "PNG")
    inline = {"kind": "image", "bytesBase64": base64.b64encode(data).decode(), "adapt": "convert"}
    [seen] = shown(served, publish(served, account_of("instagram"), text="inline", media=[inline]))
    assert distance(seen, files.picture(640, 640)) <= 6


def test_a_rendition_can_be_looked_at_before_it_is_posted(served: Served, account_of: AccountOf) -> None:
    media_id = upload(served, files.png(2000, 500))
    path = f"/v1/media/{media_id}/renditions"
    asked = served.call("POST", path, json={"platform": "instagram", "adapt": "fit"})
    assert asked.status_code == 202, asked.text
    id = asked.json()["rendition"]["id"]
    assert asked.json()["rendition"]["state"] in ("queued", "working", "ready")

    def ready() -> Any:
        found = served.call("GET", f"/v1/renditions/{id}").json()
        return found if found["state"] == "ready" else None

    made = wait_for(ready)
    assert (made["sourceMediaId"], made["recipe"]["canvas"]) == (media_id, [1440, 754])
    assert (made["facts"]["width"], made["facts"]["mime"]) == (1440, "image/jpeg")
    assert opened(served.http.get(made["url"]).content).size == (1440, 754)
    listed = served.call("GET", path).json()["data"]
    assert [one["id"] for one in listed] == [id]
    assert [one["id"] for one in served.call("GET", f"/v1/media/{media_id}").json()["renditions"]] == [id]
    assert served.call("GET", f"/v1/media/{made['mediaId']}").json()["derivedFrom"] == media_id
    assert made["mediaId"] not in [one["id"] for one in served.call("GET", "/v1/media").json()["data"]]
    assert served.call("POST", path, json={"platform": "instagram", "adapt": "fit"}).status_code == 200
    post = publish(served, account_of("instagram"), text="seen before", media=[item(media_id, "fit")])
    detail = served.call("GET", f"/v1/posts/{post['id']}").json()
    assert detail["mediaRefs"] == [{**item(media_id, "fit"), "renditionId": id}]


def test_what_is_deleted_takes_its_renditions_with_it_unless_equal_bytes_stay(
    served: Served, account_of: AccountOf
) -> None:
    data = saved(files.picture(1111, 401), "PNG")
    first, second = upload(served, data), upload(served, data)
    publish(served, account_of("instagram"), text="to be deleted", media=[item(first, "fit")])
    [made] = served.call("GET", f"/v1/media/{first}/renditions").json()["data"]
    assert served.call("DELETE", f"/v1/media/{first}").status_code == 200
    [kept] = served.call("GET", f"/v1/media/{second}/renditions").json()["data"]
    assert (kept["id"], kept["mediaId"], kept["sourceMediaId"]) == (made["id"], made["mediaId"], second)
    assert served.call("GET", f"/v1/media/{made['mediaId']}").json()["derivedFrom"] == second
    assert served.call("DELETE", f"/v1/media/{second}").status_code == 200
    assert served.call("GET", f"/v1/media/{made['mediaId']}").status_code == 404
    assert served.call("GET", f"/v1/renditions/{made['id']}").status_code == 404


def test_a_url_that_is_adapted_is_served_from_here(served: Served, account_of: AccountOf) -> None:
    hosted = served.call("GET", f"/v1/media/{upload(served, files.png(900, 400))}").json()["url"]
    media = [{"kind": "image", "url": hosted, "adapt": "fit"}]
    post = publish(served, account_of("instagram"), text="from a URL", media=media)
    assert [image.size for image in shown(served, post)] == [(900, 472)]


def test_validate_says_what_would_be_made_and_makes_nothing(served: Served, account_of: AccountOf) -> None:
    media_id = upload(served, files.png(2400, 601))
    body = {"account": named(account_of("instagram")), "media": [item(media_id, "fit")]}
    reply = served.call("POST", "/v1/posts/validate", json=body)
    [verdict] = reply.json()["targets"]
    assert verdict["ok"], reply.text
    [planned] = verdict["renditions"]
    assert (planned["mediaId"], planned["recipe"]["canvas"]) == (media_id, [1440, 754])
    assert verdict["calls"][0]["params"]["image_url"] == f"{{signed URL of {planned['id']}}}"
    assert served.call("GET", f"/v1/media/{media_id}/renditions").json()["data"] == []


def test_what_needs_nothing_has_no_rendition(served: Served) -> None:
    media_id = upload(served, files.jpeg(900, 900))
    reply = served.call("POST", f"/v1/media/{media_id}/renditions", json={"platform": "instagram", "adapt": "fit"})
    assert (reply.status_code, reply.json()) == (200, {"rendition": None})


def test_wishes_for_renditions_that_make_no_sense(served: Served) -> None:
    photo, clip = upload(served, files.png(900, 900)), upload(served, files.mp4(1, 320, 180))
    for media_id, body, status, rule in (
        (photo, {"platform": "myspace", "adapt": "fit"}, 400, "platform"),
        (photo, {"platform": "instagram", "adapt": "stretch"}, 400, "adapt"),
        (photo, {"platform": "instagram"}, 400, "adapt"),
        (clip, {"platform": "instagram", "adapt": "fit"}, 400, "media.adapt_decodable"),
        ("med_0000000000000000000000", {"platform": "instagram", "adapt": "fit"}, 404, "media.unknown"),
    ):
        reply = served.call("POST", f"/v1/media/{media_id}/renditions", json=body)
        assert (reply.status_code, reply.json()["error"]["rule"]) == (status, rule), reply.text
    assert served.call("GET", "/v1/renditions/rnd_x").status_code == 404


def test_a_scheduled_posts_rendition_is_made_at_once(served: Served, account_of: AccountOf) -> None:
    media_id = upload(served, files.png(1234, 400))
    at = (datetime.now(UTC) + timedelta(days=1)).isoformat()
    account = named(account_of("instagram"))
    reply = served.post({"account": account, "media": [item(media_id, "fit")], "scheduledAt": at})
    assert reply.status_code == 202, reply.text

    def states() -> list[str]:
        listed = served.call("GET", f"/v1/media/{media_id}/renditions").json()["data"]
        return [one["state"] for one in listed]

    wait_for(lambda: states() == ["ready"])
    edit = {"media": [item(media_id, {"mode": "crop", "focus": {"x": 1, "y": 0}})]}
    changed = served.call("PATCH", f"/v1/posts/{reply.json()['id']}", json=edit)
    assert changed.status_code == 200, changed.text
    wait_for(lambda: states() == ["ready", "ready"])
    assert served.call("DELETE", f"/v1/posts/{reply.json()['id']}").status_code == 200


def test_an_image_that_is_enlarged_goes_out_with_a_warning(served: Served, account_of: AccountOf) -> None:
    media = [item(upload(served, files.png(200, 200)), "convert")]
    post = publish(served, account_of("instagram"), text="small", media=media)
    assert [warning["code"] for warning in post["warnings"]] == ["media.adapt_enlarged"]
    assert [image.size for image in shown(served, post)] == [(320, 320)]


def test_a_conversion_that_fails_rejects_the_post_and_says_why(tmp_path: Path) -> None:
    """A strip so long that cutting a picture out of its enlargement takes more memory than there is."""
    with serving(tmp_path / "data", env={"PUBLICIST_MEDIA_MEMORY_BYTES": "400000000"}) as served:
        account = next(one for one in served.connect() if one["platform"] == "instagram")
        media = [item(upload(served, files.jpeg(60, 60_000)), "crop")]
        reply = served.post({"account": named(account), "media": media}, Prefer="wait=60")
        assert reply.status_code == 422, reply.text
        error = reply.json()["error"]
        assert (error["code"], error["rule"]) == ("platform_rejected", "media.adapt_failed")
        assert "more than 400,000,000 bytes of memory" in error["message"]
        [found] = served.call("GET", f"/v1/media/{media[0]['mediaId']}").json()["renditions"]
        assert found["state"] == "failed"
        assert "more than 400,000,000 bytes of memory" in found["reason"]
        assert all(entry["path"] != "/media" for entry in served.journal() if entry["method"] == "POST")


def decoder_of(pid: int) -> int | None:
    """The decoding process of a server."""
    for task in Path(f"/proc/{pid}/task").iterdir():
        for child in (task / "children").read_text().split():
            if b"publicist.media.decode" in Path(f"/proc/{child}/cmdline").read_bytes():
                return int(child)
    return None


def test_a_kill_in_the_middle_shows_no_half_file_and_the_job_goes_on(tmp_path: Path) -> None:
    with serving(tmp_path / "data") as first:
        account = next(one for one in first.connect() if one["platform"] == "instagram")
        media_id = upload(first, files.png(1500, 500))
        decoder = decoder_of(first.pid)
        assert decoder is not None
        os.kill(decoder, signal.SIGSTOP)
        reply = first.post({"account": named(account), "media": [item(media_id, "fit")]}, Prefer="respond-async")
        assert reply.status_code == 202
        listing = f"/v1/media/{media_id}/renditions"
        wait_for(lambda: first.call("GET", listing).json()["data"][0]["state"] == "working")
        assert first.call("GET", listing).json()["data"][0]["mediaId"] is None
        os.kill(first.pid, signal.SIGKILL)
        os.kill(decoder, signal.SIGKILL)
    with serving(tmp_path / "data", key=first.key) as second:
        path = f"/v1/posts/{reply.json()['id']}"
        post = wait_for(lambda: (found := second.call("GET", path).json())["status"] == "published" and found)
        [image] = shown(second, {"uri": post["platformUri"]})
        assert image.size == (1440, 754)
        assert [one["state"] for one in second.call("GET", listing).json()["data"]] == ["ready"]
        assert sum(entry["path"].endswith("/media_publish") for entry in second.journal()) == 1
