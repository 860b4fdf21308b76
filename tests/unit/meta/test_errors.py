"""The table of Meta's errors: what is in it, what each answer becomes, and that doubt is the default."""

import json
from collections import Counter
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from publicist.domain.failures import public_code
from publicist.domain.platform import ErrorClass, UpstreamError
from publicist.kit.errors import ERRORS
from publicist.kit.http import TransportError
from publicist.meta.error_row import VERIFIED
from publicist.meta.errors import TABLE, TEXTS, container_error, find, from_transport, lost, to_public, translate
from publicist.platforms import registry
from publicist.preflight.notes import NOTES
from tests.unit.meta.scripted import graph_error

C = ErrorClass

IN_DOUBT = {(-1, None), (1, None), (2, None), (4, None), (4, 2207051), (100, 33), (506, None)}
"""Bare codes and pairs that never prove anything, besides every subcode of -1."""

INSTAGRAM = [
    (-2, 2207003, C.MEDIA_FETCH, "instagram.media.reachable"),
    (-2, 2207020, C.GONE, "meta.container.expired"),
    (-1, 2207001, C.TRANSIENT, None),
    (-1, 2207032, C.TRANSIENT, None),
    (-1, 2207053, C.NEW_CONTAINER, "instagram.container.error"),
    (-1, 2207073, C.CONTENT, None),
    (-1, 2207085, C.NEW_CONTAINER, "instagram.container.error"),
    (1, 2207057, C.CONTENT, None),
    (4, 2207051, C.AMBIGUOUS, None),
    (9, 2207042, C.QUOTA, "instagram.publish.quota"),
    (10, None, C.PERMISSION, "meta.permission.missing"),
    (12, None, C.CONFIG, None),
    (24, 2207006, C.PERMISSION, "meta.permission.missing"),
    (24, 2207008, C.NOT_READY, "meta.container.expired"),
    (25, 2207050, C.USER_ACTION, None),
    (100, 2207023, C.CONFIG, None),
    (100, 2207028, C.CONTENT, "instagram.media.count_max"),
    (100, 2207035, C.CONTENT, None),
    (100, 2207036, C.CONTENT, None),
    (100, 2207037, C.CONTENT, None),
    (100, 2207040, C.CONTENT, "instagram.text.mentions_max"),
    (110, 2207013, C.USER_ACTION, "instagram.account_type.requires_professional"),
    (352, 2207026, C.CONTENT, "instagram.media.mime_allowed"),
    (9004, 2207052, C.MEDIA_FETCH, "instagram.media.reachable"),
    (9007, 2207027, C.NOT_READY, None),
    (36000, 2207004, C.CONTENT, "instagram.media.image_size_max"),
    (36001, 2207005, C.CONTENT, "instagram.media.mime_allowed"),
    (36003, 2207009, C.CONTENT, "instagram.media.aspect_ratio"),
    (36004, 2207010, C.CONTENT, "instagram.text.max_graphemes"),
]
GRAPH = [
    (1, None, C.AMBIGUOUS, None),
    (1, 99, C.AMBIGUOUS, None),
    (2, None, C.TRANSIENT, None),
    (3, None, C.CONFIG, None),
    (4, None, C.THROTTLED, None),
    (17, None, C.THROTTLED, None),
    (32, None, C.THROTTLED, None),
    (100, None, C.CONTENT, None),
    (100, 33, C.PERMISSION, "meta.permission.missing"),
    (100, 36007, C.AUTH, None),
    (100, 36008, C.AUTH, None),
    (100, 36009, C.AUTH, None),
    (101, None, C.CONFIG, None),
    (102, None, C.AUTH, "meta.token.dead"),
    (104, None, C.CONFIG, None),
    (190, None, C.AUTH, "meta.token.dead"),
    (190, 458, C.AUTH, "meta.token.dead"),
    (190, 459, C.USER_ACTION, "meta.token.dead"),
    (190, 460, C.AUTH, "meta.token.dead"),
    (190, 463, C.AUTH, "meta.token.dead"),
    (190, 464, C.USER_ACTION, "meta.token.dead"),
    (190, 467, C.AUTH, "meta.token.dead"),
    (190, 492, C.AUTH, "meta.token.dead"),
    (200, None, C.PERMISSION, "meta.permission.missing"),
    (210, None, C.PERMISSION, "meta.permission.missing"),
    (240, None, C.PERMISSION, "meta.permission.missing"),
    (283, None, C.PERMISSION, "meta.permission.missing"),
    (299, None, C.PERMISSION, "meta.permission.missing"),
    (324, None, C.MEDIA_FETCH, "facebook.media.reachable"),
    (324, 2069019, C.MEDIA_FETCH, "facebook.media.reachable"),
    (341, None, C.THROTTLED, None),
    (352, None, C.CONTENT, None),
    (368, None, C.CONTENT, None),
    (382, None, C.CONTENT, None),
    (389, None, C.MEDIA_FETCH, "facebook.media.reachable"),
    (506, None, C.DUPLICATE, None),
    (613, None, C.THROTTLED, None),
    (613, 1996, C.THROTTLED, None),
    (803, None, C.CONFIG, None),
    (1500, None, C.CONTENT, None),
    (2500, None, C.AUTH, "meta.token.dead"),
    (6000, None, C.TRANSIENT, None),
    (6001, None, C.CONTENT, None),
    *[
        (code, None, C.THROTTLED, None)
        for code in (80000, 80001, 80002, 80003, 80004, 80005, 80006, 80008, 80009, 80014)
    ],
]
SUBCODES = {
    C.CONTENT: "1366046 1366051 2069019 1346003 1404102 1404006 1609008 2061006 1349125 1363023 1363022 1363025 "
    "1363026 1363024 1363031 1363032 1363040 1363127 1363128 1363129 1609005 2207081",
    C.THROTTLED: "1390008 2446079",
    C.USER_ACTION: "1404112 1404078 4854002",
    C.TRANSIENT: "1363047 1609010 1363019 1363021 1363030 1363033",
    C.PERMISSION: "1363042 1363005",
    C.NEW_CONTAINER: "1363037 1363041 1363045 1363020 1363008 2207076 2207077 2207082",
    C.QUOTA: "2207078",
}
"""Told by the subcode, whatever the code."""


