"""Instagram containers: what they take, how they are fed, how they end; tests are named after duties."""

import socket
from typing import Any

import httpx2
import pytest

from tests.graphsim.conftest import Caller, Site
from tests.support import files
from tests.support.graphsim import Graphsim
from tests.support.instagram import (
    DAY,
    IMAGE_SECONDS,
    NOT_MEDIA,
    VIDEO_SECONDS,
    Account,
    ended,
    make,
    pass_time,
    read,
    serve,
)

PLACE = "112130216863063"


@pytest.fixture
def sim(running_slow_sim: Graphsim) -> Graphsim:
    """Only the control clock ends processing."""
    running_slow_sim.control("POST", "reset")
    return running_slow_sim


# Processing


def test_duty_01_images_and_videos_take_time_on_the_simulators_clock(instagram: Account, site: Site) -> None:
    """Meta: IG Container; production reports for images."""
    caller, video = instagram[1], serve(site, "a.mp4", files.mp4())
    image = make(instagram, image_url=f"{site.url}/ok.jpg")
    reel = make(instagram, media_type="REELS", video_url=video)
    seen = [(read(caller, image), read(caller, reel))]
    for seconds in (IMAGE_SECONDS, VIDEO_SECONDS - IMAGE_SECONDS):
        pass_time(caller, seconds)
        seen.append((read(caller, image), read(caller, reel)))
    assert seen == [("IN_PROGRESS", "IN_PROGRESS"), ("FINISHED", "IN_PROGRESS"), ("FINISHED", "FINISHED")]


@pytest.mark.parametrize(
    ("video", "decoration", "number"),
    [
        (files.mp4(2.0), {}, 2207026),
        (files.mp4(3.0), {"thumb_offset": 3500}, 2207057),
        (files.mp4(3.0, audio=False), {"audio_configuration": {"audio_id": "1"}}, 2207082),
    ],
)
def test_duty_05_a_bad_video_ends_in_a_number_inside_the_status(
    instagram: Account, site: Site, video: bytes, decoration: dict[str, Any], number: int
) -> None:
    """Meta: IG Container; the numbers were met in production."""
    caller, url = instagram[1], serve(site, "bad.mp4", video)
    reel = make(instagram, media_type="REELS", video_url=url, **decoration)
    assert read(caller, reel) == "IN_PROGRESS"
    pass_time(caller, VIDEO_SECONDS)
    assert caller.done("GET", reel, fields="status_code,status") == {
        "id": reel,
        "status_code": "ERROR",
        "status": f"Error: Media upload has failed with error code {number}",
    }


def test_duty_05_a_container_can_hang_for_good(sim: Graphsim, instagram: Account, site: Site) -> None:
    """Reported by developers."""
    sim.control("POST", "faults", json={"faults": [{"kind": "stuck", "edge": "POST /{ig-user}/media", "calls": "1"}]})
    container = make(instagram, image_url=f"{site.url}/ok.jpg")
    pass_time(instagram[1], DAY - 60)
    assert read(instagram[1], container) == "IN_PROGRESS"


def test_duty_05_a_broken_upload_shows_only_in_its_phases(sim: Graphsim, instagram: Account) -> None:
    """Reported by developers: 1363008, FILE_NOT_FOUND."""
    sim.control("POST", "faults", json={"faults": [{"kind": "phase_error", "edge": "POST /{ig-user}/media"}]})
    container = make(instagram, media_type="REELS", upload_type="resumable")
    pass_time(instagram[1], DAY - 60)
    assert read(instagram[1], container) == "IN_PROGRESS"
    phases = read(instagram[1], container, "video_status")
    for name in ("uploading_phase", "processing_phase"):
        assert phases[name]["status"] == "error"
        assert phases[name]["errors"][0]["code"] == 1363008


def test_duty_05_reads_can_fail_while_the_post_is_fine(sim: Graphsim, instagram: Account, site: Site) -> None:
    """Reported by developers, May and June 2026."""
    id, caller = instagram
    broken = [
        {"kind": "error", "edge": f"GET /{{{kind}}}", "code": 100, "subcode": 33} for kind in ("container", "media")
    ]
    sim.control("POST", "faults", json={"faults": broken})
    container = make(instagram, image_url=f"{site.url}/ok.jpg")
    pass_time(caller, IMAGE_SECONDS)
    assert caller.refused("GET", container, fields="status_code") == (100, 33)
    media = caller.done("POST", f"{id}/media_publish", creation_id=container)["id"]
    assert caller.refused("GET", media, fields="permalink") == (100, 33)
    assert [one["id"] for one in caller.done("GET", f"{id}/media")["data"]] == [media]


