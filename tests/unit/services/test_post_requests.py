"""Both shapes of POST /v1/posts, read into the one form that the service takes."""

from datetime import UTC, datetime
from typing import Any

import pytest

from publicist.api.post_requests import read_post
from publicist.kit.errors import ValidationFailed
from publicist.services.post_requests import MediaRequest

ID = "01a20ab5-97d8-715a-8720-a943e4945e0e"
MEDIA = {"kind": "image", "mediaId": "med_0aB1cD2eF3gH4iJ5kL6mN7"}
VIDEO = {"kind": "video", "url": "https://example.com/a.mp4"}
ONE: dict[str, Any] = {"targets": [{"accountId": ID}]}


def refusal(body: Any) -> ValidationFailed:
    """The error that reading the body raises."""
    with pytest.raises(ValidationFailed) as caught:
        read_post(body)
    return caught.value


def test_the_account_shape_is_one_target_whose_members_stand_at_the_top() -> None:
    body = {
        "account": {"platform": "instagram", "id": ID.upper()},
        "text": "shipped",
        "media": [{**MEDIA, "altText": "a cup"}],
        "options": {"platform": "instagram"},
    }
    post, is_single = read_post(body)
    (target,) = post.targets
    assert is_single
    assert (target.account_id, target.platform, target.text) == (ID, "instagram", "shipped")
    assert target.options == {"platform": "instagram"}
    assert target.pointers["options"] == "/options"
    assert [(item.media_id, item.alt_text, item.pointer) for item in target.media] == [
        (MEDIA["mediaId"], "a cup", "/media/0")
    ]


def test_what_a_target_says_replaces_what_is_shared_and_points_into_the_target() -> None:
    body = {
        "targets": [{"accountId": ID}, {"platform": "facebook", "text": "own", "media": [VIDEO]}],
        "text": "shared",
        "media": [MEDIA, MEDIA],
        "firstComment": {"text": "first"},
    }
    post, is_single = read_post(body)
    shared, own = post.targets
    assert not is_single
    assert (shared.text, own.text) == ("shared", "own")
    assert [item.pointer for item in shared.media] == ["/media/0", "/media/1"]
    assert [item.pointer for item in own.media] == ["/targets/1/media/0"]
    assert (shared.pointers["text"], own.pointers["text"]) == ("/text", "/targets/1/text")
    assert (shared.first_comment, own.first_comment) == ("first", "first")
    assert own.pointers["firstComment"] == "/firstComment"


def test_an_empty_list_of_its_own_clears_the_shared_media() -> None:
    post, _ = read_post({"targets": [{"accountId": ID, "media": []}], "text": "x", "media": [MEDIA]})
    assert post.targets[0].media == ()


def test_inline_bytes_are_no_part_of_what_is_echoed() -> None:
    post, _ = read_post({**ONE, "media": [{"kind": "image", "bytesBase64": "aGk=", "altText": "x"}, VIDEO]})
    inline, linked = post.targets[0].media
    assert isinstance(inline, MediaRequest)
    assert inline.ref == {"kind": "image", "altText": "x"}
    assert linked.ref == VIDEO


@pytest.mark.parametrize("text", ["2030-01-01T10:00:00+01:00", "2030-01-01T09:00:00Z", "2030-01-01T04:00:00.000-05:00"])
def test_a_time_with_a_zone_is_one_instant(text: str) -> None:
    assert read_post({**ONE, "scheduledAt": text})[0].scheduled_at == datetime(2030, 1, 1, 9, tzinfo=UTC)


@pytest.mark.parametrize(
    "value", ["2030-01-01T09:00:00", "2030-01-01", "soon", 1893456000, "1893456000", "9999-12-31T23:59:59-01:00", True]
)
def test_a_time_that_is_no_instant_is_refused(value: Any) -> None:
    assert refusal({**ONE, "scheduledAt": value}).rule == "scheduledAt"


def test_the_fingerprint_is_of_the_content_and_not_of_its_order() -> None:
    body = {**ONE, "text": "x", "metadata": {"a": 1, "b": [1, 2]}}
    turned = {"metadata": {"b": [1, 2], "a": 1}, "text": "x", **ONE}
    other = {**body, "metadata": {"a": 1, "b": [2, 1]}}
    prints = [read_post(one)[0].fingerprint for one in (body, turned, other)]
    assert prints[0] == prints[1] != prints[2]


@pytest.mark.parametrize(
    ("change", "rule"),
    [
        ({"targets": "x"}, "targets"),
        ({"targets": [{"text": "x"}]}, "targets.0.accountId"),
        ({"targets": [{"accountId": ID}, {"accountId": None}]}, "targets.1.accountId"),
        ({"targets": [{"accountId": ID, "txt": "x"}]}, "targets.0.txt"),
        ({"targets": [{"accountId": ID, "media": [{**MEDIA, **VIDEO}]}]}, "targets.0.media.0"),
        ({"targets": [{"accountId": ID}] * 26}, "targets.max"),
        ({"account": {"platform": "facebook"}}, "targets"),
        ({"options": {"platform": "facebook"}}, "options"),
        ({"media": [{"kind": "gif", "url": "https://example.com/a"}]}, "media.0.kind"),
        ({"media": [{"kind": "image"}]}, "media.0"),
        ({"media": [{"kind": "image", "mediaId": "med_short"}]}, "media.0.mediaId"),
        ({"media": [{"kind": "image", "url": "ftp://example.com/a"}]}, "media.0.url"),
        ({"media": [{"kind": "image", "url": "/relative"}]}, "media.0.url"),
        ({"media": [{"kind": "image", "bytesBase64": ""}]}, "media.0.bytesBase64"),
        ({"text": ""}, "text"),
        ({"text": 5}, "text"),
        ({"text": "a\0b"}, "text"),
        ({"firstComment": {"text": ""}}, "firstComment.text"),
        ({"publishNow": "yes"}, "publishNow"),
        ({"publishNow": True, "scheduledAt": "2030-01-01T09:00:00Z"}, "mode_conflict"),
        ({"profileId": "mine"}, "profileId"),
        ({"externalId": "x" * 256}, "externalId"),
        ({"metadata": [1]}, "metadata"),
        ({"metadata": {str(n): n for n in range(51)}}, "metadata"),
        ({"metadata": {"a": "é" * 8192}}, "metadata"),
        ({"metadata": {"deep": [{"a": float("nan")}]}}, "metadata.deep.0.a"),
        ({"metadata": {"a": ["\0"]}}, "metadata.a.0"),
        ({"metadata": {"\0": 1}}, "metadata"),
    ],
)
def test_a_refusal_names_the_field(change: dict[str, Any], rule: str) -> None:
    assert refusal({**ONE, **change}).rule == rule


@pytest.mark.parametrize("member", ["pinterest", "threads", "twitter"])
def test_the_options_of_platforms_that_are_not_here_are_refused_as_such(member: str) -> None:
    error = refusal({"account": {"platform": "facebook", "id": ID}, "text": "x", member: {}})
    assert error.rule == member
    assert "there are: facebook, instagram" in error.message


def test_limits_are_reachable() -> None:
    post, _ = read_post(
        {
            "targets": [{"accountId": ID}] * 25,
            "externalId": "x" * 255,
            "metadata": {f"{n:02}": n for n in range(50)},
            "publishNow": False,
            "scheduledAt": "2030-01-01T09:00:00Z",
        }
    )
    assert len(post.targets) == 25
    whole = {"a": "é" * ((16_384 - len('{"a": ""}')) // 2)}
    assert read_post({**ONE, "metadata": whole})[0].metadata == whole
