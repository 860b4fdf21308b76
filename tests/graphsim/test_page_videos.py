"""Videos, Reels and stories of a Page."""

from collections.abc import Callable
from typing import Any

import httpx2
import pytest

from tests.graphsim.conftest import Caller, Site, appsecret_proof
from tests.support import files
from tests.support.graphsim import APP_ID, APP_SECRET, Graphsim
from tests.support.instagram import serve

Account = tuple[str, Caller]
CHUNK = 1024 * 1024
DAY = 24 * 3600


def send(page: Account, edge: str, parts: dict[str, Any], **data: Any) -> Any:
    """A multipart call."""
    own = page[1]
    secret = {"access_token": own.token, "appsecret_proof": appsecret_proof(own.token)}
    named = {name: (f"{name}.mp4", body, "application/octet-stream") for name, body in parts.items()}
    return httpx2.post(
        f"{own.sim.url}/graph-video.facebook.com/v26.0/{edge}", data={**secret, **data}, files=named
    ).json()


def status(page: Account, video: str) -> dict[str, Any]:
    """Where a video is."""
    found: dict[str, Any] = page[1].done("GET", video, fields="status,permalink_url,post_id,published,length")
    return found


def ready(page: Account) -> None:
    """Processing is over."""
    page[1].sim.control("POST", "clock", json={"seconds": 5})


