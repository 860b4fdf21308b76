"""Graph mechanics: hosts, versions, parameters, fields, ids, batch, envelopes."""

import json
from pathlib import Path
from typing import Any

import httpx2
import pytest

from tests.graphsim.conftest import REDIRECT, Caller, Site, appsecret_proof, consent
from tests.support import files
from tests.support.graphsim import Graphsim, start_graphsim

Account = tuple[str, Caller]
FEED = "POST /{page}/feed"


def test_hosts_are_told_by_the_host_header_or_the_first_folder(sim: Graphsim, user: Caller) -> None:
    """Meta: Overview of hosts; recorded headers."""
    params = {"access_token": user.token, "appsecret_proof": appsecret_proof(user.token)}
    named = httpx2.get(f"{sim.url}/v26.0/me", params=params, headers={"Host": "graph.facebook.com"})
    assert named.json()["name"] == "Alex Demo"
    assert {"x-fb-trace-id", "x-fb-request-id", "facebook-api-version"} <= set(named.headers)
    video = httpx2.get(f"{sim.url}/graph-video.facebook.com/v26.0/me", params=params)
    assert video.json() == named.json()
    for later in ("graph.instagram.com", "graph.threads.net"):
        assert httpx2.get(f"{sim.url}/{later}/me").status_code == 501


@pytest.mark.parametrize(("asked", "served"), [("v25.0", "v25.0"), ("v19.0", "v21.0"), ("v26.0", "v26.0")])
def test_duty_19_sunset_versions_are_served_by_the_oldest_usable_one(user: Caller, asked: str, served: str) -> None:
    """Meta: Platform Versioning."""
    assert user.call("GET", "me", version=asked).headers["facebook-api-version"] == served


def test_duty_19_an_unversioned_call_is_served_and_says_by_which_version(sim: Graphsim, user: Caller) -> None:
    """Meta: Platform Versioning."""
    params = {"access_token": user.token, "appsecret_proof": appsecret_proof(user.token)}
    reply = httpx2.get(f"{sim.url}/graph.facebook.com/me", params=params)
    assert (reply.status_code, reply.headers["facebook-api-version"]) == (200, "v21.0")


def test_duty_19_an_unreleased_version_is_an_unknown_path(user: Caller) -> None:
    """Unconfirmed at Meta; the harder answer is given."""
    reply = user.call("GET", "me", version="v99.0")
    assert (reply.status_code, reply.json()["error"]["code"]) == (400, 2500)


def test_duty_20_parameters_come_by_query_form_json_and_multipart(sim: Graphsim, page: Account, site: Site) -> None:
    """Meta: Content Publishing; Page Photos."""
    id, own = page
    url = f"{sim.url}/graph.facebook.com/v26.0/{id}"
    secret = {"access_token": own.token, "appsecret_proof": appsecret_proof(own.token)}
    assert httpx2.post(f"{url}/feed", params={"message": "query", **secret}).status_code == 200
    assert httpx2.post(f"{url}/feed", data={"message": "form", **secret}).status_code == 200
    assert httpx2.post(f"{url}/feed", json={"message": "json", **secret}).status_code == 200
    for scheme in ("Bearer", "OAuth"):
        headers = {"Authorization": f"{scheme} {own.token}"}
        proof = {"appsecret_proof": secret["appsecret_proof"], "message": scheme}
        assert httpx2.post(f"{url}/feed", data=proof, headers=headers).status_code == 200
    part = {"source": ("a.jpg", files.jpeg(), "image/jpeg")}
    ids = [httpx2.post(f"{url}/photos", data={**secret, "published": "false"}, files=part).json()["id"] for _ in "ab"]
    listed = {f"attached_media[{n}]": json.dumps({"media_fbid": photo}) for n, photo in enumerate(ids)}
    post = httpx2.post(f"{url}/feed", data={**secret, **listed}).json()["id"]
    found = own.done("GET", post, fields="attachments{subattachments}")["attachments"]["data"][0]
    assert [one["target"]["id"] for one in found["subattachments"]["data"]] == ids
    assert httpx2.post(f"{url}/feed", content=b"{", headers={"Content-Type": "application/json"}).status_code == 400


def test_duty_13_only_what_is_asked_comes_back(user: Caller, page: Account, instagram: Account, site: Site) -> None:
    """Meta: Field Expansion."""
    id, own = page
    made = own.done("POST", f"{id}/feed", message="x")
    assert set(made) == {"id"}
    assert set(own.done("GET", made["id"])) == {"created_time", "message", "id"}
    container = instagram[1].done("POST", f"{instagram[0]}/media", image_url=f"{site.url}/ok.jpg")
    assert instagram[1].done("GET", container["id"]) == container
    assert own.refused("GET", id, fields="name,colour") == (100, None)
    assert own.refused("GET", id, fields="name{") == (2500, None)
    deep = own.done("GET", id, fields="name,picture.type(large){url},instagram_business_account{username}")
    assert (deep["picture"]["data"]["width"], deep["instagram_business_account"]["username"]) == (200, "bluecup.coffee")