def test_duty_16_a_container_expires_after_a_day(instagram: Account, site: Site) -> None:
    """Meta: IG Container."""
    id, caller = instagram
    container = make(instagram, image_url=f"{site.url}/ok.jpg")
    pass_time(caller, DAY - 60)
    assert read(caller, container) == "FINISHED"
    pass_time(caller, 61)
    assert read(caller, container) == "EXPIRED"
    assert read(caller, container, "status").startswith("Expired: ")
    assert caller.refused("POST", f"{id}/media_publish", creation_id=container) == (24, 2207008)


# Fetching


@pytest.mark.parametrize(
    ("status", "kind", "body"),
    [
        (200, "text/html", files.html_page()),
        (200, "image/jpeg", files.html_page()),
        (200, "text/plain", files.jpeg()),
        (302, "image/jpeg", files.jpeg()),
        (403, "image/jpeg", files.jpeg()),
        (404, "image/jpeg", files.jpeg()),
    ],
)
def test_duty_04_media_is_fetched_as_the_crawler_does(
    instagram: Account, site: Site, status: int, kind: str, body: bytes
) -> None:
    """Meta: Content Publishing: a public, direct URL; Error Codes, 9004/2207052."""
    url = serve(site, "it", body, kind, status)
    assert instagram[1].refused("POST", f"{instagram[0]}/media", image_url=url) == NOT_MEDIA
    story = ended(instagram, media_type="STORIES", video_url=url)
    assert story.endswith(" 2207026" if (status, kind) == (200, "image/jpeg") else " 2207052")


def test_duty_04_robots_and_unreachable_hosts_are_obeyed(instagram: Account, site: Site) -> None:
    """Meta: Resumable Uploads, `Restricted by robots.txt`; Error Codes, 9004/2207052."""
    id, caller = instagram
    site.files["/robots.txt"] = (200, "text/plain", b"User-agent: facebookexternalhit\nDisallow: /private/\n")
    private = serve(site, "private/a.jpg", files.jpeg(), "image/jpeg")
    assert caller.refused("POST", f"{id}/media", image_url=private) == NOT_MEDIA
    assert make(instagram, image_url=f"{site.url}/ok.jpg")
    for url in ("http://127.0.0.1:9/a.jpg", "ftp://127.0.0.1/a.jpg", f"{site.url}/\u00e4.jpg", "a.jpg"):
        assert caller.refused("POST", f"{id}/media", image_url=url) == NOT_MEDIA


def test_duty_04_a_host_that_never_answers_times_out(instagram: Account) -> None:
    """Meta: Error Codes, -2/2207003."""
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"http://127.0.0.1:{silent.getsockname()[1]}/a.jpg"
        assert instagram[1].refused("POST", f"{instagram[0]}/media", image_url=url) == (-2, 2207003)


# Parameters

