"""Rehearsals: every call that a target would take, found out by a platform's own `decide` over answers it hopes for."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from publicist.domain.platform import Call, Decision, Do, Job, Published, Wait
from publicist.domain.targets import StepRecord

Answer = Callable[[Call, Job], Mapping[str, Any]]
"""What the upstream answers to a call when all goes well; ids it would give are written by `named`."""

_TURNS_MAX = 200


def named(member: str, call: Call) -> str:
    """An id that only the upstream can give, in words: `{id of container:single:1}`."""
    return f"{{{member} of {call.key}}}"


def rehearse(decide: Callable[[Job], Decision], answer: Answer, job: Job) -> tuple[Call, ...]:
    """The calls in the order in which they would be sent, when all goes well; nothing is sent.

    Raises RuntimeError when the platform does not come to publish, which is a fault of the platform's code.
    """
    memory: dict[str, StepRecord] = {}
    calls: list[Call] = []
    now = job.now
    for _ in range(_TURNS_MAX):
        decision = decide(replace(job, memory=dict(memory), now=now))
        if isinstance(decision, Published):
            return tuple(calls)
        if isinstance(decision, Do):
            calls += decision.calls
            memory |= {call.key: _answered(call, answer(call, job), now) for call in decision.calls}
        elif isinstance(decision, Wait):
            now = decision.until
        else:
            break
    raise RuntimeError(f"the rehearsal does not end; the last call was {calls[-1].key if calls else 'none'}")


def _answered(call: Call, result: Mapping[str, Any], now: datetime) -> StepRecord:
    return StepRecord(
        id=call.key,
        target_id="",
        attempt_id="",
        key=call.key,
        kind=call.kind,
        request=call.request.to_json(),
        tries=1,
        first_sent_at=now,
        sent_at=now,
        finished_at=now,
        outcome="done",
        result=result,
        error=None,
    )