def error(
    code: int, subcode: int | None = None, status: int = 400, message: str = "No.", **more: object
) -> UpstreamError:
    """The translation of a Graph error."""
    return translate(status, json.dumps(graph_error(code, subcode, message, **more)).encode())


@pytest.mark.parametrize(("code", "subcode", "error_class", "rule"), [*INSTAGRAM, *GRAPH])
def test_every_documented_pair_has_its_class_and_rule(
    code: int, subcode: int | None, error_class: ErrorClass, rule: str | None
) -> None:
    found = error(code, subcode)
    assert (found.error_class, found.rule) == (error_class, rule)
    assert (found.code, found.subcode) == (code, subcode)
    assert found.remediation
    doubtful = code == -1 or (code, subcode) in {*IN_DOUBT, (1, 99), (6000, None)}
    assert found.not_done is not doubtful


@pytest.mark.parametrize(
    ("subcode", "error_class"), [(int(s), kind) for kind, codes in SUBCODES.items() for s in codes.split()]
)
def test_every_documented_subcode_is_known_under_any_code(subcode: int, error_class: ErrorClass) -> None:
    assert error(100, subcode).error_class is error_class
    assert error(123456, subcode).error_class is error_class


@pytest.mark.parametrize(
    ("message", "error_class", "rule"),
    [
        ("The user is not an Instagram Business", C.USER_ACTION, "instagram.account_type.requires_professional"),
        ("(#100) param collaborators is not allowed", C.CONTENT, None),
        ("INSTAGRAM_PLATFORM_API__INVALID_LOCATION_ID", C.CONTENT, None),
        ("Session key is malformed", C.AUTH, "meta.token.dead"),
        ("REVOKED_ACCESS_TOKEN", C.AUTH, "meta.token.dead"),
        ("(#100) No permission to publish the video", C.PERMISSION, "meta.permission.missing"),
        ("Name parameter too long", C.CONTENT, None),
        ("(#100) Only owners of the URL have the ability to specify the picture", C.CONTENT, None),
        ("Unknown path components: /x", C.CONFIG, None),
        ("Invalid appsecret_proof provided in the API argument", C.CONFIG, None),
        ("API calls from the server require an appsecret_proof argument", C.CONFIG, None),
    ],
)
def test_words_decide_the_meaning_but_only_the_code_proves(
    message: str, error_class: ErrorClass, rule: str | None
) -> None:
    for code, proves in ((100, True), (1, False), (987, False)):
        found = error(code, message=message)
        assert (found.error_class, found.rule, found.not_done) == (error_class, rule, proves)