def test_unknown_parameters_and_paths_are_refused(page: Account) -> None:
    """Meta: Handling Errors."""
    id, own = page
    assert own.refused("POST", f"{id}/feed", message="x", colour="red") == (100, None)
    assert own.refused("GET", f"{id}/nothing") == (2500, None)
    assert own.refused("GET", "999", fields="id") == (100, 33)


def test_duty_14_ids_are_decimal_strings_above_two_to_the_53(page: Account, instagram: Account, site: Site) -> None:
    """Recorded ids."""
    id, own = page
    post = own.done("POST", f"{id}/feed", message="x")["id"]
    container = instagram[1].done("POST", f"{instagram[0]}/media", image_url=f"{site.url}/ok.jpg")["id"]
    own.sim.control("POST", "clock", json={"seconds": 1})
    media = instagram[1].done("POST", f"{instagram[0]}/media_publish", creation_id=container)["id"]
    assert media != container
    for one in (container, media, post.removeprefix(f"{id}_")):
        assert isinstance(one, str)
        assert int(one) > 2**53


def test_ids_come_as_a_map_and_one_bad_id_fails_all(page: Account) -> None:
    """Meta: Multiple ids; the failure is unconfirmed."""
    id, own = page
    posts = [own.done("POST", f"{id}/feed", message=words)["id"] for words in ("one", "two")]
    found = own.done("GET", "", ids=",".join(posts), fields="message")
    assert {key: value["message"] for key, value in found.items()} == dict(zip(posts, ("one", "two"), strict=True))
    assert own.refused("GET", "", ids=f"{posts[0]},999") == (803, None)
    assert own.refused("GET", "") == (100, 33)


def test_cursors_lead_forward_and_back_and_a_made_up_one_is_refused(page: Account) -> None:
    """Meta: Paginated Results."""
    id, own = page
    for number in range(5):
        own.done("POST", f"{id}/feed", message=str(number))
    first = own.done("GET", f"{id}/feed", limit="2", fields="message")
    second = own.done("GET", f"{id}/feed", limit="2", fields="message", after=first["paging"]["cursors"]["after"])
    back = own.done("GET", f"{id}/feed", limit="2", fields="message", before=second["paging"]["cursors"]["before"])
    assert [one["message"] for one in first["data"] + second["data"]] == ["4", "3", "2", "1"]
    assert back["data"] == first["data"]
    assert ("previous" in first["paging"], "previous" in second["paging"]) == (False, True)
    assert own.refused("GET", f"{id}/feed", after="made-up") == (100, None)
    assert own.refused("GET", f"{id}/feed", limit="0") == (100, None)


def test_fields_on_a_write_read_the_object_back(page: Account) -> None:
    """Meta: read-after-write."""
    id, own = page
    made = own.done("POST", f"{id}/feed", message="x", fields="message,permalink_url")
    assert (made["message"], httpx2.get(made["permalink_url"]).status_code) == ("x", 200)


def test_method_delete_works_as_delete(page: Account) -> None:
    """Unconfirmed for 2026."""
    id, own = page
    post = own.done("POST", f"{id}/feed", message="x")["id"]
    secret = {"access_token": own.token, "appsecret_proof": appsecret_proof(own.token)}
    url = f"{own.sim.url}/graph.facebook.com/v26.0/{post}"
    assert httpx2.post(url, data={**secret, "method": "brew"}).json()["error"]["code"] == 100
    assert httpx2.post(url, data={**secret, "method": "delete"}).json() == {"success": True}
    assert own.refused("GET", post) == (100, 33)


def batch(own: Caller, *items: dict[str, Any], **more: str) -> list[Any]:
    """One batch call."""
    found: list[Any] = own.call("POST", "", batch=list(items), **more).json()
    return found


def test_a_batch_answers_in_order_and_refers_to_earlier_results(page: Account) -> None:
    """Meta: Batch Requests."""
    id, own = page
    replies = batch(
        own,
        {"method": "POST", "relative_url": f"{id}/feed", "body": "message=one", "name": "made",
         "omit_response_on_success": False},
        {"method": "GET", "relative_url": "{result=made:$.id}?fields=message", "depends_on": "made"},
        {"method": "GET", "relative_url": "999"},
    )  # fmt: skip
    assert [one["code"] for one in replies] == [200, 200, 400]
    assert json.loads(replies[1]["body"])["message"] == "one"
    assert {"name", "value"} == set(replies[0]["headers"][0])
    assert "headers" not in batch(own, {"relative_url": id}, include_headers="false")[0]
    assert own.call("POST", "", batch=[{"relative_url": id}] * 51).json()["error"]["code"] == 100


