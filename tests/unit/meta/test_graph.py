"""One Graph call over a real socket: what is sent, and what every kind of answer becomes."""

import hashlib
import hmac
import json
import socket
from collections.abc import AsyncIterator, Mapping
from datetime import UTC, datetime
from typing import Any

import pytest

from publicist.domain.platform import Call, ErrorClass, Outcome, Request, StepKind, Upload
from publicist.meta.graph import perform
from tests.unit.meta.scripted import (
    APP_SECRET,
    HANGUP,
    RESET,
    SILENCE,
    Received,
    Reply,
    graph_error,
    reply,
    scripted_meta,
    upstream_to,
)

TOKEN = "EAAfakePageToken0123456789"
PROOF = hmac.new(APP_SECRET.encode(), TOKEN.encode(), hashlib.sha256).hexdigest()
FILE = bytes(range(256)) * 40
PUBLISH = Request("POST", "graph", "178/media_publish", {"creation_id": "1"})
READ = Request("GET", "graph", "1", {"fields": "id,status_code"})


async def file_bytes(media_id: str, offset: int, length: int) -> AsyncIterator[bytes]:
    """The stored file, in small pieces."""
    assert media_id == "med_1"
    for start in range(offset, offset + length, 1000):
        yield FILE[start : min(start + 1000, offset + length)]


async def call(request: Request, answer: Reply, *, timeout_seconds: float = 10) -> tuple[Outcome, Received]:
    """The outcome, and the request that arrived."""
    async with scripted_meta(answer) as meta, upstream_to(meta.url, timeout_seconds=timeout_seconds) as upstream:
        outcome = await perform(Call("key", StepKind.ONCE, request), upstream, TOKEN, file_bytes)
        assert len(meta.requests) == 1, "nothing may be repeated below the workflow"
        return outcome, meta.requests[0]


def assert_in_doubt(outcome: Outcome) -> None:
    """The effect is unknown."""
    assert outcome.error is not None
    assert outcome.state == "unknown"
    assert not outcome.data


async def test_a_read_has_its_parameters_in_the_query_and_the_token_in_a_header() -> None:
    outcome, request = await call(READ, reply({"id": "1", "status_code": "FINISHED"}))
    assert outcome == Outcome(
        {"id": "1", "status_code": "FINISHED"}, None, datetime(2026, 11, 23, 21, 10, 3, tzinfo=UTC)
    )
    assert (request.method, request.path) == ("GET", "/graph.facebook.com/v25.0/1")
    assert request.query == {"fields": "id,status_code", "appsecret_proof": PROOF}
    assert request.headers["authorization"] == f"Bearer {TOKEN}"
    assert TOKEN not in request.target


async def test_a_read_of_many_ids_goes_to_the_root_of_the_version() -> None:
    _, request = await call(Request("GET", "graph", "", {"ids": "1,2"}), reply({"1": {"id": "1"}, "2": {"id": "2"}}))
    assert request.path == "/graph.facebook.com/v25.0/"
    assert request.query["ids"] == "1,2"


async def test_a_post_has_its_parameters_in_a_form() -> None:
    params: Mapping[str, Any] = {
        "caption": "#1 & ü 👩‍👩‍👧",
        "is_carousel_item": True,
        "n": 7,
        "list": ["a"],
        "map": {"k": 1},
    }
    outcome, request = await call(Request("POST", "graph", "178/media", params), reply({"id": "9"}))
    assert outcome.data == {"id": "9"}
    assert request.query == {}
    assert request.form == {
        "caption": "#1 & ü 👩‍👩‍👧",
        "is_carousel_item": "true",
        "n": "7",
        "list": '["a"]',
        "map": '{"k":1}',
        "appsecret_proof": PROOF,
    }
    assert request.headers["authorization"] == f"Bearer {TOKEN}"
    assert TOKEN.encode() not in request.body


async def test_an_upload_streams_the_asked_part_of_the_file_to_the_upload_host() -> None:
    upload = Upload("med_1", 240, len(FILE) - 240)
    headers = {"offset": "240", "file_size": str(len(FILE))}
    outcome, request = await call(
        Request("POST", "rupload", "ig-api-upload/55", headers=headers, upload=upload), reply({"success": True})
    )
    assert outcome.state == "done"
    assert request.target == "/rupload.facebook.com/ig-api-upload/v25.0/55"
    assert request.headers["authorization"] == f"OAuth {TOKEN}"
    assert (request.headers["offset"], request.headers["file_size"]) == ("240", str(len(FILE)))
    assert request.headers["content-type"] == "application/octet-stream"
    assert request.body == FILE[240:]