def test_an_exact_pair_outranks_words() -> None:
    assert error(9007, 2207027, message="Session key is malformed").error_class is C.NOT_READY


def test_a_subcode_under_another_code_than_documented_proves_nothing() -> None:
    found = error(1, 2207052)
    assert (found.error_class, found.not_done) == (C.MEDIA_FETCH, False)


@pytest.mark.parametrize("code", [-1, 1, 2, 4, 506])
def test_a_code_that_proves_nothing_proves_nothing_with_any_other_subcode_either(code: int) -> None:
    assert not error(code, 1366046).not_done
    assert not error(code, 2999999).not_done


def test_short_subcodes_mean_nothing_without_their_code() -> None:
    assert error(987, 33).error_class is C.AMBIGUOUS
    assert error(987, 463).error_class is C.AMBIGUOUS


def test_no_pair_is_listed_twice_and_every_row_is_complete() -> None:
    pairs = Counter((row.code, row.subcode) for row in TABLE)
    assert [pair for pair, times in pairs.items() if times > 1] == []
    assert len({row.text for row in TEXTS}) == len(TEXTS)
    for row in (*TABLE, *TEXTS):
        assert row.meaning.endswith(".")
        assert row.remediation.endswith(".")
        assert row.source
        assert row.verified == VERIFIED


def test_no_row_that_can_hide_an_effect_is_on_the_allow_list() -> None:
    proven = {(row.code, row.subcode) for row in TABLE if row.not_done}
    assert not proven & IN_DOUBT
    assert not [pair for pair in proven if pair[0] == -1]


@given(code=st.integers(-5, 100_000), subcode=st.none() | st.integers(0, 5_000_000), status=st.integers(200, 599))
def test_every_error_has_a_meaning_and_only_listed_4xx_prove_anything(
    code: int, subcode: int | None, status: int
) -> None:
    found = error(code, subcode, status)
    if found.not_done:
        assert 400 <= status < 500
        assert (code, subcode) not in IN_DOUBT
        assert code in {row.code for row in TABLE} | set(range(200, 300)) or subcode in {row.subcode for row in TABLE}
    assert find(code, subcode).remediation
    assert public_code(found.error_class)


@given(st.binary(max_size=300), st.sampled_from([200, 302, 400, 403, 404, 500, 502]))
def test_no_body_is_too_odd(body: bytes, status: int) -> None:
    found = translate(status, body)
    assert found.message
    assert json.dumps(found.to_json())


@pytest.mark.parametrize(
    ("body", "status", "error_class", "message"),
    [
        (b"<html><h1>Sorry</h1></html>", 502, C.TRANSIENT, "Meta has a fault. (HTTP 502)"),
        (b"", 500, C.TRANSIENT, "Meta has a fault. (HTTP 500)"),
        (b"", 401, C.AUTH, "Meta refused the token. (HTTP 401)"),
        (b"", 429, C.THROTTLED, "Meta refused for too many calls. (HTTP 429)"),
        (b"{}", 404, C.AMBIGUOUS, "Meta failed in an unknown way. (HTTP 404)"),
        (b'{"error":"odd"}', 400, C.AMBIGUOUS, "odd"),
        (b'{"error":{}}', 400, C.AMBIGUOUS, "Meta failed in an unknown way. (HTTP 400)"),
        (b'{"error":{"code":"190","message":"as text"}}', 400, C.AUTH, "as text"),
        (
            b'{"error_type":"OAuthException","code":400,"error_message":"Matching code was not found"}',
            400,
            C.AUTH,
            "Matching code was not found",
        ),
    ],
)
def test_other_shapes_than_the_usual_one(body: bytes, status: int, error_class: ErrorClass, message: str) -> None:
    found = translate(status, body)
    assert (found.error_class, found.message, found.not_done) == (error_class, message, b"190" in body)


@pytest.mark.parametrize(
    ("kind", "status", "error_class", "rule"),
    [
        ("ProcessingFailedError", 400, C.NEW_CONTAINER, None),
        ("OffsetInvalidError", 412, C.TRANSIENT, None),
        ("PartialRequestError", 400, C.TRANSIENT, None),
        ("FileUrlProcessingError", 422, C.MEDIA_FETCH, "instagram.media.reachable"),
        ("SomethingNewError", 400, C.AMBIGUOUS, None),
    ],
)
def test_the_upload_host_has_a_shape_of_its_own(
    kind: str, status: int, error_class: ErrorClass, rule: str | None
) -> None:
    body = {"debug_info": {"retriable": False, "type": kind, "message": "Request processing failed"}}
    found = translate(status, json.dumps(body).encode())
    assert (found.error_class, found.rule, found.not_done) == (error_class, rule, False)
    assert found.message == "Request processing failed"
    assert found.raw == body


