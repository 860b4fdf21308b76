"""The simulator refuses what Meta refuses, in Meta's words; each test is named after the duty it holds to."""

import json
from pathlib import Path

import httpx2
import pytest

from tests.graphsim.conftest import REDIRECT, Caller, Site, consent, dialog_url
from tests.support import files
from tests.support.graphsim import Graphsim, start_graphsim
from tests.support.served import wait_for

Account = tuple[str, Caller]


def container(instagram: Account, **params: object) -> str:
    """A container that is ready."""
    id, caller = instagram
    made = str(caller.done("POST", f"{id}/media", **params)["id"])
    wait_for(lambda: caller.done("GET", made, fields="status_code")["status_code"] == "FINISHED")
    return made


# OAuth


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"client_id": "1"}, "Invalid App ID"),
        ({"redirect_uri": REDIRECT + "/"}, "URL blocked"),
        ({"scope": "pages_show_list,make_coffee"}, "Invalid Scopes: make_coffee"),
    ],
)
def test_a_bad_dialog_shows_an_error_page_and_does_not_redirect(
    sim: Graphsim, change: dict[str, str], words: str
) -> None:
    reply = httpx2.get(dialog_url(sim, **change))
    assert reply.status_code == 400
    assert words in reply.text


def test_cancel_carries_the_documented_denial(sim: Graphsim) -> None:
    reply = httpx2.post(dialog_url(sim), data={"action": "cancel"})
    assert reply.status_code == 302
    assert "error=access_denied&error_reason=user_denied&error_code=200" in reply.headers["location"]


def test_exchanging_a_long_lived_token_again_does_not_extend_it(sim: Graphsim, user: Caller) -> None:
    before = user.done("GET", "debug_token", input_token=user.token)["data"]["expires_at"]
    again = consent(sim)
    assert again.token != user.token
    assert user.done("GET", "debug_token", input_token=user.token)["data"]["expires_at"] == before


def test_token_kinds_and_proof_are_told_apart(sim: Graphsim, user: Caller, page: Account) -> None:
    id, own = page
    assert user.refused("POST", f"{id}/feed", message="x") == (200, None)
    assert own.refused("GET", "me/accounts") == (100, None)
    other = user.done("GET", "me/accounts")["data"][1]["id"]
    assert own.refused("POST", f"{other}/feed", message="x") == (100, 33)
    assert Caller(sim, "EAAwrong").refused("GET", "me") == (190, None)
    without_proof = httpx2.get(f"{sim.url}/graph.facebook.com/v25.0/me?access_token={user.token}")
    assert "appsecret_proof" in without_proof.json()["error"]["message"]


def test_a_declined_permission_is_missed_where_it_is_needed(sim: Graphsim) -> None:
    caller = consent(sim, decline=["pages_manage_posts", "instagram_basic"])
    listed = caller.done("GET", "me/accounts", fields="id,access_token,instagram_business_account")["data"]
    assert all("instagram_business_account" not in page for page in listed)
    own = Caller(sim, listed[0]["access_token"])
    assert own.refused("POST", f"{listed[0]['id']}/feed", message="x") == (200, None)


def test_a_revoked_app_kills_every_token_of_the_grant(user: Caller, page: Account) -> None:
    assert user.done("DELETE", "me/permissions") == {"success": True}
    assert page[1].refused("GET", page[0], fields="name") == (190, 458)


# Graph mechanics


def test_unknown_parameters_fields_and_paths_are_refused(page: Account) -> None:
    id, own = page
    assert own.refused("POST", f"{id}/feed", message="x", colour="red") == (100, None)
    assert own.refused("GET", id, fields="name,colour") == (100, None)
    assert own.refused("GET", f"{id}/nothing") == (2500, None)
    assert own.refused("GET", "999", fields="id") == (100, 33)
    assert own.done("GET", id) == {"id": id}