async def test_a_chunk_is_the_last_part_of_a_multipart_form() -> None:
    params = {"upload_phase": "transfer", "upload_session_id": "7", "start_offset": "0", "title": "ü"}
    upload = Upload("med_1", 0, 5000, part="video_file_chunk")
    outcome, request = await call(
        Request("POST", "video", "12/videos", params, upload=upload),
        reply({"start_offset": "5000", "end_offset": "5000"}),
    )
    assert outcome.state == "done"
    assert request.target == "/graph-video.facebook.com/v25.0/12/videos"
    parts = request.parts
    assert parts.pop("video_file_chunk") == FILE[:5000]
    assert parts.pop("title").decode() == "ü"
    assert parts == {
        "upload_phase": b"transfer",
        "upload_session_id": b"7",
        "start_offset": b"0",
        "appsecret_proof": PROOF.encode(),
    }


async def test_a_file_that_ends_early_is_told_as_our_own_fault() -> None:
    upload = Upload("med_1", 0, 5000)

    async def short(media_id: str, offset: int, length: int) -> AsyncIterator[bytes]:
        yield FILE[: length - 1]

    async with scripted_meta() as meta, upstream_to(meta.url) as upstream:
        request = Request("POST", "rupload", "ig-api-upload/55", upload=upload)
        outcome = await perform(Call("key", StepKind.REPEATABLE, request), upstream, TOKEN, short)
    assert outcome.error is not None
    assert outcome.error.error_class is ErrorClass.TRANSIENT
    assert "1 bytes are missing" in outcome.error.message


async def test_a_file_that_is_gone_is_told_as_our_own_fault() -> None:
    def gone(media_id: str, offset: int, length: int) -> AsyncIterator[bytes]:
        raise FileNotFoundError(media_id)

    async with scripted_meta() as meta, upstream_to(meta.url) as upstream:
        request = Request("POST", "rupload", "ig-api-upload/55", upload=Upload("med_1", 0, 10))
        outcome = await perform(Call("key", StepKind.REPEATABLE, request), upstream, TOKEN, gone)
    assert outcome.error is not None
    assert "FileNotFoundError" in outcome.error.message


@pytest.mark.parametrize(
    "answer",
    [
        pytest.param(RESET, id="reset after accept"),
        pytest.param(HANGUP, id="closed without an answer"),
        pytest.param(reply({"id": "17920238422030506"}, cut=4), id="body shorter than announced"),
        pytest.param(reply({"id": "17920238422030506"}, cut=4, ending="reset"), id="reset within the body"),
        pytest.param(reply(b'{"id":"1792'), id="truncated JSON"),
        pytest.param(reply(b""), id="empty 200"),
        pytest.param(reply(b"<html>welcome</html>"), id="HTML 200"),
        pytest.param(reply(b'["17920238422030506"]'), id="a list"),
        pytest.param(reply(b'{"id":NaN}'), id="not JSON by the standard"),
        pytest.param(reply(b"[" * 100_000), id="nested too deep"),
        pytest.param(reply({}), id="no id"),
        pytest.param(reply({"id": ""}), id="empty id"),
        pytest.param(reply({"success": True}), id="success without an id"),
        pytest.param(reply({"success": False}), id="success false"),
        pytest.param(reply({"id": "1", **graph_error(100)}), id="an error with status 200"),
        pytest.param(reply(b"<html>Bad gateway</html>", 502), id="HTML 502"),
        pytest.param(reply(b"", 503), id="empty 503"),
        pytest.param(reply(b"", 504, cut=0), id="empty 504"),
        pytest.param(reply(graph_error(1), 500), id="code 1"),
        pytest.param(reply(graph_error(2, is_transient=True), 500), id="code 2"),
        pytest.param(reply(graph_error(100), 500), id="a proof by its code, but with status 500"),
        pytest.param(reply(graph_error(4, 2207051), 403), id="action blocked"),
        pytest.param(reply(graph_error(4), 400), id="bare code 4"),
        pytest.param(reply(graph_error(-1, 2207001), 400), id="code -1"),
        pytest.param(reply(graph_error(506), 400), id="duplicate"),
        pytest.param(reply(graph_error(100, 33), 400), id="object not visible"),
        pytest.param(reply(graph_error(987654), 400), id="unknown code"),
        pytest.param(reply(b"nonsense", 400), id="unreadable 400"),
        pytest.param(reply(b"", 302, headers={"Location": "http://127.0.0.1:1/"}), id="redirect"),
        pytest.param(reply(b"", 429), id="429 of a gateway"),
    ],
)
async def test_answers_that_prove_nothing_leave_the_effect_in_doubt(answer: Reply) -> None:
    outcome, _ = await call(PUBLISH, answer)
    assert_in_doubt(outcome)