def test_the_message_for_users_is_preferred() -> None:
    found = error(9007, 2207027, message="Media ID is not available", error_user_msg="The media is not ready")
    assert found.message == "The media is not ready"


@pytest.mark.parametrize(
    ("text", "error_class", "rule", "subcode"),
    [
        ("Error: Media upload has failed with error code 2207026", C.CONTENT, "instagram.media.mime_allowed", 2207026),
        ("Error: Media upload has failed with error code 2207052", C.MEDIA_FETCH, "instagram.media.reachable", 2207052),
        ("Error: failed with error code 2207003.", C.MEDIA_FETCH, "instagram.media.reachable", 2207003),
        ("Error: 2207076", C.NEW_CONTAINER, "instagram.container.error", 2207076),
        ("Error: 2207077", C.NEW_CONTAINER, "instagram.container.error", 2207077),
        ("Error: 2207082", C.NEW_CONTAINER, "instagram.container.error", 2207082),
        ("Error: 2207053", C.NEW_CONTAINER, "instagram.container.error", 2207053),
        ("Error: 2207001", C.NEW_CONTAINER, "instagram.container.error", 2207001),
        ("Error: 1363008 OIL Error[FILE_NOT_FOUND: 6]", C.NEW_CONTAINER, "instagram.container.error", 1363008),
        ("Error: 2299999", C.NEW_CONTAINER, "instagram.container.error", 2299999),
        ("Error: 17889455560051444 is broken", C.NEW_CONTAINER, "instagram.container.error", None),
        ("ERROR", C.NEW_CONTAINER, "instagram.container.error", None),
        ("Expired: Media was not published within 24 hours.", C.GONE, "instagram.container.expired", None),
        ("EXPIRED", C.GONE, "instagram.container.expired", None),
        ("Error: 2207020", C.GONE, "meta.container.expired", 2207020),
    ],
)
def test_a_dead_container_tells_by_the_number_in_its_text(
    text: str, error_class: ErrorClass, rule: str, subcode: int | None
) -> None:
    found = container_error(text)
    assert (found.error_class, found.rule, found.subcode) == (error_class, rule, subcode)
    assert found.not_done
    assert text in found.message
    assert found.raw == {"status": text}


def test_only_an_unsent_request_is_known_to_have_had_no_effect() -> None:
    assert from_transport(TransportError("refused", sent=False)).not_done
    assert not from_transport(TransportError("reset", sent=True)).not_done
    assert lost("Odd.") == UpstreamError(C.AMBIGUOUS, "Odd.", lost("").remediation, not_done=False)


@pytest.mark.parametrize(
    ("code", "subcode", "public", "status"),
    [
        (190, 463, "platform_auth_failed", 401),
        (10, None, "platform_auth_failed", 401),
        (25, 2207050, "platform_auth_failed", 401),
        (36003, 2207009, "platform_rejected", 422),
        (9004, 2207052, "platform_rejected", 422),
        (506, None, "platform_rejected", 422),
        (101, None, "platform_rejected", 422),
        (9, 2207042, "rate_limited", 429),
        (32, None, "rate_limited", 429),
        (2, None, "platform_unavailable", 503),
        (987654, None, "platform_unavailable", 503),
    ],
)
def test_callers_hear_the_contracts_codes(code: int, subcode: int | None, public: str, status: int) -> None:
    failure = to_public(error(code, subcode, message="Why."), "instagram", "v25.0")
    assert (failure.code, failure.status, failure.message) == (public, status, "Instagram: Why.")
    assert (failure.platform, failure.platform_version) == ("instagram", "v25.0")
    assert failure.remediation
    response: Any = failure.platform_response
    assert response["error"]["code"] == code


def test_every_class_has_a_public_code_that_exists() -> None:
    assert {public_code(kind) for kind in ErrorClass} <= {kind.code for kind in ERRORS}


def test_every_rule_of_the_table_has_a_page() -> None:
    pages = {note.id for note in NOTES}
    for platform in registry().values():
        pages |= {rule.id for rule in platform.rules} | {note.id for note in platform.notes}
    assert {row.rule for row in (*TABLE, *TEXTS) if row.rule} - pages == set()