PLACED = [{"username": "friend", "x": 0.5, "y": 0.5}]
NAMED = [{"username": "friend"}]
POLL = {"option_a": "Tea", "option_b": "Coffee"}
FEED = {"caption": "Words", "location_id": PLACE, "collaborators": ["friend"], "poll_attachment": POLL}
LABELS = {"is_ai_generated": True, "is_paid_partnership": True, "branded_content_sponsor_ids": ["1"]}
PRODUCT = {"product_tags": [{"product_id": "1", "x": 0.1, "y": 0.2}]}
VIDEO_PRODUCT = {"product_tags": [{"product_id": "1"}]}
REEL_ONLY = {
    "cover_url": "/ok.jpg",
    "thumb_offset": 1,
    "audio_name": "My sound",
    "share_to_feed": False,
    "trial_params": {"graduation_strategy": "MANUAL"},
    "audio_configuration": {"audio_id": "1", "audio_volume": 0, "video_volume": 100},
}
RESUMED = {"upload_type": "resumable"}
CHILD = {"is_carousel_item": True}
TAKES: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "image": ({"image_url": "/ok.jpg"}, {**FEED, **LABELS, **PRODUCT, "alt_text": "A cup", "user_tags": PLACED}),
    "reel": ({"media_type": "REELS", **RESUMED}, {**FEED, **LABELS, **VIDEO_PRODUCT, **REEL_ONLY, "user_tags": NAMED}),
    "carousel": ({"media_type": "CAROUSEL"}, {**FEED, **LABELS}),
    "image story": ({"media_type": "STORIES", "image_url": "/ok.jpg"}, {**LABELS, "user_tags": PLACED}),
    "video story": ({"media_type": "STORIES", **RESUMED}, {**LABELS, "user_tags": NAMED}),
    "image item": ({"image_url": "/ok.jpg", **CHILD}, {**PRODUCT, "alt_text": "A cup", "user_tags": PLACED}),
    "video item": (
        {"media_type": "VIDEO", **RESUMED, **CHILD},
        {**VIDEO_PRODUCT, "thumb_offset": 1, "user_tags": NAMED},
    ),
}
"""What each surface needs, and what may decorate it."""
DECORATION = {name: value for _, decoration in TAKES.values() for name, value in decoration.items()}
NEVER = ("published", "scheduled_publish_time", "filter", "story_link", "music")


def hosted(site: Site, params: dict[str, Any]) -> dict[str, Any]:
    """The parameters with the address of the caller's own host."""
    return {name: f"{site.url}{value}" if name.endswith("_url") else value for name, value in params.items()}


def items(instagram: Account, site: Site, count: int) -> list[str]:
    """Finished items for a carousel."""
    made = [make(instagram, image_url=f"{site.url}/ok.jpg", is_carousel_item=True) for _ in range(count)]
    pass_time(instagram[1], IMAGE_SECONDS)
    return made


@pytest.mark.parametrize("surface", TAKES)
def test_duty_18_each_surface_takes_its_parameters_and_no_other(
    sim: Graphsim, instagram: Account, site: Site, surface: str
) -> None:
    """Meta: IG User Media reference."""
    id, caller = instagram
    needed, decoration = (hosted(site, params) for params in TAKES[surface])
    if surface == "carousel":
        needed["children"] = items(instagram, site, 2)
    for name in sorted(set(DECORATION) - set(decoration)) + list(NEVER):
        reply = caller.call("POST", f"{id}/media", **needed, **hosted(site, {name: DECORATION.get(name, "1")}))
        assert reply.json()["error"]["code"] == 100, name
        assert name in reply.json()["error"]["message"]
    sim.control("POST", "account", json={"id": id, "trial_reels": True})
    assert make(instagram, **needed, **decoration)


IMAGE, REEL, STORY = (TAKES[surface][0] for surface in ("image", "reel", "video story"))


