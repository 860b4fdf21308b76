"""The examples of POST /v1/posts/validate in the API description: what it takes besides a post, and what it answers."""

from typing import Any

from publicist.api.post_examples import EXAMPLES

_VALID = {"state": "valid", "dataAccessExpiresAt": "2030-03-01T09:00:00.000Z", "declinedScopes": []}
_PAGE = "01a20ab5-97d8-715a-8720-a943e4945e0f"
_INSTAGRAM = "01a20ab5-97d8-715a-8720-a943e4945e0e"

BODIES: dict[str, dict[str, Any]] = {
    **EXAMPLES,
    "several posts": {
        "summary": "Several posts at once",
        "value": {"posts": [EXAMPLES["single-image"]["value"], EXAMPLES["link on a Page"]["value"]]},
    },
}

_OK: dict[str, Any] = {
    "target": 0,
    "accountId": _PAGE,
    "platform": "facebook",
    "ok": True,
    "violations": [],
    "warnings": [],
    "renditions": [],
    "calls": [
        {
            "key": "feed:1.1",
            "kind": "once",
            "method": "POST",
            "host": "graph",
            "path": "112130216863063/feed",
            "params": {"message": "shipped"},
        },
        {
            "key": "permalink:1",
            "kind": "read",
            "method": "GET",
            "host": "graph",
            "path": "{id of feed:1.1}",
            "params": {"fields": "id,message,permalink_url"},
        },
    ],
    "token": _VALID,
    "quota": {"state": "none"},
    "paused": False,
}
_REFUSED: dict[str, Any] = {
    "target": 1,
    "accountId": _INSTAGRAM,
    "platform": "instagram",
    "ok": False,
    "violations": [
        {
            "rule": "instagram.media.required",
            "severity": "error",
            "target": 1,
            "platform": "instagram",
            "path": "/media",
            "message": "Instagram has no text-only posts; this one has no media.",
            "actual": 0,
            "limit": 1,
            "unit": "media items",
            "remediation": "Attach at least one image or video.",
            "ruleUrl": "https://publicist.example.com/docs/preflight/instagram-media-required",
            "source": "Meta: Instagram Platform, Content Publishing",
        }
    ],
    "warnings": [],
    "calls": [],
    "renditions": [],
    "token": _VALID,
    "quota": {"state": "unknown", "containers": {"used": 12, "total": 400}},
    "paused": False,
}

ANSWERS: dict[str, dict[str, Any]] = {
    "one post": {
        "summary": "The same words for a Page and for Instagram, which takes no post without media",
        "value": {"ok": False, "targets": [_OK, _REFUSED]},
    },
    "several posts": {
        "summary": "A post that would be taken, and a body that cannot be read",
        "value": {
            "ok": False,
            "results": [
                {"index": 0, "ok": True, "targets": [_OK]},
                {
                    "index": 1,
                    "ok": False,
                    "error": {
                        "code": "validation_failed",
                        "message": "Unknown field 'txt'; did you mean 'text'?",
                        "rule": "txt",
                        "docUrl": "https://publicist.example.com/docs/errors/validation_failed",
                        "ruleUrl": "https://publicist.example.com/docs/preflight/txt",
                        "requestId": "0b7c6a3e-7f0e-4a61-9b0e-0f5b7f3f2a11",
                    },
                },
            ],
        },
    },
}
