"""Bad input: each a clear 400 with what was measured, the limit and the rule; and nothing reaches Meta."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.support import files
from tests.support.served import Served

AccountOf = Callable[[str], dict[str, Any]]
FAMILY = "\N{MAN}\N{ZERO WIDTH JOINER}\N{WOMAN}\N{ZERO WIDTH JOINER}\N{GIRL}"


def upload(served: Served, data: bytes, name: str) -> str:
    """A file's media id."""
    reply = served.call("POST", "/v1/media", files={"file": (name, data)})
    assert reply.status_code == 201, reply.text
    return str(reply.json()["id"])


def refused(served: Served, body: dict[str, Any]) -> dict[str, Any]:
    """The error of a refusal at preflight, with nothing sent upstream."""
    before = len(served.journal())
    reply = served.post(body)
    assert reply.status_code == 400, reply.text
    assert served.journal()[before:] == []
    error: dict[str, Any] = reply.json()["error"]
    assert error["code"] == "preflight_failed"
    assert error["remediation"]
    assert served.http.get(error["ruleUrl"]).status_code == 200
    assert served.http.get(error["docUrl"]).status_code == 200
    return error


@pytest.fixture
def instagram(account_of: AccountOf) -> dict[str, str]:
    """How a body names the Instagram account."""
    return {"platform": "instagram", "id": account_of("instagram")["id"]}


@pytest.mark.parametrize(
    ("data", "name", "rule", "measured", "limit"),
    [
        (files.png(), "a.jpg", "instagram.media.mime_allowed", "image/png", "image/jpeg"),
        (files.jpeg(1500, 500), "a.jpg", "instagram.media.aspect_ratio", "3.00:1", "1.91:1"),
        (files.text_as_jpg(), "a.jpg", "media.kind_mismatch", "text/plain", "image"),
        (files.truncated_jpeg(), "a.jpg", "media.broken", "image/jpeg", "cannot be used"),
        (files.empty(), "a.jpg", "media.empty", "0 bytes", "0 bytes"),
        (files.jpeg(size=8_000_001), "a.jpg", "instagram.media.image_size_max", "8,000,001", "8,000,000"),
        (files.mp4(3.0), "a.jpg", "media.kind_mismatch", "video/mp4", "image"),
    ],
)
def test_an_image_that_instagram_would_refuse(
    served: Served, instagram: dict[str, str], data: bytes, name: str, rule: str, measured: str, limit: str
) -> None:
    media = [{"kind": "image", "mediaId": upload(served, data, name)}]
    error = refused(served, {"account": instagram, "text": "hi", "media": media})
    assert error["rule"] == rule
    assert measured in error["message"]
    assert limit in error["message"]
    assert error["violations"][0]["path"].startswith("/media/0")


def test_a_two_second_video(served: Served, instagram: dict[str, str]) -> None:
    media = [{"kind": "video", "mediaId": upload(served, files.mp4(2.0), "a.mp4")}]
    error = refused(served, {"account": instagram, "media": media})
    assert error["rule"] == "instagram.media.video_duration"
    assert "2.0 s" in error["message"]
    assert error["violations"][0]["limit"] == [3.0, 900.0]
    assert error["violations"][0]["unit"] == "seconds"


def test_a_text_only_instagram_post(served: Served, instagram: dict[str, str]) -> None:
    error = refused(served, {"account": instagram, "text": "shipped"})
    assert error["rule"] == "instagram.media.required"


def test_eleven_items_come_with_a_fix_that_leaves_ten(served: Served, instagram: dict[str, str]) -> None:
    item = {"kind": "image", "mediaId": upload(served, files.jpeg(), "a.jpg")}
    error = refused(served, {"account": instagram, "media": [item] * 11})
    assert error["rule"] == "instagram.media.count_max"
    assert error["violations"][0]["actual"] == 11
    assert error["violations"][0]["fix"] == [{"op": "remove", "path": "/media/10"}]


@pytest.mark.parametrize("unit", ["x", FAMILY], ids=["ascii", "emoji families"])
def test_2201_graphemes_are_one_too_many_and_2200_are_not(served: Served, instagram: dict[str, str], unit: str) -> None:
    error = refused(served, {"account": instagram, "text": unit * 2201})
    rules = {violation["rule"]: violation for violation in error["violations"]}
    assert rules["instagram.text.max_graphemes"]["actual"] == 2201
    fits = refused(served, {"account": instagram, "text": unit * 2200})
    assert "instagram.text.max_graphemes" not in {violation["rule"] for violation in fits["violations"]}


def test_every_violation_of_every_target_is_in_one_answer(
    served: Served, instagram: dict[str, str], account_of: AccountOf
) -> None:
    wide = {"kind": "image", "mediaId": upload(served, files.jpeg(1500, 500), "a.jpg")}
    png = {"kind": "image", "mediaId": upload(served, files.png(), "b.png")}
    video = {"kind": "video", "mediaId": upload(served, files.mp4(4.0), "c.mp4"), "altText": "moving"}
    error = refused(
        served,
        {
            "targets": [
                {"accountId": instagram["id"]},
                {"accountId": account_of("facebook")["id"], "media": [png, video]},
            ],
            "text": "#a " * 31,
            "media": [wide, png],
            "firstComment": {"text": "first"},
        },
    )
    found = {(violation["target"], violation["rule"], violation["path"]) for violation in error["violations"]}
    assert found == {
        (0, "instagram.text.hashtags_max", "/text"),
        (0, "instagram.media.mime_allowed", "/media/1"),
        (0, "instagram.media.aspect_ratio", "/media/0"),
        (0, "instagram.media.image_width_max", "/media/0"),
        (0, "instagram.carousel.aspect_ratio", "/media/1"),
        (0, "instagram.first_comment.unsupported", "/firstComment"),
        (1, "facebook.media.image_video_exclusive", "/targets/1/media"),
        (1, "facebook.media.alt_text_unsupported", "/targets/1/media/1/altText"),
        (1, "facebook.first_comment.unsupported", "/firstComment"),
    }