async def test_no_answer_in_time_leaves_the_effect_in_doubt() -> None:
    outcome, _ = await call(PUBLISH, SILENCE, timeout_seconds=0.3)
    assert_in_doubt(outcome)


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (400, graph_error(9007, 2207027)),
        (400, graph_error(24, 2207008)),
        (400, graph_error(9, 2207042)),
        (400, graph_error(100)),
        (400, graph_error(190, 463)),
        (403, graph_error(10)),
        (403, graph_error(200)),
        (403, graph_error(299)),
        (400, graph_error(36003, 2207009)),
        (400, graph_error(80002)),
    ],
)
async def test_allow_listed_refusals_prove_that_nothing_happened(status: int, body: dict[str, Any]) -> None:
    outcome, _ = await call(PUBLISH, reply(body, status))
    assert outcome.state == "refused"
    assert outcome.error is not None
    assert outcome.error.raw == body
    assert outcome.error.http_status == status


async def test_a_refused_connection_proves_that_nothing_was_sent() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{free.getsockname()[1]}"
        async with upstream_to(url) as upstream:
            outcome = await perform(Call("key", StepKind.ONCE, PUBLISH), upstream, TOKEN, file_bytes)
    assert outcome.state == "refused"
    assert outcome.error is not None
    assert outcome.error.error_class is ErrorClass.TRANSIENT


@pytest.mark.parametrize(
    ("request_", "body", "done"),
    [
        (Request("POST", "graph", "1/feed"), {"id": "1_2"}, True),
        (Request("POST", "graph", "1/feed"), {"post_id": "1_2"}, False),
        (Request("POST", "graph", "1/photos"), {"id": "1", "post_id": "1_2"}, True),
        (Request("POST", "graph", "1/media"), {"uri": "https://x"}, False),
        (Request("POST", "graph", "1/media"), {"id": 18012345678901234567, "uri": "https://x"}, True),
        (
            Request("POST", "video", "1/videos", {"upload_phase": "start"}),
            {"video_id": "1", "upload_session_id": "2", "start_offset": "0", "end_offset": "9"},
            True,
        ),
        (Request("POST", "video", "1/videos", {"upload_phase": "start"}), {"video_id": "1"}, False),
        (Request("POST", "video", "1/videos", {"upload_phase": "transfer"}), {"start_offset": "0"}, False),
        (Request("POST", "video", "1/videos", {"upload_phase": "finish"}), {"success": True}, True),
        (Request("POST", "video", "1/videos", {"upload_phase": "finish"}), {"success": False}, False),
        (Request("POST", "rupload", "ig-api-upload/1"), {"success": True, "message": "ok"}, True),
        (Request("GET", "graph", "1/media"), {"data": []}, True),
    ],
)
async def test_a_success_must_hold_what_its_edge_answers_with(
    request_: Request, body: dict[str, Any], done: bool
) -> None:
    outcome, _ = await call(request_, reply(body))
    assert outcome.state == ("done" if done else "unknown")
    assert outcome.data == (body if done else {})


async def test_tokens_are_taken_out_of_results_and_errors() -> None:
    following = f"https://graph.facebook.com/v25.0/1/media?access_token={TOKEN}&after=x"
    leaky = {"data": [{"id": "1", "access_token": "EAAother"}], "paging": {"next": following}}
    outcome, _ = await call(Request("GET", "graph", "1/media"), reply(leaky))
    assert outcome.data["data"] == [{"id": "1", "access_token": "[redacted]"}]
    assert outcome.data["paging"]["next"].endswith("/media?access_token=[redacted]&after=x")
    refused, _ = await call(PUBLISH, reply(graph_error(190, message=f"Cannot parse {TOKEN} of {APP_SECRET}"), 400))
    assert refused.error is not None
    stored = json.dumps(refused.error.to_json()) + refused.error.message
    assert TOKEN not in stored
    assert APP_SECRET not in stored
    assert "[redacted]" in refused.error.message


async def test_characters_that_a_database_cannot_store_are_replaced() -> None:
    outcome, _ = await call(READ, reply(b'{"id":"1","status":"a\\u0000b\\ud800c"}'))
    assert outcome.data["status"] == "a\N{REPLACEMENT CHARACTER}b?c"


async def test_a_missing_or_odd_date_is_no_clock() -> None:
    outcome, _ = await call(READ, reply({"id": "1"}, headers={"Date": "yesterday"}))
    assert outcome.state == "done"
    assert outcome.served_at is None