def test_a_batch_item_that_was_cut_off_is_null(sim: Graphsim, page: Account) -> None:
    """Unconfirmed at Meta."""
    id, own = page
    sim.control("POST", "faults", json={"faults": [{"kind": "reset", "edge": FEED, "calls": "1"}]})
    item = {"method": "POST", "relative_url": f"{id}/feed", "body": "message=x"}
    replies = batch(own, item, {"relative_url": f"{id}?fields=name"})
    assert replies[0] is None
    assert replies[1]["code"] == 200


# Envelopes


def test_duty_07_oauth_errors_carry_a_challenge(sim: Graphsim, page: Account) -> None:
    """Recorded headers."""
    reply = Caller(sim, "EAAwrong").call("GET", "me")
    assert reply.headers["www-authenticate"].startswith('OAuth "Facebook Platform" "invalid_token"')
    assert reply.headers["cache-control"] == "no-store"
    other = page[1].call("POST", f"{page[0]}/feed", colour="red")
    assert '"invalid_request"' in other.headers["www-authenticate"]


def test_duty_07_there_are_five_other_envelopes(sim: Graphsim, page: Account, instagram: Account) -> None:
    """Meta: Resumable Uploads; recorded gateway replies."""
    id, own = page
    made = instagram[1].done("POST", f"{instagram[0]}/media", media_type="REELS", upload_type="resumable")
    refused = httpx2.post(made["uri"], content=b"x", headers={"Authorization": f"Bearer {own.token}"}).json()
    assert set(refused) == {"debug_info"}
    kinds: list[dict[str, Any]] = [{"kind": "http", "status": 502}, {"kind": "http", "status": 500, "body": "empty"},
             {"kind": "truncated"}, {"kind": "success_false"}]  # fmt: skip
    sim.control(
        "POST", "faults", json={"faults": [{**kind, "edge": FEED, "calls": str(n)} for n, kind in enumerate(kinds, 1)]}
    )
    bodies = [own.call("POST", f"{id}/feed", message=str(n)).text for n in range(4)]
    assert bodies[0].startswith("<!DOCTYPE html>")
    assert bodies[1] == ""
    with pytest.raises(ValueError):
        json.loads(bodies[2])
    assert json.loads(bodies[3]) == {"success": False}


def test_duty_07_optional_members_are_missing_at_times_in_the_strict_profile(tmp_path: Path) -> None:
    """Meta: Handling Errors: some members are there only sometimes."""
    sim = start_graphsim(tmp_path, redirect_uri=REDIRECT, profile="strict", seed="x")
    first = consent(sim).done("GET", "me/accounts", fields="id,access_token,instagram_business_account")["data"][0]
    own, ig = Caller(sim, first["access_token"]), first["instagram_business_account"]["id"]
    errors = [own.call("POST", f"{ig}/media_publish", creation_id="1").json()["error"] for _ in range(20)]
    assert all({"message", "type", "code", "fbtrace_id"} <= set(error) for error in errors)
    assert {"is_transient" in error for error in errors} == {True, False}
    sim.stop()


def test_duty_07_a_story_is_not_deleted_and_200_says_success_false(page: Account, site: Site) -> None:
    """One report: DELETE of a Page's story."""
    id, own = page
    photo = own.done("POST", f"{id}/photos", url=f"{site.url}/ok.jpg", published=False)["id"]
    story = str(own.done("POST", f"{id}/photo_stories", photo_id=photo)["post_id"])
    assert own.refused("DELETE", story) == (100, 33)
    reply = own.call("DELETE", photo)
    assert (reply.status_code, reply.json()) == (200, {"success": False})
    assert [one["post_id"] for one in own.done("GET", f"{id}/stories")["data"]] == [story]


def test_duty_14_some_ids_come_as_numbers(page: Account, site: Site) -> None:
    """Meta: Facebook Stories API."""
    id, own = page
    photo = own.done("POST", f"{id}/photos", url=f"{site.url}/ok.jpg", published=False)["id"]
    made = own.done("POST", f"{id}/photo_stories", photo_id=photo)
    assert isinstance(made["post_id"], int)


def test_duty_23_reads_lag_behind_writes(tmp_path: Path, site: Site) -> None:
    """Met in production: permalink and media come later."""
    sim = start_graphsim(tmp_path, redirect_uri=REDIRECT, lag_seconds=10)
    fields = "id,access_token,instagram_business_account"
    first = consent(sim).done("GET", "me/accounts", fields=fields)["data"][0]
    own, ig = Caller(sim, first["access_token"]), first["instagram_business_account"]["id"]
    container = own.done("POST", f"{ig}/media", image_url=f"{site.url}/ok.jpg")["id"]
    sim.control("POST", "clock", json={"seconds": 1})
    media = own.done("POST", f"{ig}/media_publish", creation_id=container)["id"]
    assert own.refused("GET", media, fields="permalink") == (100, 33)
    assert own.done("GET", f"{ig}/media")["data"] == []
    sim.control("POST", "clock", json={"seconds": 11})
    assert own.done("GET", media, fields="permalink")["permalink"].startswith(sim.url)
    sim.stop()
