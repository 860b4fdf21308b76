"""The one envelope, however a request fails."""

import base64
from typing import Any

import pytest

from tests.support.served import Served


def envelope(reply: Any, status: int, code: str) -> dict[str, Any]:
    """The error, after checking what every error has."""
    assert reply.status_code == status, reply.text
    error: dict[str, Any] = reply.json()["error"]
    assert error["code"] == code
    assert error["message"]
    assert error["docUrl"].endswith(f"/docs/errors/{code}")
    assert error["requestId"] == reply.headers["x-request-id"]
    return error


@pytest.mark.parametrize(
    "key",
    ["", "nonsense", "lmp_test_wrongwrongwrongwrongwrongwrong0", "lmp_live_wrongwrongwrongwrongwrongwrong0"],
)
def test_a_missing_or_wrong_key_is_401(served: Served, key: str) -> None:
    headers = {"Authorization": f"Bearer {key}"} if key else {}
    for path in ("/v1/posts", "/v1/accounts", "/v1/media"):
        error = envelope(served.http.get(served.url + path, headers=headers), 401, "unauthenticated")
        assert "lmp_test_" in error["remediation"] or "publicist keys create" in error["remediation"]


def test_the_key_is_taken_from_either_header(served: Served) -> None:
    assert served.http.get(served.url + "/v1/accounts", headers={"X-API-Key": served.key}).status_code == 200


def test_an_unknown_route_is_404(served: Served) -> None:
    envelope(served.call("GET", "/v1/nothing"), 404, "not_found")


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("PUT", "/v1/posts", "GET, POST"),
        ("OPTIONS", "/v1/posts/01a20ab5-97d8-715a-8720-a943e4945e0e", "DELETE, GET, PATCH"),
        ("GET", "/v1/posts/cancel", "POST"),
        ("PATCH", "/v1/posts/validate", "POST"),
        ("GET", "/v1/media/import", "POST"),
        ("DELETE", "/posts/cancel", "POST"),
    ],
)
def test_405_lists_every_method_of_the_path_and_no_other(served: Served, method: str, path: str, allowed: str) -> None:
    reply = served.call(method, path)
    error = envelope(reply, 405, "validation_failed")
    assert reply.headers["allow"] == allowed
    assert error["remediation"] == f"Use {allowed}."


def test_a_wrong_method_is_405_and_says_which_are_right(served: Served) -> None:
    reply = served.call("PUT", "/v1/accounts")
    envelope(reply, 405, "validation_failed")
    assert reply.headers["allow"] == "GET"


def test_json_that_is_none(served: Served) -> None:
    reply = served.call("POST", "/v1/posts", content=b'{"text": ', headers={"Content-Type": "application/json"})
    assert envelope(reply, 400, "validation_failed")["rule"] == "body.json"


def test_the_declared_type_does_not_matter_for_json(served: Served) -> None:
    reply = served.call("POST", "/v1/posts", content=b"{}", headers={"Content-Type": "text/plain"})
    assert envelope(reply, 400, "validation_failed")["rule"] == "targets"


def test_a_body_over_the_limit_is_413(served: Served) -> None:
    big = b'{"text": "' + b"x" * 40_000_001 + b'"}'
    reply = served.call("POST", "/v1/posts", content=big, headers={"Content-Type": "application/json"})
    assert envelope(reply, 413, "validation_failed")["rule"] == "body.size_max"


@pytest.mark.parametrize("path", ["/v1/posts/not-a-uuid", "/v1/accounts/1", "/v1/media/med_short"])
def test_an_id_of_the_wrong_form_is_404(served: Served, path: str) -> None:
    envelope(served.call("GET", path), 404, "not_found")


def test_problem_json_has_the_same_members(served: Served) -> None:
    reply = served.call("GET", "/v1/posts/x", headers={"Accept": "application/problem+json"})
    assert reply.headers["content-type"].startswith("application/problem+json")
    problem = reply.json()
    assert (problem["status"], problem["code"]) == (404, "not_found")
    assert problem["type"] == problem["docUrl"]