@pytest.mark.parametrize(("asked", "served"), [("v25.0", "v25.0"), ("v19.0", "v21.0"), ("v26.0", "v26.0")])
def test_sunset_versions_are_served_by_the_oldest_usable_one(user: Caller, asked: str, served: str) -> None:
    assert user.call("GET", "me", version=asked).headers["facebook-api-version"] == served


# Instagram


@pytest.mark.parametrize(
    ("body", "kind", "status", "expected"),
    [
        (files.png(), "image/png", 200, (36001, 2207005)),
        (b"<html>login</html>", "text/html", 200, (9004, 2207052)),
        (b"", "text/plain", 403, (9004, 2207052)),
        (b"", "text/plain", 302, (9004, 2207052)),
        (files.jpeg(1500, 500), "image/jpeg", 200, (36003, 2207009)),
        (files.jpeg(size=8_000_001), "image/jpeg", 200, (36000, 2207004)),
    ],
)
def test_images_are_fetched_and_decoded_in_the_call(
    instagram: Account, site: Site, body: bytes, kind: str, status: int, expected: tuple[int, int]
) -> None:
    site.files["/it.jpg"] = (status, kind, body)
    id, caller = instagram
    assert caller.refused("POST", f"{id}/media", image_url=f"{site.url}/it.jpg") == expected


def test_a_feed_video_container_is_retired(instagram: Account, site: Site) -> None:
    id, caller = instagram
    assert caller.refused("POST", f"{id}/media", media_type="VIDEO", video_url=f"{site.url}/a.mp4") == (100, 2207023)


def test_an_early_publish_is_refused_and_a_second_one_too(instagram: Account, site: Site) -> None:
    id, caller = instagram
    made = caller.done("POST", f"{id}/media", image_url=f"{site.url}/ok.jpg")["id"]
    assert caller.refused("POST", f"{id}/media_publish", creation_id=made) == (9007, 2207027)
    wait_for(lambda: caller.done("GET", made, fields="status_code")["status_code"] == "FINISHED")
    published = caller.done("POST", f"{id}/media_publish", creation_id=made)
    assert published["id"] != made
    assert caller.done("GET", made, fields="status_code")["status_code"] == "PUBLISHED"
    assert caller.refused("POST", f"{id}/media_publish", creation_id=made)[0] == -1
    listed = caller.done("GET", f"{id}/media", fields="id,permalink,timestamp,media_type")["data"]
    assert [media["id"] for media in listed] == [published["id"]]
    assert httpx2.get(listed[0]["permalink"]).status_code == 200


def test_a_bad_video_ends_in_a_number_inside_the_status(instagram: Account, site: Site) -> None:
    site.files["/short.mp4"] = (200, "video/mp4", files.mp4(2.0))
    id, caller = instagram
    made = caller.done("POST", f"{id}/media", media_type="REELS", video_url=f"{site.url}/short.mp4")["id"]
    failed = wait_for(lambda: _if_over(caller, made))
    assert failed["status"] == "Error: Media upload has failed with error code 2207026"


def _if_over(caller: Caller, made: str) -> dict[str, str] | None:
    found = caller.done("GET", made, fields="status_code,status")
    return found if found["status_code"] != "IN_PROGRESS" else None


def test_carousels_take_two_to_ten_finished_children_once(instagram: Account, site: Site) -> None:
    id, caller = instagram
    url = f"{site.url}/ok.jpg"
    first, second = (container(instagram, image_url=url, is_carousel_item=True) for _ in range(2))
    assert caller.refused("POST", f"{id}/media", media_type="CAROUSEL", children=first) == (100, 2207028)
    assert caller.refused("POST", f"{id}/media", image_url=url, is_carousel_item=True, caption="x") == (100, None)
    assert caller.refused("POST", f"{id}/media_publish", creation_id=first) == (24, 2207008)
    parent = container(instagram, media_type="CAROUSEL", children=f"{first},{second}", caption="both")
    assert caller.refused("POST", f"{id}/media", media_type="CAROUSEL", children=f"{first},{second}") == (24, 2207006)
    published = caller.done("POST", f"{id}/media_publish", creation_id=parent)["id"]
    children = caller.done("GET", published, fields="children{id,media_type}")["children"]["data"]
    assert [child["media_type"] for child in children] == ["IMAGE", "IMAGE"]
    assert caller.done("GET", f"{id}/content_publishing_limit")["data"] == [{"quota_usage": 1}]