@pytest.mark.parametrize(
    ("needed", "decoration", "expected"),
    [
        (IMAGE, {"user_tags": NAMED}, (100, None)),
        (IMAGE, {"user_tags": [{"username": "friend", "x": 1.1, "y": 0.5}]}, (100, None)),
        (IMAGE, {"user_tags": [{"username": "friend", "x": -0.1, "y": 0.5}]}, (100, None)),
        (IMAGE, {"user_tags": PLACED * 21}, (100, 2207040)),
        (IMAGE, {"user_tags": "friend"}, (100, None)),
        (REEL, {"user_tags": PLACED}, (100, None)),
        (STORY, {"user_tags": [{"username": "friend", "x": 2, "y": 0}]}, (100, None)),
        (IMAGE, VIDEO_PRODUCT, (100, 2207036)),
        (REEL, PRODUCT, (100, 2207035)),
        (IMAGE, {"product_tags": [{"product_id": "a cup", "x": 0, "y": 0}]}, (100, 2207037)),
        (IMAGE, {"product_tags": PRODUCT["product_tags"] * 6}, (100, 2207040)),
        (IMAGE, {"collaborators": ["a", "a"]}, (100, None)),
        (IMAGE, {"branded_content_sponsor_ids": ["1", "2", "3"]}, (100, None)),
        (IMAGE, {"location_id": "1"}, (100, None)),
        (IMAGE, {"location_id": "112130216863065"}, (100, None)),
        (IMAGE, {"poll_attachment": {"option_a": "Tea"}}, (100, None)),
        (IMAGE, {"poll_attachment": {**POLL, "option_e": "None"}}, (100, None)),
        (IMAGE, {"poll_attachment": POLL, "is_comment_prompt_used": True}, (100, None)),
        (IMAGE, {"is_poll_duration_extended": True}, (100, None)),
        (IMAGE, {"is_ai_generated": "maybe"}, (100, None)),
        (REEL, {"trial_params": {"graduation_strategy": "SOON"}}, (100, None)),
        (REEL, {"trial_params": {"graduation_strategy": "MANUAL"}}, (100, 2207081)),
        (REEL, {"audio_configuration": {"audio_id": "1", "audio_volume": 101}}, (100, None)),
        (REEL, {"audio_configuration": {"audio_volume": 50}}, (100, None)),
        (REEL, {"thumb_offset": "early"}, (100, None)),
        (REEL, {"video_url": "https://example.com/a.mp4"}, (100, None)),
        ({"media_type": "REELS"}, {"upload_type": "chunked"}, (100, None)),
        ({"media_type": "REELS"}, {}, (100, None)),
        ({}, {}, (100, None)),
        ({"media_type": "POSTCARD"}, IMAGE, (100, 2207023)),
    ],
)
def test_duty_18_decoration_is_checked_as_documented(
    instagram: Account, site: Site, needed: dict[str, Any], decoration: dict[str, Any], expected: tuple[int, int | None]
) -> None:
    """Meta: IG User Media reference; Error Codes."""
    params = hosted(site, needed) | (hosted(site, decoration) if decoration is IMAGE else decoration)
    assert instagram[1].refused("POST", f"{instagram[0]}/media", **params) == expected


TEXTS: list[tuple[dict[str, Any], dict[str, Any], tuple[int, int | None]]] = [
    ({"caption": "\u00e9" * 2200}, {"caption": "\u00e9" * 2201}, (36004, 2207010)),
    ({"caption": "#tag " * 30}, {"caption": "#tag " * 31}, (36004, 2207010)),
    ({"caption": "@one " * 20}, {"caption": "@one " * 21}, (100, 2207040)),
    ({"alt_text": "a" * 1000}, {"alt_text": "a" * 1001}, (100, None)),
    ({"collaborators": ["a", "b", "c"]}, {"collaborators": ["a", "b", "c", "d"]}, (100, None)),
]


@pytest.mark.parametrize(("longest", "longer", "expected"), TEXTS)
def test_duty_18_texts_have_limits(
    instagram: Account, site: Site, longest: dict[str, Any], longer: dict[str, Any], expected: tuple[int, int | None]
) -> None:
    """Meta: IG User Media reference; Error Codes."""
    url = f"{site.url}/ok.jpg"
    assert instagram[1].refused("POST", f"{instagram[0]}/media", image_url=url, **longer) == expected
    assert make(instagram, image_url=url, **longest)


def test_duty_18_a_single_video_container_is_retired(instagram: Account, site: Site) -> None:
    """Meta: Instagram Platform changelog, 2023-11-09."""
    id, caller = instagram
    url = serve(site, "a.mp4", files.mp4())
    assert caller.refused("POST", f"{id}/media", media_type="VIDEO", video_url=url) == (100, 2207023)
    assert make(instagram, media_type="VIDEO", video_url=url, is_carousel_item=True)


# Carousels


def test_duty_15_carousels_take_two_to_ten_finished_children_once(instagram: Account, site: Site) -> None:
    """Meta: Content Publishing, Carousel Posts; Error Codes."""
    id, caller = instagram
    children = items(instagram, site, 11)
    for wrong in (children[:1], children, children[:1] * 2, []):
        assert caller.refused("POST", f"{id}/media", media_type="CAROUSEL", children=wrong) == (100, 2207028)
    pair = [children[0], make(instagram, image_url=f"{site.url}/ok.jpg", is_carousel_item=True)]
    assert caller.refused("POST", f"{id}/media", media_type="CAROUSEL", children=pair) == (9007, 2207027)
    assert caller.refused("POST", f"{id}/media_publish", creation_id=children[0]) == (24, 2207008)
    parent = make(instagram, media_type="CAROUSEL", children=children[:10])
    pass_time(caller, IMAGE_SECONDS)
    pair = [children[0], children[10]]
    assert caller.refused("POST", f"{id}/media", media_type="CAROUSEL", children=pair) == (24, 2207006)
    album = caller.done("POST", f"{id}/media_publish", creation_id=parent)["id"]
    assert len(caller.done("GET", album, fields="children{media_type}")["children"]["data"]) == 10