def test_the_request_id_is_echoed_when_harmless_and_replaced_when_not(served: Served) -> None:
    echoed = served.http.get(served.url + "/health", headers={"X-Request-Id": "my-id_1"})
    assert echoed.headers["x-request-id"] == "my-id_1"
    replaced = served.http.get(served.url + "/health", headers={"X-Request-Id": "a b\tc"})
    assert replaced.headers["x-request-id"] != "a b\tc"


def test_a_live_key_without_a_meta_app_says_what_to_set(served: Served) -> None:
    made = served.cli("keys", "create", "--env", "live", "--json")
    reply = served.http.post(
        served.url + "/v1/accounts/connect/facebook", headers={"Authorization": f"Bearer {made['key']}"}, json={}
    )
    error = envelope(reply, 403, "platform_not_enabled")
    assert "PUBLICIST_META_APP_ID" in error["remediation"]


def test_every_operation_of_the_description_documents_the_envelope(served: Served) -> None:
    spec = served.http.get(served.url + "/openapi.json").json()
    assert spec["openapi"].startswith("3.1")
    for path, methods in spec["paths"].items():
        for method, operation in methods.items():
            assert operation["operationId"], path
            failures = [status for status in operation["responses"] if status >= "400"]
            assert failures, f"{method} {path}"
            for status in failures:
                schema = operation["responses"][status]["content"]["application/json"]["schema"]
                assert schema["$ref"].endswith("/ErrorEnvelope")


def test_the_catalogue_of_metas_errors_needs_no_key(served: Served) -> None:
    listed = served.http.get(served.url + "/v1/errors").json()["data"]
    one = served.http.get(served.url + "/v1/errors/190-463").json()
    assert one in listed
    assert one["errorClass"] == "auth"
    assert one["provesNotPublished"] is True
    assert one["retryAfterSeconds"] == []
    assert served.http.get(served.url + "/v1/errors/no-such").status_code == 404
    assert "190-463" in served.http.get(served.url + "/docs/meta-errors").text


ZERO: list[tuple[str, str, dict[str, Any]]] = [
    ("GET", "/v1/accounts?platform=a%00b", {}),
    ("GET", "/v1/posts?externalId=a%00b", {}),
    ("POST", "/v1/posts/cancel", {"json": {"externalId": "a\0b"}}),
    ("POST", "/v1/posts/cancel", {"json": {"platform": "a\0b"}}),
    ("POST", "/v1/media/import", {"json": {"bytesBase64": "AAAA", "fileName": "a\0b"}}),
    ("POST", "/v1/webhook-endpoints", {"json": {"url": "http://127.0.0.1:9", "description": "a\0b"}}),
]


@pytest.mark.postgres
@pytest.mark.parametrize(("method", "path", "options"), ZERO)
def test_the_character_that_no_database_keeps_is_refused(
    served_postgres: Served, method: str, path: str, options: dict[str, Any]
) -> None:
    error = envelope(served_postgres.call(method, path, **options), 400, "validation_failed")
    assert "U+0000" in error["message"]


@pytest.mark.postgres
def test_a_cursor_of_something_else_is_the_first_page(served_postgres: Served) -> None:
    endpoint = served_postgres.call("POST", "/v1/webhook-endpoints", json={"url": "http://127.0.0.1:9"}).json()["id"]
    for text in ("1:no-uuid", "1:a\0b", "99999999999999999999:x"):
        cursor = base64.urlsafe_b64encode(text.encode()).decode()
        for path in ("/v1/posts", "/v1/media", f"/v1/webhook-endpoints/{endpoint}/deliveries"):
            assert served_postgres.call("GET", f"{path}?cursor={cursor}").status_code == 200, (path, text)
    served_postgres.call("DELETE", f"/v1/webhook-endpoints/{endpoint}")