def test_rupload_checks_scheme_offset_and_length_and_resumes(instagram: Account) -> None:
    id, caller = instagram
    made = caller.done("POST", f"{id}/media", media_type="REELS", upload_type="resumable")
    data, half = files.mp4(3.0), 1000
    size = str(len(data))

    def push(part: bytes, offset: int, scheme: str = "OAuth") -> httpx2.Response:
        headers = {"Authorization": f"{scheme} {caller.token}", "offset": str(offset), "file_size": size}
        return httpx2.post(made["uri"], content=part, headers=headers)

    assert push(data, 0, "Bearer").status_code == 401
    assert push(data[:half], 0).json()["debug_info"]["type"] == "PartialRequestError"
    assert push(data, 0).status_code == 412
    phase = caller.done("GET", made["id"], fields="video_status")["video_status"]["uploading_phase"]
    assert phase["bytes_transferred"] == half
    assert push(data[half:], half).json()["success"] is True
    wait_for(lambda: caller.done("GET", made["id"], fields="status_code")["status_code"] == "FINISHED")


# Pages


def test_photos_are_used_once_and_the_same_words_twice_are_a_duplicate(page: Account, site: Site) -> None:
    id, own = page
    photo = own.done("POST", f"{id}/photos", url=f"{site.url}/ok.jpg", published=False)
    assert set(photo) == {"id"}
    attached = json.dumps([{"media_fbid": photo["id"]}])
    post = own.done("POST", f"{id}/feed", message="with a photo", attached_media=attached)
    assert post["id"].startswith(f"{id}_")
    assert own.refused("POST", f"{id}/feed", message="again", attached_media=attached) == (100, 1366051)
    own.done("POST", f"{id}/feed", message="words")
    assert own.refused("POST", f"{id}/feed", message="words") == (506, None)
    assert own.refused("POST", f"{id}/feed") == (100, None)


def test_a_video_is_sent_at_the_offsets_that_are_named(page: Account) -> None:
    id, own = page
    data = files.mp4(3.0)
    session = own.done("POST", f"{id}/videos", upload_phase="start", file_size=len(data))
    assert (session["start_offset"], session["end_offset"]) == ("0", str(min(len(data), 1024 * 1024)))
    key = {"upload_session_id": session["upload_session_id"]}
    assert own.refused("POST", f"{id}/videos", upload_phase="finish", **key) == (6000, 1363045)
    assert own.refused("POST", f"{id}/videos", upload_phase="transfer", start_offset="5", **key) == (6001, 1363037)
    status = own.done("GET", session["video_id"], fields="status")["status"]
    assert status["video_status"] == "uploading"


# State


def test_what_was_answered_survives_a_restart(tmp_path: Path) -> None:
    first = start_graphsim(tmp_path, redirect_uri=REDIRECT)
    caller = consent(first)
    page = caller.done("GET", "me/accounts")["data"][0]
    post = Caller(first, page["access_token"]).done("POST", f"{page['id']}/feed", message="kept")
    first.process.kill()
    first.process.wait()
    again = start_graphsim(tmp_path, redirect_uri=REDIRECT)
    found = Caller(again, page["access_token"]).done("GET", post["id"], fields="message")
    assert found == {"id": post["id"], "message": "kept"}
    again.stop()


def test_the_journal_holds_every_call_and_no_secret(sim: Graphsim, page: Account) -> None:
    id, own = page
    made = own.done("POST", f"{id}/feed", message="noted")
    entry = sim.journal()[-1]
    assert (entry["method"], entry["path"], entry["status"]) == ("POST", f"/{id}/feed", 200)
    assert entry["effect"] == {"created Post": [made["id"]]}
    assert own.token not in json.dumps(sim.journal())
