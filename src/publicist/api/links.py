"""What an answer says that another operation takes: the links of the OpenAPI document, in one table."""

from collections.abc import Mapping, Sequence
from typing import Any

_POST = ("getPost", "changePost", "cancelPost", "retryPost", "resolvePost")
_FILE = ("getMedia", "listRenditions", "askRendition", "deleteMedia")
_ACCOUNT = ("getAccount", "exportAccount", "getAccountLimits", "pauseAccount", "resumeAccount")
_ENDPOINT = (
    "getWebhookEndpoint",
    "updateWebhookEndpoint",
    "testWebhookEndpoint",
    "rotateWebhookSecret",
    "listWebhookDeliveries",
    "replayWebhooks",
    "deleteWebhookEndpoint",
)
_BODY = "$response.body#"

_TABLE: Sequence[tuple[str, tuple[str, ...], tuple[str, ...], Mapping[str, str]]] = (
    ("createPost", ("200", "202"), _POST, {"post_id": f"{_BODY}/results/0/postId"}),
    ("createPost", ("201",), _POST, {"post_id": f"{_BODY}/id"}),
    ("listPosts", ("200",), _POST, {"post_id": f"{_BODY}/data/0/id"}),
    ("listPosts", ("200",), ("listPosts",), {"cursor": f"{_BODY}/nextCursor"}),
    ("uploadMedia", ("201",), _FILE, {"media_id": f"{_BODY}/id"}),
    ("importMedia", ("201",), _FILE, {"media_id": f"{_BODY}/id"}),
    ("listMedia", ("200",), ("listMedia",), {"cursor": f"{_BODY}/nextCursor"}),
    ("askRendition", ("200", "202"), ("getRendition",), {"rendition_id": f"{_BODY}/rendition/id"}),
    ("listAccounts", ("200",), _ACCOUNT, {"account_id": f"{_BODY}/data/0/id"}),
    ("listEvents", ("200",), ("listEvents",), {"after": f"{_BODY}/lastId"}),
    ("createWebhookEndpoint", ("201",), _ENDPOINT, {"id": f"{_BODY}/id"}),
    (
        "listWebhookDeliveries",
        ("200",),
        ("redeliverWebhook",),
        {"id": "$request.path.id", "delivery_id": f"{_BODY}/data/0/id"},
    ),
    ("listRules", ("200",), ("getRule",), {"id": f"{_BODY}/data/0/id"}),
    ("listErrors", ("200",), ("getError",), {"id": f"{_BODY}/data/0/id"}),
)


def links_of(operation: str, status: str) -> dict[str, Any]:
    """The links of one answer, by the operation they lead to."""
    return {
        to: {"operationId": to, "parameters": dict(parameters)}
        for name, statuses, followers, parameters in _TABLE
        if name == operation and status in statuses
        for to in followers
    }