def test_duty_21_a_video_is_sent_at_the_offsets_that_are_named(page: Account) -> None:
    """Meta: Video API, Publishing."""
    id, own = page
    data = files.mp4(3.0) + b"\0\0\0\x08free" * (CHUNK // 8)
    session = own.done("POST", f"{id}/videos", upload_phase="start", file_size=len(data))
    assert (session["start_offset"], session["end_offset"]) == ("0", str(CHUNK))
    key = {"upload_session_id": session["upload_session_id"]}
    assert own.refused("POST", f"{id}/videos", upload_phase="finish", **key) == (6000, 1363045)
    wrong = own.call("POST", f"{id}/videos", upload_phase="transfer", start_offset="5", **key).json()["error"]
    assert (wrong["error_subcode"], wrong["error_data"]["start_offset"]) == (1363037, "0")
    offset = 0
    while offset < len(data):
        part = {"video_file_chunk": data[offset : offset + CHUNK]}
        found = send(page, f"{id}/videos", part, upload_phase="transfer", start_offset=str(offset), **key)
        offset = int(found["start_offset"])
    assert found["start_offset"] == found["end_offset"]
    assert status(page, session["video_id"])["status"]["video_status"] == "upload_complete"
    assert own.done("POST", f"{id}/videos", upload_phase="finish", description="done", **key) == {"success": True}
    assert status(page, session["video_id"])["status"]["video_status"] == "processing"
    ready(page)
    assert status(page, session["video_id"])["published"] is True
    assert own.refused("POST", f"{id}/videos", upload_phase="finish", **key) == (6000, 1363041)


def test_duty_21_a_video_comes_by_url_in_one_piece_or_by_handle(page: Account, site: Site) -> None:
    """Meta: Page Videos; Resumable Upload API."""
    id, own = page
    data = files.mp4(3.0)
    site.files["/a.mp4"] = (200, "video/mp4", data)
    made = [own.done("POST", f"{id}/videos", file_url=f"{site.url}/a.mp4", title="by URL")["id"]]
    made.append(send(page, f"{id}/videos", {"source": data}, description="in one piece")["id"])
    app = Caller(own.sim, f"{APP_ID}|{APP_SECRET}")
    upload = app.done("POST", f"{APP_ID}/uploads", file_name="a.mp4", file_length=len(data), file_type="video/mp4")[
        "id"
    ]
    url = f"{own.sim.url}/graph.facebook.com/v26.0/{upload}"
    headers = {"Authorization": f"OAuth {own.token}", "file_offset": "0"}
    assert httpx2.post(url, content=data[:100], headers=headers).json()["file_offset"] == 100
    assert httpx2.post(url, content=data, headers=headers).status_code == 412
    assert app.done("GET", upload)["file_offset"] == 100
    handle = httpx2.post(url, content=data[100:], headers={**headers, "file_offset": "100"}).json()["h"]
    made.append(own.done("POST", f"{id}/videos", fbuploader_video_file_chunk=handle, description="by handle")["id"])
    ready(page)
    for video in made:
        found = status(page, video)
        assert found["status"]["publishing_phase"]["publish_status"] == "published"
        assert found["permalink_url"] == f"/{id}/videos/{video}/"
        assert 2.9 < found["length"] < 3.1
    assert len(own.done("GET", f"{id}/feed")["data"]) == 3


@pytest.mark.parametrize(
    ("params", "code"),
    [
        ({}, (6001, 1363020)),
        ({"upload_phase": "jump"}, (100, None)),
        ({"upload_phase": "start"}, (100, None)),
        ({"upload_phase": "start", "file_size": "2000000001"}, (6000, 1363023)),
        ({"upload_phase": "start", "file_size": "9", "file_url": "https://a.example/"}, (100, None)),
        ({"upload_phase": "transfer", "upload_session_id": "9"}, (6000, 1363041)),
        ({"fbuploader_video_file_chunk": "4:nothing"}, (100, None)),
        ({"file_url": "SITE/nothing.mp4"}, (389, None)),
        ({"file_url": "SITE/ok.jpg", "content_category": "POETRY"}, (100, None)),
        ({"file_url": "SITE/ok.jpg", "description": "x" * 63_207}, (100, None)),
        ({"file_url": "SITE/ok.jpg", "published": "false", "scheduled_publish_time": "9"}, (100, None)),
    ],
)
def test_bad_videos_calls_are_refused(page: Account, site: Site, params: dict[str, str], code: tuple[int, int]) -> None:
    """Meta: Page Videos; Video API, Error Codes."""
    sent = {name: value.replace("SITE", site.url) for name, value in params.items()}
    assert page[1].refused("POST", f"{page[0]}/videos", **sent) == code


def test_a_file_that_is_no_video_ends_in_an_error_of_its_processing(page: Account, site: Site) -> None:
    """Meta: Video, status."""
    video = page[1].done("POST", f"{page[0]}/videos", file_url=f"{site.url}/ok.jpg")["id"]
    ready(page)
    found = status(page, video)
    assert found["status"]["video_status"] == "error"
    assert found["status"]["processing_phase"]["errors"][0]["code"] in (1363024, 1363025)
    assert page[1].done("GET", f"{page[0]}/feed")["data"] == []


@pytest.mark.parametrize(
    "make",
    [files.webm, lambda: files.gif(frames=40), lambda: files.mp4(4, 180, 320)[:-20_000]],
    ids=["webm", "moving gif", "cut off"],
)
def test_duty_18_a_page_takes_whole_mp4_and_mov(page: Account, site: Site, make: Callable[[], bytes]) -> None:
    """Meta: Video API, Error Codes."""
    url = serve(site, "it.mp4", make())
    video = page[1].done("POST", f"{page[0]}/videos", file_url=url)["id"]
    ready(page)
    assert status(page, video)["status"]["processing_phase"]["errors"][0]["code"] == 1363024


def test_a_session_expires_and_can_be_canceled(page: Account) -> None:
    """Meta: Video API, Publishing."""
    id, own = page
    first, second = (own.done("POST", f"{id}/videos", upload_phase="start", file_size=9) for _ in range(2))
    cancel = {"upload_phase": "cancel", "upload_session_id": first["upload_session_id"]}
    assert own.done("POST", f"{id}/videos", **cancel) == {"success": True}
    own.sim.control("POST", "clock", json={"seconds": DAY + 1})
    assert status(page, second["video_id"])["status"]["video_status"] == "expired"
    late = {"upload_phase": "finish", "upload_session_id": second["upload_session_id"]}
    assert own.refused("POST", f"{id}/videos", **late) == (6000, 1363041)
    assert own.done("DELETE", second["video_id"]) == {"success": True}


def upload(page: Account, edge: str, data: bytes) -> str:
    """Start a Reel or a story and send its bytes."""
    made = page[1].done("POST", f"{page[0]}/{edge}", upload_phase="start")
    headers = {"Authorization": f"OAuth {page[1].token}", "offset": "0", "file_size": str(len(data))}
    assert httpx2.post(made["upload_url"], content=data, headers=headers).json() == {"success": True}
    return str(made["video_id"])


def test_a_reel_is_started_uploaded_and_finished(page: Account) -> None:
    """Meta: Reels Publishing API."""
    video = upload(page, "video_reels", files.mp4(3.0))
    finish = {"upload_phase": "finish", "video_id": video, "video_state": "PUBLISHED", "description": "a reel"}
    assert page[1].done("POST", f"{page[0]}/video_reels", **finish) == {"success": True}
    ready(page)
    assert status(page, video)["status"]["video_status"] == "ready"
    assert page[1].refused("POST", f"{page[0]}/video_reels", **finish) == (6000, 1363041)
    other = upload(page, "video_reels", files.mp4(3.0))
    wrong = {**finish, "video_id": other, "video_state": "SCHEDULED"}
    assert page[1].refused("POST", f"{page[0]}/video_reels", **wrong) == (100, None)


def test_duty_11_a_page_has_30_reels_a_day(sim: Graphsim, page: Account) -> None:
    """Meta: Reels Publishing API."""
    data = files.mp4(3.0)

    def publish() -> Any:
        finish = {"upload_phase": "finish", "video_id": upload(page, "video_reels", data), "video_state": "PUBLISHED"}
        return page[1].call("POST", f"{page[0]}/video_reels", **finish).json()

    assert [publish() for _ in range(30)] == [{"success": True}] * 30
    assert publish()["error"]["code"] == 368
    sim.control("POST", "clock", json={"seconds": DAY + 1})
    assert publish() == {"success": True}


def test_stories_of_a_page_live_for_a_day(sim: Graphsim, page: Account, site: Site) -> None:
    """Meta: Facebook Stories API."""
    id, own = page
    photo = own.done("POST", f"{id}/photos", url=f"{site.url}/ok.jpg", published=False)["id"]
    own.done("POST", f"{id}/photo_stories", photo_id=photo)
    assert own.refused("POST", f"{id}/photo_stories", photo_id=photo) == (100, 1366051)
    video = upload(page, "video_stories", files.mp4(3.0))
    own.done("POST", f"{id}/video_stories", upload_phase="finish", video_id=video)
    listed = own.done("GET", f"{id}/stories", status="published")["data"]
    assert [one["media_type"] for one in listed] == ["video", "photo"]
    assert own.done("GET", f"{id}/feed")["data"] == []
    sim.control("POST", "clock", json={"seconds": DAY + 1})
    assert [one["status"] for one in own.done("GET", f"{id}/stories")["data"]] == ["ARCHIVED", "ARCHIVED"]