def test_inline_bytes_are_judged_like_any_file(served: Served, instagram: dict[str, str]) -> None:
    error = refused(served, {"account": instagram, "media": [{"kind": "image", "bytesBase64": "aGVsbG8="}]})
    assert error["rule"] == "media.kind_mismatch"


@pytest.mark.parametrize(
    ("body", "rule", "words"),
    [
        ({"text": "hi"}, "targets", "at least one account"),
        ({"targets": [], "text": "hi"}, "targets", "at least one account"),
        ({"targets": [{"platform": "facebook"}] * 26, "text": "x"}, "targets.max", "26"),
        ({"targets": [{}], "text": "hi"}, "targets.0.accountId", "accountId or platform"),
        ({"targets": [{"platform": "facebook"}], "txt": "hi"}, "txt", "did you mean 'text'"),
        ({"targets": [{"accountId": "nope"}], "text": "hi"}, "targets.0.accountId", "not a UUID"),
        ({"targets": [{"platform": "bluesky"}], "text": "hi"}, "targets.0.platform", "bluesky"),
        ({"account": {"platform": "bluesky"}, "text": "hi"}, "account.platform", "bluesky"),
        ({"account": {"platform": "facebook"}, "text": "hi", "threads": {}}, "threads", "facebook, instagram"),
        ({"targets": [{"platform": "facebook"}], "options": {}}, "options", "belongs inside a target"),
        ({"targets": [{"platform": "facebook"}], "text": "a\0b"}, "text", "U+0000"),
        ({"targets": [{"platform": "facebook"}], "text": ""}, "text", "at least 1 character"),
        ({"targets": [{"platform": "facebook"}], "account": {"platform": "facebook"}}, "targets", "not both"),
        (
            {"targets": [{"platform": "facebook"}], "text": "x", "scheduledAt": "2030-01-01T00:00:00"},
            "scheduledAt",
            "timezone",
        ),
        (
            {"targets": [{"platform": "facebook"}], "text": "x", "scheduledAt": 1893456000},
            "scheduledAt",
            "ISO 8601",
        ),
        (
            {
                "targets": [{"platform": "facebook"}],
                "text": "x",
                "publishNow": True,
                "scheduledAt": "2030-01-01T00:00:00Z",
            },
            "mode_conflict",
            "contradict",
        ),
        (
            {"targets": [{"platform": "facebook"}], "text": "x", "media": [{"kind": "image"}]},
            "media.0",
            "exactly one of mediaId, url and bytesBase64",
        ),
        (
            {"targets": [{"platform": "facebook"}], "text": "x", "metadata": {str(n): n for n in range(51)}},
            "metadata",
            "51 keys",
        ),
        (["not", "an", "object"], "body", "JSON object"),
    ],
)
def test_a_malformed_body_names_the_field(served: Served, body: Any, rule: str, words: str) -> None:
    before = len(served.journal())
    reply = served.post(body)
    assert reply.status_code == 400
    error = reply.json()["error"]
    assert error["code"] == "validation_failed"
    assert error["rule"] == rule
    assert words in error["message"]
    assert served.journal()[before:] == []


def test_what_the_account_cannot_mean(served: Served, account_of: AccountOf) -> None:
    page = account_of("facebook")
    cases: list[tuple[dict[str, Any], int, str | None]] = [
        ({"targets": [{"platform": "facebook"}], "text": "x"}, 400, "target.account.ambiguous"),
        (
            {"targets": [{"accountId": page["id"], "platform": "instagram"}], "text": "x"},
            400,
            "targets.account.platform_mismatch",
        ),
        (
            {"targets": [{"accountId": page["id"], "options": {"platform": "instagram"}}], "text": "x"},
            400,
            "targets.options.platform_mismatch",
        ),
        ({"targets": [{"accountId": "01a20ab5-97d8-715a-8720-a943e4945e0e"}], "text": "x"}, 404, None),
    ]
    for body, status, rule in cases:
        reply = served.post(body)
        assert (reply.status_code, reply.json()["error"].get("rule")) == (status, rule), reply.text


def test_an_unknown_option_is_named(served: Served, account_of: AccountOf) -> None:
    options = {"platform": "facebook", "lnk": "https://example.com"}
    reply = served.post({"targets": [{"accountId": account_of("facebook")["id"], "options": options}], "text": "x"})
    assert reply.status_code == 400
    assert reply.json()["error"]["rule"] == "targets.0.options.lnk"
    assert "link" in reply.json()["error"]["message"]


def test_media_of_nobody_is_404_and_names_the_id(served: Served, instagram: dict[str, str]) -> None:
    unknown = "med_0000000000000000000000"
    reply = served.post({"account": instagram, "media": [{"kind": "image", "mediaId": unknown}]})
    assert reply.status_code == 404
    assert reply.json()["error"]["rule"] == "media.unknown"
    assert unknown in reply.json()["error"]["message"]


def test_a_time_in_the_past(served: Served, account_of: AccountOf) -> None:
    body = {
        "targets": [{"accountId": account_of("facebook")["id"]}],
        "text": "x",
        "scheduledAt": "2020-01-01T00:00:00Z",
    }
    reply = served.post(body)
    assert reply.status_code == 400
    assert reply.json()["error"]["rule"] == "scheduledAt.future"
