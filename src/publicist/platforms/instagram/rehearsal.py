"""What Instagram answers to each call when all goes well (Meta: Instagram Platform, Content Publishing)."""

from collections.abc import Mapping
from typing import Any

from publicist.domain.platform import Call, Job
from publicist.domain.rehearsal import named

_FINISHED = {"status_code": "FINISHED"}


def answer(call: Call, job: Job) -> Mapping[str, Any]:
    """The members that `decide` looks at. Raises KeyError for a call that is none of `decide`'s."""
    asked = str(call.request.params.get("ids", ""))
    answers: Mapping[str, Mapping[str, Any]] = {
        "container": {"id": named("id", call)},
        "upload": {"success": True},
        "status": dict.fromkeys(asked.split(","), _FINISHED) if asked else _FINISHED,
        "publish": {"id": named("id", call)},
        "permalink": {"permalink": named("permalink", call), "caption": job.text},
    }
    return answers[call.key.partition(":")[0]]