def test_duty_15_reels_carousels_and_expired_items_are_no_children(instagram: Account, site: Site) -> None:
    """Meta: Content Publishing, Carousel Posts; Error Codes, 24/2207006 and -2/2207020."""
    id, caller = instagram
    first, second, third = items(instagram, site, 3)
    parent = make(instagram, media_type="CAROUSEL", children=[first, second])
    reel = make(instagram, media_type="REELS", upload_type="resumable")
    for wrong in (parent, reel, "17999999999999999"):
        pair = [third, wrong]
        assert caller.refused("POST", f"{id}/media", media_type="CAROUSEL", children=pair) == (24, 2207006)
    pass_time(caller, DAY)
    pair = [third, *items(instagram, site, 1)]
    assert caller.refused("POST", f"{id}/media", media_type="CAROUSEL", children=pair) == (-2, 2207020)


# Uploads


def push(caller: Caller, uri: str, body: bytes = b"", scheme: str = "OAuth", **headers: object) -> httpx2.Response:
    """One call to rupload."""
    sent = {name: str(value) for name, value in headers.items()}
    return httpx2.post(uri, content=body, headers={"Authorization": f"{scheme} {caller.token}", **sent})


def failure(reply: httpx2.Response) -> tuple[int, str, bool]:
    """Status, type and whether to try again; rupload has an envelope of its own."""
    info = reply.json()["debug_info"]
    assert "error" not in reply.json()
    return reply.status_code, info["type"], info["retriable"]


def session(instagram: Account) -> tuple[str, str]:
    """A reel that waits for its bytes: its id, and where they go."""
    made = instagram[1].done("POST", f"{instagram[0]}/media", media_type="REELS", upload_type="resumable")
    return made["id"], made["uri"]


def test_duty_17_rupload_checks_scheme_offset_and_length_and_resumes(instagram: Account) -> None:
    """Meta: Resumable Uploads; the answer to another scheme is unconfirmed."""
    caller, (reel, uri), data = instagram[1], session(instagram), files.mp4()
    size, half = len(data), len(data) // 2
    assert failure(push(caller, uri, data, "Bearer", offset=0, file_size=size))[0] == 401
    assert failure(push(caller, uri, data, offset=5, file_size=size)) == (412, "OffsetInvalidError", True)
    assert failure(push(caller, uri, data[:half], offset=0, file_size=size)) == (400, "PartialRequestError", True)
    assert failure(push(caller, uri, data, offset=0, file_size=size)) == (412, "OffsetInvalidError", True)
    phase = read(caller, reel, "video_status")["uploading_phase"]
    assert (phase["bytes_transferred"], phase["source_file_size"]) == (half, size)
    assert push(caller, uri, data[half:], offset=half, file_size=size).json()["success"] is True
    pass_time(caller, VIDEO_SECONDS)
    assert read(caller, reel) == "FINISHED"


def test_duty_17_a_hosted_file_is_fetched_by_rupload(instagram: Account, site: Site) -> None:
    """Meta: Resumable Uploads."""
    caller, (reel, uri) = instagram[1], session(instagram)
    refused = push(caller, uri, file_url=serve(site, "locked.mp4", b"", status=403))
    assert failure(refused) == (422, "FileUrlProcessingError", False)
    assert "got status code: 403" in refused.text
    assert push(caller, uri, file_url=serve(site, "a.mp4", files.mp4())).json()["success"] is True
    assert read(caller, reel, "video_status")["uploading_phase"]["status"] == "complete"
    pass_time(caller, VIDEO_SECONDS)
    assert read(caller, reel) == "FINISHED"


def test_duty_17_more_bytes_than_announced_are_refused(instagram: Account) -> None:
    """Meta: Resumable Uploads, ProcessingFailedError."""
    caller, (reel, uri), data = instagram[1], session(instagram), files.mp4()
    reply = push(caller, uri, data + b"more", offset=0, file_size=len(data))
    assert failure(reply) == (400, "ProcessingFailedError", False)
    pass_time(caller, VIDEO_SECONDS)
    assert read(caller, reel) != "FINISHED"
