"""The examples of POST /v1/posts in the API description: the bodies people start from."""

from typing import Any

from publicist.api.openapi import json_body
from publicist.api.schemas.posts import AccountPostIn, TargetsPostIn

_ACCOUNT = {"platform": "instagram", "id": "01a20ab5-97d8-715a-8720-a943e4945e0e"}
_IMAGE = {"kind": "image", "mediaId": "med_0aB1cD2eF3gH4iJ5kL6mN7"}

EXAMPLES: dict[str, dict[str, Any]] = {
    "single-image": {
        "summary": "One image on Instagram",
        "value": {"account": _ACCOUNT, "text": "shipped", "media": [{**_IMAGE, "altText": "A cup of coffee"}]},
    },
    "reels": {
        "summary": "A Reel",
        "value": {"account": _ACCOUNT, "text": "Reels caption", "media": [{**_IMAGE, "kind": "video"}]},
    },
    "carousel": {
        "summary": "A carousel of three",
        "value": {"account": _ACCOUNT, "text": "carousel of three", "media": [_IMAGE, _IMAGE, _IMAGE]},
    },
    "several accounts": {
        "summary": "The same post on a Page and on Instagram, on schedule",
        "value": {
            "targets": [{"accountId": _ACCOUNT["id"]}, {"platform": "facebook", "text": "Longer words for the Page"}],
            "text": "shipped",
            "media": [_IMAGE],
            "scheduledAt": "2030-01-01T09:00:00+01:00",
            "externalId": "my-post-1",
        },
    },
    "link on a Page": {
        "summary": "A link post on a Page",
        "value": {
            "account": {"platform": "facebook"},
            "text": "Read this",
            "options": {"platform": "facebook", "link": "https://example.com/news"},
        },
    },
}


REQUEST_BODY = json_body(AccountPostIn, TargetsPostIn, examples=EXAMPLES)
